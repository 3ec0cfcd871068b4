<?php

// A page that ends in one of the ways a page can end, its session open.

require __DIR__ . '/../../autoload.php';

ini_set('session.serialize_handler', 'php_serialize');
Msession\SessionHandler::register(null, ['persistent' => '1', 'wait' => 1]);
session_start();
$_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
switch ($_GET['how']) {
    case 'return':
        return;
    case 'exit':
        exit('over');
    case 'fatal error':
        no_such_function();
        break;
    case 'exception':
        throw new RuntimeException('uncaught');
    case 'out of memory':
        ini_set('memory_limit', '16M');
        $hog = str_repeat('x', 64 << 20);
        break;
    case 'time limit':
        set_time_limit(1);
        while (true) {
        }
    case 'abort':
        session_abort();
        break;
    case 'exit in a shutdown function':
        register_shutdown_function(static function (): void {
            exit('over');
        });
        break;
    case 'destroy':
        session_destroy();
        break;
    case 'written in a destructor':
        $last = new class() {
            public function __destruct()
            {
                $_SESSION['late'] = 1;
            }
        };
        break;
}
