<?php

declare(strict_types=1);

namespace Msession\Wire;

/** A RESP3 big number, kept as its digits. */
final class BigNumberReply
{
    /** @var string */
    public $digits;

    public function __construct(string $digits)
    {
        $this->digits = $digits;
    }

    public function __toString(): string
    {
        return $this->digits;
    }
}
