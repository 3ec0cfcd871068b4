<?php

// One more visit: reads, adds one, writes. The query says how; `die` kills the process while it holds the lock.

require __DIR__ . '/../../autoload.php';

ini_set('session.use_strict_mode', $_GET['strict'] ?? '0');
ini_set('session.serialize_handler', 'php_serialize');
Msession\SessionHandler::register(null, ['persistent' => $_GET['persistent'] ?? '0', 'wait' => $_GET['wait'] ?? 20, 'busy' => $_GET['busy'] ?? '0']);
if (!session_start()) {
    http_response_code(500);
    exit('not started');
}
$count = $_SESSION['n'] ?? 0;
if (isset($_GET['die'])) {
    posix_kill(getmypid(), 9);
}
usleep(500);
$_SESSION['n'] = $count + 1;
session_write_close();
echo $_SESSION['n'];
