<?php

declare(strict_types=1);

namespace Msession\Commands;

use Msession\Wire\MapReply;

/** Commands about the connection itself. */
trait ConnectionCommands
{
    public function ping(?string $message = null): string
    {
        return $this->send($message === null ? ['PING'] : ['PING', $message], 0.0, 'text');
    }

    public function echo(string $message): string
    {
        return $this->send(['ECHO', $message], 0.0, 'text');
    }

    /** @return array<array-key, mixed> what the server says about itself */
    public function hello(int $protocol = 3): array
    {
        return MapReply::toArray($this->send(['HELLO', $protocol], 0.0, 'map'));
    }

    /** For a change of user; credentials of the address are sent by themselves. */
    public function auth(string $password, ?string $user = null): void
    {
        $this->send($user === null ? ['AUTH', $password] : ['AUTH', $user, $password]);
    }

    public function select(int $database): void
    {
        $this->send(['SELECT', $database]);
    }

    /** Puts the connection back to its beginning: locks freed, events off. The next command opens a new one. */
    public function reset(): void
    {
        $this->send(['RESET']);
        $this->close();
    }

    public function quit(): void
    {
        $this->send(['QUIT']);
        $this->close();
    }

    /**
     * CLIENT and its subcommands: ID, GETNAME, SETNAME, SETINFO, INFO, LIST, KILL, NO-EVICT, UNBIND.
     *
     * @param string|int ...$words
     * @return mixed
     */
    public function client(string $subcommand, ...$words)
    {
        return $this->send(array_merge(['CLIENT', $subcommand], $words));
    }
}
