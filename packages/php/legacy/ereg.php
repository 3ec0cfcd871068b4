<?php

// ereg(), ereg_replace(), split() and their kin, gone since PHP 7.0: POSIX patterns, done by PCRE.

declare(strict_types=1);

use Msession\Legacy\PosixPattern;

if (!function_exists('ereg')) {
    /** @return int|false length of the match; 1 without a third argument or for an empty match */
    function ereg($pattern = '', $string = '', &$matches = null)
    {
        return PosixPattern::match((string) $pattern, (string) $string, $matches, false, func_num_args() > 2);
    }
}

if (!function_exists('eregi')) {
    /** @return int|false */
    function eregi($pattern = '', $string = '', &$matches = null)
    {
        return PosixPattern::match((string) $pattern, (string) $string, $matches, true, func_num_args() > 2);
    }
}

if (!function_exists('ereg_replace')) {
    /** @return string|false */
    function ereg_replace($pattern = '', $replacement = '', $string = '')
    {
        return PosixPattern::replace((string) $pattern, (string) $replacement, (string) $string, false);
    }
}

if (!function_exists('eregi_replace')) {
    /** @return string|false */
    function eregi_replace($pattern = '', $replacement = '', $string = '')
    {
        return PosixPattern::replace((string) $pattern, (string) $replacement, (string) $string, true);
    }
}

if (!function_exists('split')) {
    /** @return list<string>|false */
    function split($pattern = '', $string = '', $limit = -1)
    {
        return PosixPattern::split((string) $pattern, (string) $string, (int) $limit, false);
    }
}

if (!function_exists('spliti')) {
    /** @return list<string>|false */
    function spliti($pattern = '', $string = '', $limit = -1)
    {
        return PosixPattern::split((string) $pattern, (string) $string, (int) $limit, true);
    }
}

if (!function_exists('sql_regcase')) {
    function sql_regcase($string = ''): string
    {
        return (string) preg_replace_callback('/[a-z]/i', static function (array $match): string {
            return '[' . strtoupper($match[0]) . strtolower($match[0]) . ']';
        }, (string) $string);
    }
}
