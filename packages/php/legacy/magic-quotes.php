<?php

// get_magic_quotes_gpc() and its kin, gone since PHP 8.0. Nothing is quoted, and they say so.

declare(strict_types=1);

if (!function_exists('get_magic_quotes_gpc')) {
    function get_magic_quotes_gpc(): bool
    {
        return false;
    }
}

if (!function_exists('get_magic_quotes_runtime')) {
    function get_magic_quotes_runtime(): bool
    {
        return false;
    }
}

if (!function_exists('set_magic_quotes_runtime')) {
    function set_magic_quotes_runtime($isOn = false): bool
    {
        return !$isOn;
    }
}
