<?php

declare(strict_types=1);

require __DIR__ . '/session.php';

$_SESSION = [];
session_destroy();
setcookie(session_name(), '', ['expires' => 1, 'path' => '/']);
page('Signed out', '<p>The session has ended, here and in the cart.</p>');
