<?php

declare(strict_types=1);

namespace Msession\Commands;

use Msession\Wire\MapReply;

/** Plugins, events and administration. */
trait ServerCommands
{
    /** The personality plugin's escape for a session. */
    public function plugin(string $id, string $value, ?string $parameter = null): ?string
    {
        return $this->send($parameter === null ? ['PLUGIN', $id, $value] : ['PLUGIN', $id, $value, $parameter], 0.0, 'textOrNull');
    }

    /** A function that a plugin offers. */
    public function call(string $function, string ...$arguments): ?string
    {
        return $this->send(array_merge(['CALL', $function], $arguments), 0.0, 'textOrNull');
    }

    /** Makes everything durable now. */
    public function serialize(): void
    {
        $this->send(['SERIALIZE']);
    }

    /**
     * Turns push messages on; read them with {@see \Msession\Client::nextPush()}. Not on persistent connections.
     *
     * @param list<string> $names created, destroyed, expired, evicted, renamed, locked, unlocked; none: all
     */
    public function events(bool $isOn = true, array $names = [], bool $withData = false): void
    {
        if ($isOn) {
            $this->connection->expectPushes();
        }
        $this->send(array_merge(['EVENTS', $isOn ? 'ON' : 'OFF'], $names, $withData ? ['DATA'] : []));
    }

    /** INFO as text. */
    public function info(string ...$sections): string
    {
        return (string) $this->send(array_merge(['INFO'], $sections), 0.0, 'text');
    }

    /** @return array<array-key, string> */
    public function configGet(string $pattern): array
    {
        return MapReply::toArray($this->send(['CONFIG', 'GET', $pattern], 0.0, 'map'));
    }

    /** @param array<string, string|int> $settings */
    public function configSet(array $settings): void
    {
        $this->send(array_merge(['CONFIG', 'SET'], Words::pairs($settings)));
    }

    public function configResetStat(): void
    {
        $this->send(['CONFIG', 'RESETSTAT']);
    }

    /**
     * SLOWLOG GET, LEN or RESET.
     *
     * @return mixed
     */
    public function slowLog(string $subcommand = 'GET', ?int $count = null)
    {
        return $this->send($count === null ? ['SLOWLOG', $subcommand] : ['SLOWLOG', $subcommand, $count]);
    }

    /**
     * Hands every line of MONITOR to a function until it returns false, then closes the connection.
     *
     * @param callable(string): mixed $onLine
     */
    public function monitor(callable $onLine): void
    {
        $this->connection->expectPushes();
        $this->send(['MONITOR']);
        do {
            $line = $this->connection->receive(3600.0);
        } while ($line === null || $onLine((string) $line) !== false);
        $this->close();
    }

    /**
     * COMMAND, or with words one of its subcommands (COUNT, DOCS, INFO, LIST …).
     *
     * @return mixed
     */
    public function commandTable(string ...$words)
    {
        return $this->send(array_merge(['COMMAND'], $words));
    }

    /** Ends the server as SIGTERM does. */
    public function shutdown(): void
    {
        $this->send(['SHUTDOWN']);
        $this->close();
    }
}
