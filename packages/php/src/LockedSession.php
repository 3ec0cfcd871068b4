<?php

declare(strict_types=1);

namespace Msession;

/** A session while its lock is held by {@see Client::withLock()}: change what you want saved when the lock goes. */
final class LockedSession
{
    /** @var string */
    private $id;

    /** @var int|string */
    private $key;

    /** @var string|null */
    private $data;

    /** @var array<string, mixed> */
    private $changes = [];

    /** @param int|string $key */
    public function __construct(string $id, $key, ?string $data)
    {
        $this->id = $id;
        $this->key = $key;
        $this->data = $data;
    }

    public function id(): string
    {
        return $this->id;
    }

    /** @return int|string the fencing key: hand it to other systems that must refuse late writers */
    public function key()
    {
        return $this->key;
    }

    public function data(): ?string
    {
        return $this->data;
    }

    public function setData(string $data): void
    {
        $this->data = $this->changes['data'] = $data;
    }

    public function setVariable(string $name, string $value): void
    {
        $this->changes['variables'][$name] = $value;
    }

    public function unsetVariable(string $name): void
    {
        unset($this->changes['variables'][$name]);
        $this->changes['unset'][] = $name;
    }

    /** @return array<string, mixed> options of {@see Client::unlock()} */
    public function changes(): array
    {
        return $this->changes;
    }
}
