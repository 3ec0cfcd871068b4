<?php

declare(strict_types=1);

require __DIR__ . '/session.php';

if (($_SERVER['REQUEST_METHOD'] ?? '') === 'POST') {
    $user = trim((string) ($_POST['user'] ?? ''));
    if ($user !== '' && strlen($user) <= 40) {
        // a new id at the login, so that nobody else knows it; the session's windows and its data go along
        session_regenerate_id(true);
        $_SESSION['user'] = $user;
        $_SESSION['since'] = new DateTimeImmutable();
        header('Location: /', true, 303);
        exit;
    }
}
page('Sign in', '<form method="post"><label>Name <input name="user" maxlength="40" required autofocus></label> <button>Sign in</button></form>');
