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

    /** @var int|null the process that used a fixed name first */
    private static $firstPid;

    /** The name for this process (a forked child has its parent's sockets), or a numbered one while it is taken. */
    public static function acquire(string $name): string
    {
        $name .= '-' . getmypid();
        $free = $name;
        for ($i = 2; isset(self::$inUse[$free]); $i++) {
            $free = $name . '-' . $i;
        }
        self::$inUse[$free] = true;

        return $free;
    }

    /** A name that cannot be varied; false when it is taken, or may be the parent's. */
    public static function tryAcquire(string $name): bool
    {
        self::$firstPid = self::$firstPid ?? (int) getmypid();
        if (self::$firstPid !== getmypid() || isset(self::$inUse[$name])) {
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
