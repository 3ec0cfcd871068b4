<?php

// Loads the package and the tests' own classes. MSESSION_TEST_URL names the running server that tests use.

declare(strict_types=1);

error_reporting(E_ALL);
require_once __DIR__ . '/../autoload.php';
require_once __DIR__ . '/../functions.php';

spl_autoload_register(static function (string $class): void {
    if (strncmp($class, 'Msession\\Tests\\', 15) === 0) {
        $file = __DIR__ . '/' . strtr(substr($class, 15), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
