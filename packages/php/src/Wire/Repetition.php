<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\CommandTable;

/** Whether commands whose reply was lost may be sent a second time; the command table's `idempotent` decides. */
final class Repetition
{
    /** @param list<list<string|int|float>> $commands */
    public static function isSafe(array $commands): bool
    {
        foreach ($commands as $words) {
            $name = strtoupper((string) $words[0]);
            if (isset(CommandTable::CONTAINERS[$name])) {
                $name .= ' ' . strtoupper((string) ($words[1] ?? ''));
            }
            if (!isset(CommandTable::IDEMPOTENT[$name])) {
                return false;
            }
        }

        return true;
    }
}
