<?php

declare(strict_types=1);

namespace Msession;

/**
 * What one browser window keeps: an array that is saved at the end of the request if it changed, under the lock that was
 * taken when it was read. A copy made by `clone` shares its objects with the original until the request ends.
 *
 * @implements \ArrayAccess<array-key, mixed>
 * @implements \IteratorAggregate<array-key, mixed>
 */
final class SubSession implements \ArrayAccess, \Countable, \IteratorAggregate
{
    /** @var Client */
    private $client;

    /** @var string */
    private $parentId;

    /** @var string */
    private $id;

    /** @var int|string|null of the lock; null: given back */
    private $key;

    /** @var int a child that was forked off leaves lock and data to its parent */
    private $ownerPid;

    /** @var array<array-key, mixed> */
    private $data;

    /** @var string what the server has */
    private $saved;

    /** @var int|null */
    private $expireSeconds;

    /** @var bool */
    private $isDeleted = false;

    /**
     * @param int|string $key of its lock, which is held
     * @param array<array-key, mixed> $data
     */
    public function __construct(Client $client, string $parentId, string $id, $key, array $data, ?int $expireSeconds)
    {
        $this->key = $key;
        $this->ownerPid = (int) getmypid();
        $this->client = $client;
        $this->parentId = $parentId;
        $this->id = $id;
        $this->data = $data;
        $this->saved = serialize($data);
        $this->expireSeconds = $expireSeconds;
    }

    /** The id that URLs and forms carry. */
    public function id(): string
    {
        return $this->id;
    }

    /** The id under which the server has it, for its variables and locks: `parent/sub`. */
    public function sessionId(): string
    {
        return $this->parentId . '/' . $this->id;
    }

    public function isDeleted(): bool
    {
        return $this->isDeleted;
    }

    /** The lock goes with the sub-session. */
    public function markDeleted(): void
    {
        $this->isDeleted = true;
        $this->key = null;
    }

    /** Whether this process opened it and has not given it back: only then it can be saved. */
    public function isHeld(): bool
    {
        return $this->key !== null && $this->ownerPid === getmypid();
    }

    public function renew(): void
    {
        try {
            $this->client->touch($this->sessionId());
        } catch (Exception\ServerException $failure) {
            if ($failure->errorCode() !== 'NOSESSION') {
                throw $failure;
            }
        }
    }

    /**
     * Writes the data if it changed, and keeps the lock; a sub-session that ended meanwhile is not made again. NOWLOCK when
     * the request took longer than its lease and another went on.
     */
    public function save(): void
    {
        $data = serialize($this->data);
        if ($this->isDeleted || $data === $this->saved) {
            return;
        }
        if (!$this->isHeld()) {
            throw new Exception\SessionException('NOWLOCK', 'NOWLOCK the sub-session was given back at the end of the request; open it again by session()');
        }
        $this->client->dataSet($this->sessionId(), $data, [
            'condition' => 'XX',
            'key' => $this->key,
            'timeout' => $this->expireSeconds ?? 0,
        ]);
        $this->saved = $data;
    }

    /** Writes the data if it changed, and frees the lock, in one step. */
    public function close(): void
    {
        if (!$this->isHeld()) {
            return;
        }
        $key = $this->key;
        $this->key = null;
        $data = serialize($this->data);
        $isChanged = $data !== $this->saved;
        try {
            $this->client->unlock($this->sessionId(), $key, $isChanged ? ['data' => $data, 'timeout' => $this->expireSeconds ?? 0] : []);
            $this->saved = $data;
        } catch (Exception\ServerException $failure) {
            // one that ended meanwhile is not made again, and a lost lock loses nothing where there is nothing to write
            if ($failure->errorCode() === 'NOSESSION' || ($failure->errorCode() === 'NOWLOCK' && !$isChanged)) {
                return;
            }
            $this->free($key);
            throw $failure;
        }
    }

    /**
     * What the server would not write must not make the next request wait.
     *
     * @param int|string $key
     */
    private function free($key): void
    {
        try {
            $this->client->unlock($this->sessionId(), $key);
        } catch (Exception\MsessionException $ignored) {
            // the failure before this one says more; the lock ends with the connection or its lease
        }
    }

    /** @return array<array-key, mixed> */
    public function toArray(): array
    {
        return $this->data;
    }

    /** @return array<array-key, mixed> */
    public static function decode(string $data): array
    {
        if ($data === '') {
            return [];
        }
        $decoded = @unserialize($data);

        return \is_array($decoded) ? $decoded : [];
    }

    /** @param array-key $offset */
    #[\ReturnTypeWillChange]
    public function offsetExists($offset): bool
    {
        return isset($this->data[$offset]);
    }

    /**
     * By reference, so that `$window['cart'][] = 5` does what it says.
     *
     * @param array-key $offset
     * @return mixed
     */
    #[\ReturnTypeWillChange]
    public function &offsetGet($offset)
    {
        if (!\array_key_exists($offset, $this->data)) {
            $this->data[$offset] = null;
        }

        return $this->data[$offset];
    }

    /**
     * @param array-key|null $offset
     * @param mixed $value
     */
    #[\ReturnTypeWillChange]
    public function offsetSet($offset, $value): void
    {
        if ($offset === null) {
            $this->data[] = $value;
        } else {
            $this->data[$offset] = $value;
        }
    }

    /** @param array-key $offset */
    #[\ReturnTypeWillChange]
    public function offsetUnset($offset): void
    {
        unset($this->data[$offset]);
    }

    #[\ReturnTypeWillChange]
    public function count(): int
    {
        return \count($this->data);
    }

    #[\ReturnTypeWillChange]
    public function getIterator(): \ArrayIterator
    {
        return new \ArrayIterator($this->data);
    }
}
