<?php

declare(strict_types=1);

namespace Msession\Session;

use Msession\Exception\ConnectionException;
use Msession\Exception\MsessionException;
use Msession\Wire\Connection;
use Msession\Wire\ErrorReply;
use Msession\Wire\ReplyShape;

/**
 * What the save handler asks of the server, and the one lock it holds. The lock is bound to the connection: it goes
 * with the process. A held lock outlives a lost connection as a key, which still writes until another takes the lock.
 */
final class SessionStore
{
    private const CLASS_NAME = 'phpsession';

    /** Longest WAIT and LEASE the server takes, in milliseconds. */
    private const DAY = 86400000;

    /** @var Connection */
    private $connection;

    /** @var HandlerOptions */
    private $options;

    /** @var string|null */
    private $heldId;

    /** @var int|string|null */
    private $heldKey;

    public function __construct(Connection $connection, HandlerOptions $options)
    {
        $this->connection = $connection;
        $this->options = $options;
    }

    public function isForked(): bool
    {
        return $this->connection->isForked();
    }

    /** @return int|string|null */
    public function heldKey(string $id)
    {
        return $this->heldId === $id ? $this->heldKey : null;
    }

    public function exists(string $id): bool
    {
        return $this->connection->call(['CTL', $id, 'EXIST']) === 1;
    }

    /**
     * Whether a session exists, and its data, without the lock.
     *
     * @return array{0: bool, 1: string|null}
     */
    public function peek(string $id): array
    {
        $replies = $this->connection->exchange([['CTL', $id, 'EXIST'], ['DATAGET', $id]]);
        foreach ($replies as $reply) {
            if ($reply instanceof ErrorReply) {
                throw $reply->toException();
            }
        }

        return [$replies[0] === 1, ReplyShape::check($this->connection, $replies[1], 'textOrNull')];
    }

    public function fetch(string $id): ?string
    {
        return ReplyShape::check($this->connection, $this->connection->call(['DATAGET', $id]), 'textOrNull');
    }

    /** Takes the lock, reserving the id where there is no session, and returns the data. */
    public function lock(string $id): ?string
    {
        return $this->take($this->slock($id, ['CREATE', 'DATA']), $id, []);
    }

    /**
     * Takes the lock only of a session that exists.
     *
     * @return array{0: bool, 1: string|null}
     */
    public function lockExisting(string $id): array
    {
        try {
            return [true, $this->take($this->slock($id, ['DATA']), $id, [])];
        } catch (MsessionException $failure) {
            if ($failure->errorCode() === 'NOSESSION') {
                return [false, null];
            }
            throw $failure;
        }
    }

    /**
     * Writes and frees the lock in one step; takes it first where it is not held and locks are on.
     *
     * @return string|null null: written; else the code that says how the lock was lost
     */
    public function save(string $id, string $data, bool $isFirstVisit): ?string
    {
        $words = ['TIMEOUT', $this->options->ttlSeconds($isFirstVisit)];
        if ($isFirstVisit) {
            array_push($words, 'CLASS', self::CLASS_NAME);
        }
        $words = array_merge($words, $this->indexWords());
        if ($this->heldId !== $id && !$this->options->hasLocks) {
            $this->connection->call(array_merge(['DATASET', $id, $data], $words));

            return null;
        }
        if ($this->heldId !== $id) {
            // frameworks write ids they never read
            $this->take($this->slock($id, ['CREATE']), $id, []);
        }

        return $this->unlock(array_merge(['DATA', $data], $words));
    }

    /** Renews the session's life and frees the lock; false when there is no session to renew. */
    public function renew(string $id): bool
    {
        $seconds = $this->options->ttlSeconds(false);
        if ($this->heldId === $id) {
            // a lost lock loses nothing here: there is nothing to write
            $this->unlock(array_merge(['TIMEOUT', $seconds], $this->indexWords()));

            return true;
        }
        $reply = $this->connection->exchange([['TIMEOUT', $id, $seconds]])[0];
        if ($reply instanceof ErrorReply) {
            if ($reply->code === 'NOSESSION') {
                return false;
            }
            throw $reply->toException();
        }

        return true;
    }

