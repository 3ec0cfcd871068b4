<?php

// One client of the benchmark: php bench/client.php HANDLER PATH CYCLES HOLD_MICROSECONDS SESSION. Runs whole session
// cycles and prints, as JSON, when each began to wait, when it had the session and when it let it go (nanoseconds).

ob_start();
[, $handler, $path, $cycles, $hold, $session] = $argv;
foreach (['use_cookies' => '0', 'cache_limiter' => '', 'gc_probability' => '0', 'use_strict_mode' => '0', 'lazy_write' => '1'] as $name => $value) {
    ini_set('session.' . $name, $value);
}
if ($handler === 'msession') {
    require __DIR__ . '/../autoload.php';
    Msession\SessionHandler::register($path, ['persistent' => true]);
} else {
    ini_set('session.save_handler', $handler);
    ini_set('session.save_path', $path);
}
error_reporting(0);

// what a worker has done long before: load its code, open its connection
for ($i = 0; $i < 50; $i++) {
    session_id($session . 'warm' . getmypid());
    session_start();
    $_SESSION['n'] = $i;
    session_write_close();
}
// all processes of a contest begin at the same moment
$start = (float) (getenv('BENCH_START') ?: 0);
if ($start > 0) {
    time_sleep_until($start);
}
$waits = $holds = [];
$failed = 0;
$began = hrtime(true);
for ($i = 0; $i < $cycles; $i++) {
    session_id($session);
    $asked = hrtime(true);
    if (!session_start()) {
        $failed++;
        continue;
    }
    $had = hrtime(true);
    $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
    if ($hold > 0) {
        usleep((int) $hold);
    }
    session_write_close();
    $waits[] = $had - $asked;
    $holds[] = hrtime(true) - $had;
}
$ended = hrtime(true);
session_id($session);
session_start();
$count = $_SESSION['n'] ?? 0;
session_abort();
fwrite(STDOUT, json_encode(['began' => $began, 'ended' => $ended, 'failed' => $failed, 'count' => $count, 'waits' => $waits, 'holds' => $holds]));
