<?php

// A page on the command line that forks while its session is open. The child ends as scripts end, which saves sessions.

require __DIR__ . '/../../autoload.php';
require __DIR__ . '/../../functions.php';

ob_start();
ini_set('session.use_cookies', '0');
$handler = Msession\SessionHandler::register();
session_id($argv[1]);
session_start();
msession_count();
$_SESSION['who'] = 'parent';
$child = pcntl_fork();
if ($child === 0) {
    $_SESSION['who'] = 'child';
    session_write_close();
    // the functions open a connection of their own
    fwrite(STDOUT, is_int(msession_count()) && $handler->lastWrite() === 'skipped' ? 'child ok ' : 'child wrong ');
    exit(0);
}
pcntl_waitpid($child, $status);
$client = new Msession\Client((string) getenv('MSESSION_URL'));
fwrite(STDOUT, $client->locks($argv[1]) !== [] ? 'locked ' : 'free ');
session_write_close();
fwrite(STDOUT, $handler->lastWrite() . ' ' . $client->dataGet($argv[1]));
