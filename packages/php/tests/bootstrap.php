<?php

// Loads the package and the tests' own classes. MSESSION_TEST_URL names the running server that tests use.

declare(strict_types=1);

error_reporting(E_ALL);
// No notice may come from our own code on any PHP: what this package's files raise fails the test that runs. Test
// frameworks of another age than this PHP may say what they like. (PHPUnit leaves a handler that is there in place.)
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if ((error_reporting() & $level) !== 0 && strpos($file, dirname(__DIR__)) === 0) {
        throw new ErrorException($message, 0, $level, $file, $line);
    }

    return true;
});
require_once __DIR__ . '/../autoload.php';
require_once __DIR__ . '/../functions.php';

spl_autoload_register(static function (string $class): void {
    $folders = [
        'Msession\\Tests\\' => __DIR__,
        'Msession\\Laravel\\' => __DIR__ . '/../bridges/laravel/src',
        'Msession\\Symfony\\' => __DIR__ . '/../bridges/symfony/src',
    ];
    foreach ($folders as $prefix => $folder) {
        if (strncmp($class, $prefix, strlen($prefix)) === 0) {
            $file = $folder . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
            if (is_file($file)) {
                require $file;
            }
        }
    }
});
