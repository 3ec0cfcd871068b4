<?php

// One more visit of one browser window: reads, adds one; the end of the script writes. `die` kills the process while it
// holds the window.

require __DIR__ . '/../../autoload.php';

ini_set('session.use_strict_mode', '0');
Msession\SessionHandler::register();
session_start(['read_and_close' => true]);
$windows = new Msession\MultiSession(['wait' => 20]);
$window = $windows->session();
$count = $window['n'] ?? 0;
if (isset($_GET['die'])) {
    posix_kill(getmypid(), 9);
}
usleep(500);
$window['n'] = $count + 1;
echo $window['n'];
