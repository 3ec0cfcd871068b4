<?php

declare(strict_types=1);

namespace Msession\Session;

use Msession\Client;
use Msession\Exception\ServerException;
use Msession\SubSession;

/**
 * What sub-sessions ask of the server. One is opened under its own lock, as a page opens its session: requests of one
 * window come one after the other, windows do not wait for each other. The locks are bound to the connection.
 */
final class SubSessionStore
{
    private const MAX_WAITERS = 16;

    /** Longest WAIT and LEASE the server takes, in seconds. */
    private const DAY = 86400.0;

    /** @var array<string, SubSession> held by this process, whoever opened them: a page must not wait for itself */
    private static $held = [];

    /** @var Client */
    private $client;

    /** @var string */
    private $parentId;

    /** @var int|null seconds since last access; null never */
    private $expireSeconds;

    /** @var float */
    private $waitSeconds;

    /** @var float|null */
    private $leaseSeconds;

    public function __construct(Client $client, string $parentId, ?int $expireSeconds, float $waitSeconds, ?float $leaseSeconds)
    {
        $this->client = $client;
        $this->parentId = $parentId;
        $this->expireSeconds = $expireSeconds;
        $this->waitSeconds = $waitSeconds;
        $this->leaseSeconds = $leaseSeconds;
    }

    /** Takes the lock of a sub-session that exists, and reads it; null when there is none of that id. */
    public function open(string $id): ?SubSession
    {
        $held = self::$held[$this->place($id)] ?? null;
        if ($held !== null && $held->isHeld()) {
            return $held;
        }
        try {
            return $this->lockAndRead($id);
        } catch (ServerException $failure) {
            $this->ignoreMissing($failure);

            return null;
        }
    }

    /** Makes a sub-session under an id that the application chose; opens it where another request was faster. */
    public function create(string $id): SubSession
    {
        $this->withParent(function () use ($id): void {
            try {
                $this->client->create($this->nameOf($id), ['timeout' => $this->expireSeconds ?? 0]);
            } catch (ServerException $existing) {
                if ($existing->errorCode() !== 'DUPSESSION') {
                    throw $existing;
                }
            }
        });

        return $this->lockAndRead($id);
    }

    /** Makes a sub-session under a new id: an empty one, or a copy of one that was saved. */
    public function createNew(?SubSession $from): SubSession
    {
        $id = '';
        $this->withParent(function () use ($from, &$id): void {
            $id = $this->client->subNew($this->parentId, [
                'clone' => $from === null ? null : $from->id(),
                'timeout' => $this->expireSeconds ?? 0,
            ]);
        });

        return $this->hold($id, $this->client->lock($this->nameOf($id), $this->terms()), $from === null ? [] : $from->toArray());
    }

    /** Saves what changed and frees the lock. */
    public function close(SubSession $subSession): void
    {
        unset(self::$held[$this->place($subSession->id())]);
        $subSession->close();
    }

    /** Ends a sub-session, whoever uses it; one that is not there is no failure. */
    public function drop(string $id): void
    {
        $place = $this->place($id);
        if (isset(self::$held[$place])) {
            self::$held[$place]->markDeleted();
            unset(self::$held[$place]);
        }
        try {
            $this->client->drop($this->nameOf($id));
        } catch (ServerException $failure) {
            $this->ignoreMissing($failure);
        }
    }

    /** @return list<string> */
    public function ids(): array
    {
        try {
            return $this->client->subList($this->parentId);
        } catch (ServerException $failure) {
            $this->ignoreMissing($failure);

            return [];
        }
    }

    /**
     * @param list<string> $ids
     * @return array<array-key, int> id => seconds since last access
     */
    public function idleSeconds(array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $replies = $this->client->pipeline(array_map(function (string $id): array {
            return ['CTL', $this->nameOf($id), 'TLA'];
        }, $ids));

        return array_filter(array_combine($ids, $replies), 'is_int');
    }

    private function lockAndRead(string $id): SubSession
    {
        [$key, $data] = $this->client->lockAndRead($this->nameOf($id), $this->terms());

        return $this->hold($id, $key, SubSession::decode((string) $data));
    }

    /**
     * @param int|string $key
     * @param array<array-key, mixed> $data
     */
    private function hold(string $id, $key, array $data): SubSession
    {
        return self::$held[$this->place($id)] = new SubSession($this->client, $this->parentId, $id, $key, $data, $this->expireSeconds);
    }

    /** @return array<string, mixed> */
    private function terms(): array
    {
        return [
            'wait' => min(self::DAY, $this->waitSeconds),
            'lease' => max(0.001, min(self::DAY, $this->leaseSeconds ?? HandlerOptions::usualLeaseSeconds())),
            'waiters' => self::MAX_WAITERS,
            'bind' => true,
            'note' => LockNote::current(),
        ];
    }

    /** A parent that the save handler has only reserved is made, so that it can hold sub-sessions. */
    private function withParent(callable $function): void
    {
        try {
            $function();
        } catch (ServerException $failure) {
            $this->ignoreMissing($failure);
            try {
                $this->client->create($this->parentId);
            } catch (ServerException $existing) {
                if ($existing->errorCode() !== 'DUPSESSION') {
                    throw $existing;
                }
            }
            $function();
        }
    }

    private function nameOf(string $id): string
    {
        return $this->parentId . '/' . $id;
    }

    private function place(string $id): string
    {
        return $this->client->connection()->address()->describe() . ' ' . $this->nameOf($id);
    }

    private function ignoreMissing(ServerException $failure): void
    {
        if ($failure->errorCode() !== 'NOSESSION') {
            throw $failure;
        }
    }
}
