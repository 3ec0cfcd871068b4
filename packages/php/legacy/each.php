<?php

// each(), gone since PHP 8.0: `while (list($key, $value) = each($array))`.

declare(strict_types=1);

if (!function_exists('each')) {
    /**
     * The end is false, but null from PHP 8.5 on, which warns where `list()` takes false apart.
     *
     * @return array{0: int|string, 1: mixed, key: int|string, value: mixed}|false|null
     */
    function each(&$array)
    {
        $key = is_array($array) ? key($array) : null;
        if ($key === null) {
            return PHP_VERSION_ID < 80500 ? false : null;
        }
        $value = current($array);
        next($array);

        return [1 => $value, 'value' => $value, 0 => $key, 'key' => $key];
    }
}
