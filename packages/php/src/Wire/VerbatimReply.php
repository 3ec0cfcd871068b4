<?php

declare(strict_types=1);

namespace Msession\Wire;

/** A RESP3 verbatim string: text with a three-letter format, `txt` or `mkd`. */
final class VerbatimReply
{
    /** @var string */
    public $format;

    /** @var string */
    public $text;

    public function __construct(string $format, string $text)
    {
        $this->format = $format;
        $this->text = $text;
    }

    public function __toString(): string
    {
        return $this->text;
    }
}
