<?php

declare(strict_types=1);

namespace Msession\Functions;

/** Converts arguments as PHP's own conversions did, quietly: nothing here throws or warns. */
final class Arguments
{
    /** @param mixed $value */
    public static function toText($value): string
    {
        if (\is_string($value)) {
            return $value;
        }
        if (\is_array($value)) {
            return 'Array';
        }
        if (\is_object($value)) {
            return method_exists($value, '__toString') ? (string) $value : 'Object';
        }
        if (\is_resource($value)) {
            return 'Resource id #' . (int) $value;
        }

        return $value === null ? '' : (string) $value;
    }

    /** @param mixed $value */
    public static function toInteger($value): int
    {
        if (\is_object($value)) {
            return 1;
        }
        if (\is_float($value) && (is_nan($value) || abs($value) >= 9.2e18)) {
            return 0;
        }

        return (int) $value;
    }

    /**
     * A lock key: digits stay as they are, since keys pass the integers of a 32-bit PHP.
     *
     * @param mixed $value
     */
    public static function toKey($value): string
    {
        if (\is_string($value) && preg_match('/^\s*([0-9]{1,16})/', $value, $match) === 1) {
            return $match[1];
        }
        if (\is_float($value) && $value >= 0 && $value < 9.1e15) {
            return sprintf('%.0f', $value);
        }

        return (string) self::toInteger($value);
    }

    /**
     * An array's or object's items as text; null for anything else.
     *
     * @param mixed $value
     * @return array<array-key, string>|null
     */
    public static function toVariables($value): ?array
    {
        if (\is_object($value)) {
            $value = get_object_vars($value);
        }

        return \is_array($value) ? array_map([self::class, 'toText'], $value) : null;
    }
}
