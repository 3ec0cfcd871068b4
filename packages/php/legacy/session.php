<?php

// session_register(), session_unregister() and session_is_registered(), gone since PHP 5.4.

declare(strict_types=1);

use Msession\Legacy\RegisteredVariables;

if (!function_exists('session_register')) {
    /** Names of global variables, or arrays of names, that are kept in the session from now on. */
    function session_register(): bool
    {
        return RegisteredVariables::register(func_get_args());
    }
}

if (!function_exists('session_unregister')) {
    /** Takes a variable out of the session; the global variable keeps its value. */
    function session_unregister($name = ''): bool
    {
        return RegisteredVariables::unregister((string) $name);
    }
}

if (!function_exists('session_is_registered')) {
    function session_is_registered($name = ''): bool
    {
        return RegisteredVariables::isRegistered((string) $name);
    }
}
