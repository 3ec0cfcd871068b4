<?php

// Run by `php -n`: no extension is loaded but those that are compiled in.

require __DIR__ . '/../../functions.php';

ob_start();
ini_set('session.use_cookies', '0');
Msession\SessionHandler::register();
session_id($argv[1]);
session_start();
$_SESSION['n'] = 1;
session_write_close();
fwrite(STDOUT, msession_get_data($argv[1]) . ' ' . (msession_uniq(8) === null ? 'no' : 'yes') . ' ' . count((new Msession\Client((string) getenv('MSESSION_URL')))->hello() ));
