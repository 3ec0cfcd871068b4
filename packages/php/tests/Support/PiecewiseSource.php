<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

use Msession\Wire\ByteSource;

/** Bytes in the pieces a test wants; throws EndOfPieces when they are used up. */
final class PiecewiseSource implements ByteSource
{
    /** @var list<string> */
    private $pieces;

    /** @param list<string> $pieces */
    public function __construct(array $pieces)
    {
        $this->pieces = array_values(array_filter($pieces, 'strlen'));
    }

    public function readSome(int $wanted): string
    {
        if ($this->pieces === []) {
            throw new EndOfPieces();
        }

        return (string) array_shift($this->pieces);
    }
}
