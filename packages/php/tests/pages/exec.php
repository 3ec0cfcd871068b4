<?php

// A page that starts a program, which inherits the socket, and is killed while it holds its lock.

require __DIR__ . '/../../autoload.php';

ob_start();
ini_set('session.use_cookies', '0');
Msession\SessionHandler::register(null, ['lease' => 1.5]);
session_id($argv[1]);
session_start();
$program = proc_open(['sleep', '30'], [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']], $pipes);
fwrite(STDOUT, (string) proc_get_status($program)['pid']);
posix_kill(getmypid(), 9);
