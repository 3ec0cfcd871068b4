<?php

// What every page begins with. The handler is the only change that the old shop needed.

declare(strict_types=1);

require __DIR__ . '/../../../packages/php/autoload.php';

Msession\SessionHandler::register(getenv('MSESSION_URL') ?: '127.0.0.1:8086', ['index' => ['user']]);
session_start(['use_strict_mode' => 1, 'cookie_httponly' => 1, 'cookie_samesite' => 'Lax']);

function text(string $value): string
{
    return htmlspecialchars($value, ENT_QUOTES);
}

function page(string $title, string $body): void
{
    $user = isset($_SESSION['user']) ? 'Signed in as <b id="user">' . text($_SESSION['user']) . '</b>' : 'Nobody is signed in';
    echo '<!doctype html><html lang="en"><meta charset="utf-8"><title>', text($title), '</title>',
        '<link rel="stylesheet" href="/shop.css">',
        '<header><h1>', text($title), '</h1><p><i class="php">PHP ', PHP_MAJOR_VERSION, '</i> ', $user, '</p></header><main>',
        $body, '</main><nav><a href="/">Home</a> <a href="/cart">Cart</a> <a href="/login.php">Sign in</a> ',
        '<a id="logout" href="/logout.php">Sign out</a></nav></html>';
}
