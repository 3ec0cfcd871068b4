<?php

declare(strict_types=1);

namespace Msession\Session;

/**
 * Which session function PHP is running while it calls the handler. PHP tells a handler neither that a session is
 * opened with read_and_close nor that destroy is the first half of session_regenerate_id(); the call stack does.
 */
final class CallSite
{
    /** Decorating handlers put frames between PHP and us. */
    private const FRAMES = 16;

    public static function isInRegenerate(): bool
    {
        return self::frame('session_regenerate_id', DEBUG_BACKTRACE_IGNORE_ARGS) !== null;
    }

    public static function isInStart(): bool
    {
        return self::frame('session_start', DEBUG_BACKTRACE_IGNORE_ARGS) !== null;
    }

    public static function isReadAndClose(): bool
    {
        $frame = self::frame('session_start', 0);

        return !empty($frame['args'][0]['read_and_close']);
    }

    /** @return array<string, mixed>|null */
    private static function frame(string $function, int $flags): ?array
    {
        foreach (debug_backtrace($flags, self::FRAMES) as $frame) {
            if ($frame['function'] === $function && !isset($frame['class'])) {
                return $frame;
            }
        }

        return null;
    }
}