    /** Ends the session; one that is not there is no failure. */
    public function destroy(string $id): void
    {
        $commands = [['DROP', $id]];
        if ($this->heldId === $id) {
            // an id that is only reserved has no session to drop, but a lock
            $commands[] = ['SUNLOCK', $id, (string) $this->heldKey];
            $this->forgetLock();
        }
        $reply = $this->connection->exchange($commands)[0];
        if ($reply instanceof ErrorReply && $reply->code !== 'NOSESSION') {
            throw $reply->toException();
        }
    }

    /** Moves everything to the new id; false when the old id had no session yet. Holds the new one's lock after. */
    public function rename(string $id, string $newId): bool
    {
        $reply = $this->connection->exchange([['RENAME', $id, $newId]])[0];
        $isRenamed = !$reply instanceof ErrorReply;
        if (!$isRenamed && $reply->code !== 'NOSESSION') {
            throw $reply->toException();
        }
        if ($isRenamed && $this->heldId === $id) {
            $this->heldId = $newId;
        } elseif ($this->options->hasLocks) {
            $this->lock($newId);
        }

        return $isRenamed;
    }

    /** A second session with the same content; holds its lock after. */
    public function copy(string $id, string $newId): void
    {
        $copy = ['COPY', $id, $newId];
        if ($this->options->hasLocks) {
            $this->take($this->slock($newId, ['CREATE', 'DATA']), $newId, [$copy]);
        } else {
            $this->connection->exchange([$copy]);
        }
    }

    /** Frees the lock without writing. Never throws: a lock that cannot be freed goes with its connection. */
    public function release(): void
    {
        if ($this->heldId === null) {
            return;
        }
        $words = ['SUNLOCK', $this->heldId, (string) $this->heldKey];
        $this->forgetLock();
        if (!$this->connection->isOpen()) {
            return;
        }
        try {
            $this->connection->exchange([$words]);
        } catch (ConnectionException $lost) {
            $this->connection->close();
        }
    }

    /**
     * @param list<string> $flags
     * @return list<string|int|float>
     */
    private function slock(string $id, array $flags): array
    {
        return array_merge([
            'SLOCK', $id,
            'WAIT', min(self::DAY, (int) round(1000 * $this->options->waitSeconds)),
            'LEASE', max(1, min(self::DAY, (int) round(1000 * $this->options->leaseSeconds()))),
            'WAITERS', $this->options->maxWaiters,
            'BIND',
            'NOTE', LockNote::current(),
        ], $flags);
    }

    /**
     * @param list<string|int|float> $slock
     * @param list<list<string|int|float>> $before commands of the same round trip, whose errors do not matter
     */
    private function take(array $slock, string $id, array $before): ?string
    {
        if ($this->heldId !== null && $this->heldId !== $id) {
            array_unshift($before, ['SUNLOCK', $this->heldId, (string) $this->heldKey]);
            $this->forgetLock();
        }
        $replies = $this->connection->exchange(array_merge($before, [$slock]), $this->options->waitSeconds);
        $reply = end($replies);
        if ($reply instanceof ErrorReply) {
            throw $reply->toException();
        }
        [$key, $data] = \is_array($reply) && \count($reply) === 2 ? $reply : [$reply, null];
        $this->heldKey = ReplyShape::check($this->connection, $key, 'integer');
        $this->heldId = $id;

        return ReplyShape::check($this->connection, $data, 'textOrNull');
    }

    /**
     * @param list<string|int|float> $words
     * @return string|null null: done; NOWLOCK or NOSESSION: the lock is not ours any more
     */
    private function unlock(array $words): ?string
    {
        $reply = $this->connection->exchange([array_merge(['SUNLOCK', (string) $this->heldId, (string) $this->heldKey], $words)])[0];
        if (!$reply instanceof ErrorReply) {
            $this->forgetLock();

            return null;
        }
        if ($reply->code === 'NOWLOCK' || $reply->code === 'NOSESSION') {
            $this->forgetLock();

            return $reply->code;
        }
        throw $reply->toException();
    }

    /** @return list<string|int> */
    private function indexWords(): array
    {
        if ($this->options->index === []) {
            return [];
        }
        $index = VariableIndex::of($this->options->index);

        return array_merge(
            \Msession\Commands\Words::counted('variables', $index['variables']),
            \Msession\Commands\Words::counted('unset', $index['unset'])
        );
    }

    private function forgetLock(): void
    {
        $this->heldId = $this->heldKey = null;
    }
}
