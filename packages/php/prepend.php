<?php

// For auto_prepend_file: makes the msession server PHP's session store and defines the msession functions, without a
// change to the site. MSESSION_URL, else session.save_path, names the server.

declare(strict_types=1);

require_once __DIR__ . '/functions.php';

(static function (): void {
    if (Msession\SessionHandler::registered() !== null) {
        return;
    }
    if (session_status() === PHP_SESSION_ACTIVE) {
        trigger_error(
            'msession: session.auto_start has started a session before auto_prepend_file ran, so the msession handler is not in use; set session.auto_start = 0',
            E_USER_WARNING
        );

        return;
    }
    try {
        Msession\SessionHandler::register();
    } catch (Msession\Exception\MsessionException $refused) {
        trigger_error('msession: ' . $refused->getMessage(), E_USER_WARNING);
    }
})();
