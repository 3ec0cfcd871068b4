<?php

declare(strict_types=1);

namespace Msession\Functions;

/** Warnings as PHP's own functions give them: the function's name, and the place that called it. */
final class Warnings
{
    /** Raises an E_USER_WARNING. May not return: the application's error handler can throw. */
    public static function raise(string $function, string $text): void
    {
        trigger_error($function . '(): ' . $text . self::place($function), E_USER_WARNING);
    }

    /** What PHP 4 said, to the word: the function's name stands behind, not in front. */
    public static function wrongCount(string $function): void
    {
        trigger_error('Wrong parameter count for ' . $function . '()' . self::place($function), E_USER_WARNING);
    }

    private static function place(string $function): string
    {
        foreach (debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, 16) as $frame) {
            if ($frame['function'] === $function && !isset($frame['class']) && isset($frame['file'], $frame['line'])) {
                return ' in ' . $frame['file'] . ':' . $frame['line'];
            }
        }

        return '';
    }
}
