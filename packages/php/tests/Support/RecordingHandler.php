<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/** Passes everything on and writes down the callbacks, their arguments and what they returned. */
final class RecordingHandler implements \SessionHandlerInterface, \SessionIdInterface, \SessionUpdateTimestampHandlerInterface
{
    /** @var list<string> */
    public $calls = [];

    /** @var \SessionHandlerInterface&\SessionIdInterface&\SessionUpdateTimestampHandlerInterface */
    private $inner;

    /** @param \SessionHandlerInterface&\SessionIdInterface&\SessionUpdateTimestampHandlerInterface $inner */
    public function __construct($inner)
    {
        $this->inner = $inner;
    }

    #[\ReturnTypeWillChange]
    public function open($path, $name)
    {
        return $this->record('open', ['PATH', $name], $this->inner->open($path, $name));
    }

    #[\ReturnTypeWillChange]
    public function close()
    {
        return $this->record('close', [], $this->inner->close());
    }

    #[\ReturnTypeWillChange]
    public function read($id)
    {
        return $this->record('read', [$id], $this->inner->read($id));
    }

    #[\ReturnTypeWillChange]
    public function write($id, $data)
    {
        return $this->record('write', [$id, $data], $this->inner->write($id, $data));
    }

    #[\ReturnTypeWillChange]
    public function destroy($id)
    {
        return $this->record('destroy', [$id], $this->inner->destroy($id));
    }

    #[\ReturnTypeWillChange]
    public function gc($max_lifetime)
    {
        return $this->inner->gc($max_lifetime);
    }

    #[\ReturnTypeWillChange]
    public function create_sid()
    {
        return $this->record('create_sid', [], $this->inner->create_sid());
    }

    #[\ReturnTypeWillChange]
    public function validateId($id)
    {
        return $this->record('validateId', [$id], $this->inner->validateId($id));
    }

    #[\ReturnTypeWillChange]
    public function updateTimestamp($id, $data)
    {
        return $this->record('updateTimestamp', [$id, $data], $this->inner->updateTimestamp($id, $data));
    }

    /**
     * @param list<mixed> $arguments
     * @param mixed $result
     * @return mixed
     */
    private function record(string $callback, array $arguments, $result)
    {
        $this->calls[] = $callback . json_encode($arguments) . ' => ' . json_encode($result);

        return $result;
    }
}
