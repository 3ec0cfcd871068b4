<?php

declare(strict_types=1);

namespace Msession\Commands;

/** Sessions as wholes: making, ending, renaming, and facts about them. */
trait SessionCommands
{
    /**
     * Makes a new session; DUPSESSION when there is one of that id.
     *
     * @param array<string, mixed> $options class, data, timeout (seconds; 0 never, below 0 the default)
     */
    public function create(string $id, array $options = []): void
    {
        $this->send(array_merge(['CREATE', $id], Words::from($options, ['class', 'data', 'timeout'])));
    }

    /**
     * Ends a session with its lock, variables and sub-sessions; NOSESSION when there is none.
     *
     * @param int|string|null $key only if this key holds the lock
     */
    public function drop(string $id, $key = null): void
    {
        $this->send(array_merge(['DROP', $id], Words::from(['key' => $key], ['key'])));
    }

    public function rename(string $id, string $newId): void
    {
        $this->send(['RENAME', $id, $newId]);
    }

    public function copy(string $id, string $newId): void
    {
        $this->send(['COPY', $id, $newId]);
    }

    public function exists(string $id): bool
    {
        return $this->ctl($id, 'EXIST') === 1;
    }

    /** One fact: EXIST, TTL, AGE, TLA, CTIME, TOUCH, NOW, REV or LOCK. */
    public function ctl(string $id, string $what = 'EXIST'): int
    {
        return (int) $this->send(['CTL', $id, $what], 0.0, 'integer');
    }

    /** Makes a session count as used now. */
    public function touch(string $id): void
    {
        $this->ctl($id, 'TOUCH');
    }

    /** Seconds a session lives after each access: sets them when given (0 never, below 0 the default), returns them. */
    public function timeout(string $id, ?int $seconds = null): int
    {
        return (int) $this->send($seconds === null ? ['TIMEOUT', $id] : ['TIMEOUT', $id, $seconds], 0.0, 'integer');
    }

    /**
     * A new session under a fresh random id; returns the id.
     *
     * @param array<string, mixed> $options class, data, timeout
     */
    public function uniq(int $length = 32, array $options = []): string
    {
        return $this->send(array_merge(['UNIQ', $length], Words::from($options, ['class', 'data', 'timeout'])), 0.0, 'text');
    }

    /** Random letters and digits. */
    public function randStr(int $length): string
    {
        return $this->send(['RANDSTR', $length], 0.0, 'text');
    }

    /** Ends the sessions that nobody accessed for some seconds; returns how many. */
    public function flush(int $seconds): int
    {
        return (int) $this->send(['FLUSH', $seconds], 0.0, 'integer');
    }
}
