<?php

declare(strict_types=1);

namespace Msession\Session;

/** 503 for the request that cannot have its session's lock: one browser must not eat the worker pool. */
final class BusyAnswer
{
    /** Ends the script; returns only when headers have been sent already. */
    public static function send(): void
    {
        if (headers_sent()) {
            return;
        }
        http_response_code(503);
        header('Retry-After: 1');
        header('Content-Type: text/plain; charset=utf-8');
        echo "Another request of this session is still running. Please try again.\n";
        exit(1);
    }
}
