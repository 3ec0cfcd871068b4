<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

use Msession\Wire\Stream;

final class ThrowingStream implements Stream
{
    /** @var Stream */
    private $inner;

    /** @var callable(): void */
    private $afterWrite;

    public function __construct(Stream $inner, callable $afterWrite)
    {
        $this->inner = $inner;
        $this->afterWrite = $afterWrite;
    }

    public function write(string $bytes): void
    {
        $this->inner->write($bytes);
        ($this->afterWrite)();
    }

    public function readSome(int $wanted): string
    {
        return $this->inner->readSome($wanted);
    }

    public function setReadTimeout(float $seconds): void
    {
        $this->inner->setReadTimeout($seconds);
    }

    public function isReused(): bool
    {
        return $this->inner->isReused();
    }

    public function isStale(): bool
    {
        return $this->inner->isStale();
    }

    public function waitReadable(float $seconds): bool
    {
        return $this->inner->waitReadable($seconds);
    }

    public function close(): void
    {
        $this->inner->close();
    }

    public function abandon(): void
    {
        $this->inner->abandon();
    }
}
