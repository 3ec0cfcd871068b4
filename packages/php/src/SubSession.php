<?php

declare(strict_types=1);

namespace Msession;

/**
 * What one browser window keeps: an array that is saved at the end of the request if it changed. A copy made by `clone`
 * shares its objects with the original until the request ends.
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

    /** @var array<array-key, mixed> */
    private $data;

    /** @var string|null what the server has */
    private $saved;

    /** @var int|null */
    private $expireSeconds;

    /** @var bool */
    private $isDeleted = false;

    /** @param array<array-key, mixed> $data */
    public function __construct(Client $client, string $parentId, string $id, array $data, ?int $expireSeconds)
    {
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

    public function markDeleted(): void
    {
        $this->isDeleted = true;
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

    /** Writes the data if it changed; a sub-session that ended meanwhile is not made again. */
    public function save(): void
    {
        $data = serialize($this->data);
        if ($this->isDeleted || $data === $this->saved) {
            return;
        }
        $this->client->dataSet($this->sessionId(), $data, ['condition' => 'XX', 'timeout' => $this->expireSeconds ?? 0]);
        $this->saved = $data;
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
