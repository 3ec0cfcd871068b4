<?php

declare(strict_types=1);

namespace Msession\Wire;

/** What a peer may make this process hold. Checked against announced lengths, before anything is allocated. */
final class ReplyLimits
{
    /** @var int */
    public $bulkBytes;

    /** @var int entries of one array, set or map */
    public $items;

    /** @var int nesting of arrays and maps */
    public $depth;

    /** @var int longest line of a simple string, error or number */
    public $lineBytes;

    public function __construct(int $bulkBytes = 536870912, int $items = 16777216, int $depth = 64, int $lineBytes = 65536)
    {
        $this->bulkBytes = $bulkBytes;
        $this->items = $items;
        $this->depth = $depth;
        $this->lineBytes = $lineBytes;
    }
}
