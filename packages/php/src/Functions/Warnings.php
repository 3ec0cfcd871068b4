<?php

declare(strict_types=1);

namespace Msession\Functions;

/** Warnings as PHP's own functions give them: the function's name, and the place that called it. */
final class Warnings
{
    /** Raises an E_USER_WARNING. May not return: the application's error handler can throw. */
    public static function raise(string $function, string $text): void
    {
        $place = '';
        foreach (debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, 16) as $frame) {
            if ($frame['function'] === $function && !isset($frame['class']) && isset($frame['file'], $frame['line'])) {
                $place = ' in ' . $frame['file'] . ':' . $frame['line'];
                break;
            }
        }
        trigger_error($function . '(): ' . $text . $place, E_USER_WARNING);
    }
}
