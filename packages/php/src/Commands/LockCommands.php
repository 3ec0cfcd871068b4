<?php

declare(strict_types=1);

namespace Msession\Commands;

use Msession\LockedSession;
use Msession\Wire\MapReply;

/** Locks: first come, first served, with growing keys that fence late writers off. */
trait LockCommands
{
    /**
     * Takes the lock and returns its key; LOCKED when another holds it for longer than `wait`.
     *
     * @param array<string, mixed> $options wait (seconds, 0), lease (seconds, 30), waiters (how many
     *     may wait, this one included), create, bind, note
     * @return int|string the key; text where this PHP's integers are too small
     */
    public function lock(string $id, array $options = [])
    {
        $words = Words::from($options, ['wait', 'lease', 'waiters', 'create', 'bind', 'note']);

        return $this->send(array_merge(['SLOCK', $id], $words), (float) ($options['wait'] ?? 0), 'integer');
    }

    /**
     * The same, with the session's data in the same round trip.
     *
     * @param array<string, mixed> $options as lock()
     * @return array{0: int|string, 1: string|null} key and data
     */
    public function lockAndRead(string $id, array $options = []): array
    {
        $words = Words::from($options, ['wait', 'lease', 'waiters', 'create', 'bind', 'note']);

        return $this->send(array_merge(['SLOCK', $id, 'DATA'], $words), (float) ($options['wait'] ?? 0), 'pair');
    }

    /**
     * Asks for the lock without waiting for it: returns a ticket, and later {@see \Msession\Client::nextPush()}
     * returns [lock, ticket, id, OK or an error code, key, data].
     *
     * @param array<string, mixed> $options as lock()
     * @return int|string
     */
    public function lockAsync(string $id, array $options = [])
    {
        $this->connection->expectPushes();

        return $this->send(array_merge(['SLOCK', $id, 'ASYNC'], Words::from($options, ['wait', 'lease', 'waiters', 'create', 'bind', 'note'])), 0.0, 'integer');
    }

    /**
     * Withdraws a request of lockAsync(); false when it was no longer waiting.
     *
     * @param int|string $ticket
     */
    public function cancelLock($ticket): bool
    {
        return $this->send(['SCANCEL', $ticket]) === 1;
    }

    /**
     * Frees the lock; with `data` (or variables) writes in the same step. NOWLOCK when the key holds it no longer.
     *
     * @param int|string $key
     * @param array<string, mixed> $options data, class, variables, unset, timeout, ifRev
     */
    public function unlock(string $id, $key, array $options = []): void
    {
        $allowed = ['data', 'class', 'variables', 'unset', 'timeout', 'ifRev'];
        $this->send(array_merge(['SUNLOCK', $id, (string) $key], Words::from($options, $allowed)));
    }

    /**
     * Lets the lock end that many seconds from now.
     *
     * @param int|string $key
     */
    public function extendLock(string $id, $key, float $leaseSeconds): void
    {
        $this->send(['SEXTEND', $id, (string) $key, 'LEASE', Words::milliseconds($leaseSeconds)]);
    }

    /**
     * Who holds locks, until when, with which note, and who waits. Needs admin rights.
     *
     * @return list<array<string, mixed>>
     */
    public function locks(?string $id = null): array
    {
        return array_map(static function ($row): array {
            $lock = MapReply::toArray($row);
            $lock['waiters'] = array_map([MapReply::class, 'toArray'], $lock['waiters'] ?? []);

            return $lock;
        }, $this->send($id === null ? ['LOCKS'] : ['LOCKS', $id], 0.0, 'list'));
    }

    /**
     * Runs a function while holding the lock and saves what it made of the data, in two round trips. The function gets
     * a {@see LockedSession}; its data is written when the function returns, not when it throws. The lock is bound to
     * this connection, so it is freed whatever happens to this process.
     *
     * @param callable(LockedSession): mixed $function
     * @param array<string, mixed> $options wait (30), lease (30), waiters, create (false), note, timeout
     * @return mixed what the function returned
     */
    public function withLock(string $id, callable $function, array $options = [])
    {
        $timeout = $options['timeout'] ?? null;
        unset($options['timeout']);
        [$key, $data] = $this->lockAndRead($id, $options + ['wait' => 30, 'bind' => true]);
        $session = new LockedSession($id, $key, $data);
        try {
            $result = $function($session);
        } catch (\Throwable $thrown) {
            try {
                $this->unlock($id, $key);
            } catch (\Msession\Exception\MsessionException $ignored) {
                // what the function threw says more; the lock ends with the connection or its lease
            }
            throw $thrown;
        }
        $this->unlock($id, $key, $session->changes() + ['timeout' => $timeout]);

        return $result;
    }
}
