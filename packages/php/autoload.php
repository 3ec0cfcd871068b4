<?php

// Loads the classes of this package where Composer does not. Including it twice, or beside Composer, does no harm.

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    if (strncmp($class, 'Msession\\', 9) === 0) {
        $file = __DIR__ . '/src/' . strtr(substr($class, 9), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
