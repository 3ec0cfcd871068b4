<?php

// Raises the counter that the Node half raises, too. The session is locked from session_start() on.

declare(strict_types=1);

require __DIR__ . '/session.php';

$_SESSION['counter'] = ($_SESSION['counter'] ?? 0) + 1;
header('Content-Type: application/json');
echo json_encode(['counter' => $_SESSION['counter'], 'by' => 'PHP']);
