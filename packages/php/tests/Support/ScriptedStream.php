<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

use Msession\Exception\ConnectionException;
use Msession\Wire\Stream;

/**
 * A peer that plays a part: each read gives the next piece. A piece that is a Throwable is thrown; a callable gets what
 * was written so far and returns the piece.
 */
final class ScriptedStream implements Stream
{
    /** @var list<string> what was written, one entry a write */
    public $writes = [];

    /** @var int */
    public $reads = 0;

    /** @var bool */
    public $isClosed = false;

    /** @var bool */
    public $isAbandoned = false;

    /** @var float|null */
    public $readTimeout;

    /** @var bool */
    public $isStale = false;

    /** @var \Throwable|null thrown by the next write */
    public $writeFailure;

    /** @var list<string|\Throwable|callable(string): string> */
    private $pieces;

    /** @var bool */
    private $isReused;

    /** @param list<string|\Throwable|callable(string): string> $pieces */
    public function __construct(array $pieces, bool $isReused = false)
    {
        $this->pieces = $pieces;
        $this->isReused = $isReused;
    }

    public function write(string $bytes): void
    {
        if ($this->writeFailure !== null) {
            throw $this->writeFailure;
        }
        $this->writes[] = $bytes;
    }

    public function readSome(int $wanted): string
    {
        $this->reads++;
        if ($this->pieces === []) {
            throw new ConnectionException('LOST', 'the server closed the connection before its answer', true);
        }
        $piece = array_shift($this->pieces);
        if ($piece instanceof \Throwable) {
            throw $piece;
        }

        return \is_string($piece) ? $piece : $piece(implode('', $this->writes));
    }

    public function setReadTimeout(float $seconds): void
    {
        $this->readTimeout = $seconds;
    }

    public function isReused(): bool
    {
        return $this->isReused;
    }

    public function isStale(): bool
    {
        return $this->isStale;
    }

    public function waitReadable(float $seconds): bool
    {
        return $this->pieces !== [];
    }

    public function close(): void
    {
        $this->isClosed = true;
    }

    public function abandon(): void
    {
        $this->isAbandoned = true;
    }
}
