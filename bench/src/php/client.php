<?php

// One PHP process of a bench: client.php with a job as JSON: handler, path, session, cycles, holdMicroseconds, and for open loop
// ratePerSecond. Runs whole session cycles on one session (closed loop) or on many (open loop) and prints nanoseconds as JSON.

ob_start();
$job = json_decode($argv[1], true, 8, JSON_THROW_ON_ERROR);
foreach (['use_cookies' => '0', 'cache_limiter' => '', 'gc_probability' => '0', 'use_strict_mode' => '0', 'lazy_write' => '1'] as $name => $value) {
    ini_set('session.' . $name, $value);
}
if ($job['handler'] === 'msession') {
    require __DIR__ . '/../../../packages/php/autoload.php';
    Msession\SessionHandler::register($job['path'], ['persistent' => true]);
} else {
    ini_set('session.save_handler', $job['handler']);
    ini_set('session.save_path', $job['path']);
}
// a lock that was not had is a result here, not a message
error_reporting(0);

$session = $job['session'];
// what a worker has done long before: load its code, open its connection
for ($i = 0; $i < $job['warmUpCycles']; $i++) {
    session_id($session . 'warm' . getmypid());
    session_start();
    $_SESSION['n'] = $i;
    session_write_close();
}
// all processes of a contest begin at the same moment
if ($job['startAt'] > 0) {
    time_sleep_until($job['startAt']);
}
$rate = $job['ratePerSecond'];
$starts = $waits = $holds = $latencies = [];
$failed = 0;
$began = hrtime(true);
for ($i = 0; $i < $job['cycles']; $i++) {
    $due = 0;
    if ($rate > 0) {
        // the latency of a cycle counts from when it was due, whether or not the one before it was done by then
        $due = $began + (int) ($i * 1e9 / $rate);
        $early = $due - hrtime(true);
        if ($early > 0) {
            time_nanosleep(0, $early);
        }
        session_id($session . $i % 100);
    } else {
        session_id($session);
    }
    $asked = hrtime(true);
    $isOpen = session_start();
    $had = hrtime(true);
    $waits[] = $had - $asked;
    if (!$isOpen) {
        $failed++;
        continue;
    }
    $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
    if ($job['holdMicroseconds'] > 0) {
        usleep($job['holdMicroseconds']);
    }
    session_write_close();
    $done = hrtime(true);
    $starts[] = $had;
    $holds[] = $done - $had;
    $latencies[] = $done - ($rate > 0 ? $due : $asked);
}
$ended = hrtime(true);
session_id($session);
session_start();
$count = $_SESSION['n'] ?? 0;
session_abort();
$isContest = $job['holdMicroseconds'] > 0;
fwrite(STDOUT, json_encode([
    'began' => $began,
    'ended' => $ended,
    'failed' => $failed,
    'count' => $count,
    'cycles' => count($holds),
    'waits' => $isContest ? $waits : [],
    'starts' => $isContest ? $starts : [],
    'holds' => $isContest ? $holds : [],
    'latencies' => $rate > 0 ? $latencies : [],
]));
