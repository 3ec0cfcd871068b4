<?php

// each(), gone since PHP 8.0: `while (list($key, $value) = each($array))`.

declare(strict_types=1);

if (!function_exists('each')) {
    /** @return array{0: int|string, 1: mixed, key: int|string, value: mixed}|false */
    function each(&$array)
    {
        $key = is_array($array) ? key($array) : null;
        if ($key === null) {
            return false;
        }
        $value = current($array);
        next($array);

        return [1 => $value, 'value' => $value, 0 => $key, 'key' => $key];
    }
}
