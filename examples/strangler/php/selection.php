<?php

// The same window, seen by PHP: the sub-session that the Node half fills.

declare(strict_types=1);

require __DIR__ . '/session.php';

$windows = Msession\MultiSession::shared();
$window = $windows->session();
if (($_SERVER['REQUEST_METHOD'] ?? '') === 'POST') {
    $window['wrapped'] = true;
    header('Location: ' . $windows->url('/cart'), true, 303);
    exit;
}
$items = '';
foreach ($window['items'] ?? [] as $item) {
    $items .= '<li>' . text((string) $item) . '</li>';
}
page('Your selection', "<section><h2>Chosen in this window</h2><ul id='window'>$items</ul>"
    . '<form method="post">' . $windows->field() . '<button>Wrap it as a present</button></form></section>'
    . "<p><a id='back' href='" . text($windows->url('/cart')) . "'>Back to the cart</a></p>");
