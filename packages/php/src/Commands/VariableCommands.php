<?php

declare(strict_types=1);

namespace Msession\Commands;

use Msession\Wire\MapReply;

/** Named variables of a session. */
trait VariableCommands
{
    /** @param int|string|null $key only if this key holds the lock */
    public function set(string $id, string $name, string $value, $key = null): void
    {
        $this->setAll($id, [$name => $value], $key);
    }

    /**
     * Sets variables, all or none.
     *
     * @param array<array-key, string|int|float> $variables
     * @param int|string|null $key only if this key holds the lock
     */
    public function setAll(string $id, array $variables, $key = null): void
    {
        if ($variables === []) {
            return;
        }
        $this->send($key === null
            ? array_merge(['SETVAL', $id], Words::pairs($variables))
            : array_merge(['SETVAL', $id, 'KEY', (string) $key], Words::counted('variables', $variables)));
    }

    /** One variable; the default (or null) where the session lacks it; NOSESSION without a session. */
    public function get(string $id, string $name, ?string $default = null): ?string
    {
        return $this->send($default === null ? ['GETVAL', $id, $name] : ['GETVAL', $id, $name, $default], 0.0, 'textOrNull');
    }

    /**
     * All variables. Names that look like integers become integer keys, as PHP's arrays have it.
     *
     * @return array<array-key, string>
     */
    public function getAll(string $id): array
    {
        return MapReply::toArray($this->send(['GETALL', $id], 0.0, 'map'));
    }

    /**
     * Removes variables; returns how many there were.
     *
     * @param list<string> $names
     * @param int|string|null $key only if this key holds the lock
     */
    public function delete(string $id, array $names, $key = null): int
    {
        if ($names === []) {
            return 0;
        }

        return (int) $this->send($key === null
            ? array_merge(['DELVAL', $id], $names)
            : array_merge(['DELVAL', $id, 'KEY', (string) $key], Words::counted('unset', $names)), 0.0, 'integer');
    }

    /** Adds one, atomically; the new value as text, since it may pass PHP's integers. */
    public function inc(string $id, string $name): string
    {
        return $this->send(['INC', $id, $name], 0.0, 'text');
    }

    /** @param int|float|string $amount */
    public function add(string $id, string $name, $amount): string
    {
        return $this->send(['ADD', $id, $name, $amount], 0.0, 'text');
    }

    /**
     * value * multiplier / divisor, atomically.
     *
     * @param int|float|string $multiplier
     * @param int|float|string $divisor
     */
    public function mulDiv(string $id, string $name, $multiplier, $divisor): string
    {
        return $this->send(['MULDIV', $id, $name, $multiplier, $divisor], 0.0, 'text');
    }
}
