<?php

declare(strict_types=1);

namespace Msession\Wire;

/**
 * Which persistent sockets are in use in this request. PHP hands the same persistent socket to everybody who asks for
 * the same name, so two connections of one request must never share a name.
 */
final class PersistentNames
{
    /** @var array<string, true> */
    private static $inUse = [];

    /** The name, or a numbered one while it is taken. */
    public static function acquire(string $name): string
    {
        $free = $name;
        for ($i = 2; isset(self::$inUse[$free]); $i++) {
            $free = $name . '-' . $i;
        }
        self::$inUse[$free] = true;

        return $free;
    }

    public static function tryAcquire(string $name): bool
    {
        if (isset(self::$inUse[$name])) {
            return false;
        }

        return self::$inUse[$name] = true;
    }

    public static function release(?string $name): void
    {
        if ($name !== null) {
            unset(self::$inUse[$name]);
        }
    }
}
