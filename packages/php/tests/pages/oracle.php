<?php

// One page of a scenario, on PHP's files handler or on ours; prints what the page saw.

use Msession\Tests\Support\SessionScenarios;
use Msession\Tests\Support\SessionStage;

require __DIR__ . '/../bootstrap.php';

ob_start();
foreach (['use_strict_mode' => 'strict', 'lazy_write' => 'lazy'] as $setting => $parameter) {
    ini_set('session.' . $setting, $_GET[$parameter]);
}
ini_set('session.gc_probability', '0');
ini_set('session.cookie_httponly', '1');
if ($_GET['handler'] === 'ours') {
    Msession\SessionHandler::register();
} else {
    ini_set('session.save_path', $_GET['directory']);
}
$stage = new SessionStage([]);
set_error_handler(static function (int $level, string $message) use ($stage): bool {
    $stage->warn($message);

    return true;
});
SessionScenarios::all()[$_GET['scenario']][(int) $_GET['page']]($stage);
if (session_status() === PHP_SESSION_ACTIVE) {
    session_write_close();
}
$visitWith = $stage->nextCookie();
if ($visitWith !== null) {
    header('X-Visit-With: ' . $visitWith);
}
echo json_encode($stage->raw);
