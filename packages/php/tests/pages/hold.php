<?php

// Holds its session for a moment; prints when it had it, when it let go, and the count.

require __DIR__ . '/../../autoload.php';

if ($_GET['handler'] === 'ours') {
    Msession\SessionHandler::register();
} else {
    ini_set('session.save_path', $_GET['directory']);
}
session_start();
$start = microtime(true);
$_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
usleep(20000);
$end = microtime(true);
session_write_close();
printf('%.6f %.6f %d', $start, $end, $_SESSION['n']);
