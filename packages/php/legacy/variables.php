<?php

// $HTTP_GET_VARS and its kin, as other names of the superglobals. $HTTP_SESSION_VARS is bound when a session is read,
// because session_start() makes $_SESSION anew.

declare(strict_types=1);

$GLOBALS['HTTP_GET_VARS'] = &$_GET;
$GLOBALS['HTTP_POST_VARS'] = &$_POST;
$GLOBALS['HTTP_COOKIE_VARS'] = &$_COOKIE;
$GLOBALS['HTTP_SERVER_VARS'] = &$_SERVER;
$GLOBALS['HTTP_ENV_VARS'] = &$_ENV;
$GLOBALS['HTTP_POST_FILES'] = &$_FILES;

Msession\SessionHandler::beforeRead(static function (): void {
    $GLOBALS['HTTP_SESSION_VARS'] = &$_SESSION;
});
