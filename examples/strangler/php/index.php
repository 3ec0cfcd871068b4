<?php

declare(strict_types=1);

require __DIR__ . '/session.php';

$counter = (int) ($_SESSION['counter'] ?? 0);
$items = count($_SESSION['cart'] ?? []);
page('The shop', "<p>Pages counted in this session: <b id='counter'>$counter</b></p><p>Things in the cart: <b id='items'>$items</b></p>");
