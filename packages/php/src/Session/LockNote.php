<?php

declare(strict_types=1);

namespace Msession\Session;

/** What LOCKS shows about the holder: host, process, and the request's path without its query. */
final class LockNote
{
    private const MAX_BYTES = 200;

    public static function current(): string
    {
        $request = $_SERVER['REQUEST_URI'] ?? null;
        if (\is_string($request)) {
            $where = ($_SERVER['REQUEST_METHOD'] ?? 'GET') . ' ' . explode('?', $request, 2)[0];
        } else {
            $where = basename((string) ($_SERVER['SCRIPT_NAME'] ?? PHP_SAPI));
        }
        $note = gethostname() . ' ' . getmypid() . ' ' . $where;

        return substr((string) preg_replace('/[^\x20-\x7e]/', '?', $note), 0, self::MAX_BYTES);
    }
}
