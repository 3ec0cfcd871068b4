<?php

// A visitor's page on persistent connections that may go wrong in the worst places: an exception in the middle of an
// exchange, exit() inside a callback of the session, or the process killed while it holds the lock.

use Msession\Tests\Support\ThrowingOpener;

require __DIR__ . '/../bootstrap.php';

ini_set('session.serialize_handler', 'php_serialize');
$how = $_GET['how'] ?? '';
$opener = new ThrowingOpener();
$handler = new Msession\SessionHandler(null, ['persistent' => true, 'wait' => 20], $opener);
session_set_save_handler($handler, true);

final class ExitWhenSaved implements \Serializable
{
    public function serialize()
    {
        exit('ended in a callback');
    }

    public function unserialize($data)
    {
    }

    public function __serialize(): array
    {
        exit('ended in a callback');
    }

    public function __unserialize(array $data): void
    {
    }
}

if ($how === 'throw in start') {
    $opener->throwAfterWrite();
}
session_start();
$owner = $_GET['owner'];
if (($_SESSION['owner'] ?? $owner) !== $owner) {
    http_response_code(500);
    exit('the session of ' . $_SESSION['owner']);
}
$_SESSION['owner'] = $owner;
$_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
if ($how === 'kill') {
    posix_kill(getmypid(), 9);
}
if ($how === 'exit') {
    $_SESSION['bomb'] = new ExitWhenSaved();
}
if ($how === 'throw in functions') {
    // the functions' own connection, in the middle of a reply
    $client = new Msession\Client((string) getenv('MSESSION_URL'), ['persistent' => true], $opener);
    session_abort();
    $opener->throwAfterWrite();
    $client->dataGet($_COOKIE['PHPSESSID']);
}
session_write_close();
echo $owner . ' ' . $_SESSION['n'];
