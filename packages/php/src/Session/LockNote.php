<?php

declare(strict_types=1);

namespace Msession\Session;

/** What LOCKS shows about the holder: host, process, and the request's path without its query. */
final class LockNote
{
    private const MAX_BYTES = 200;

    /** @var array{0: mixed, 1: mixed, 2: int|false}|null what the last note was made of */
    private static $madeOf;

    /** @var string */
    private static $note = '';

    public static function current(): string
    {
        $request = $_SERVER['REQUEST_URI'] ?? null;
        $isWeb = \is_string($request);
        $second = $isWeb ? ($_SERVER['REQUEST_METHOD'] ?? 'GET') : ($_SERVER['SCRIPT_NAME'] ?? PHP_SAPI);
        // asking the system for its name and cleaning the text costs more than encoding the request
        $madeOf = [$request, $second, getmypid()];
        if (self::$madeOf !== $madeOf) {
            $where = $isWeb ? $second . ' ' . explode('?', $request, 2)[0] : basename((string) $second);
            $note = gethostname() . ' ' . getmypid() . ' ' . $where;
            self::$note = substr((string) preg_replace('/[^\x20-\x7e]/', '?', $note), 0, self::MAX_BYTES);
            self::$madeOf = $madeOf;
        }

        return self::$note;
    }
}
