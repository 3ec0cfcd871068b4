<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/** The plain handler that ours is compared with: sessions in an array, and nothing clever. */
final class MemoryHandler implements \SessionHandlerInterface, \SessionIdInterface, \SessionUpdateTimestampHandlerInterface
{
    /** @var array<string, string> */
    private $sessions = [];

    #[\ReturnTypeWillChange]
    public function open($path, $name)
    {
        return true;
    }

    #[\ReturnTypeWillChange]
    public function close()
    {
        return true;
    }

    #[\ReturnTypeWillChange]
    public function read($id)
    {
        return $this->sessions[$id] ?? '';
    }

    #[\ReturnTypeWillChange]
    public function write($id, $data)
    {
        $this->sessions[$id] = $data;

        return true;
    }

    #[\ReturnTypeWillChange]
    public function destroy($id)
    {
        unset($this->sessions[$id]);

        return true;
    }

    #[\ReturnTypeWillChange]
    public function gc($max_lifetime)
    {
        return 0;
    }

    #[\ReturnTypeWillChange]
    public function create_sid()
    {
        return bin2hex(random_bytes(16));
    }

    #[\ReturnTypeWillChange]
    public function validateId($id)
    {
        return isset($this->sessions[$id]);
    }

    #[\ReturnTypeWillChange]
    public function updateTimestamp($id, $data)
    {
        $this->sessions[$id] = $data;

        return true;
    }
}
