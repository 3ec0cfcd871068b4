<?php

declare(strict_types=1);

namespace Msession\Wire;

/** A RESP3 set. */
final class SetReply
{
    /** @var list<mixed> */
    public $items;

    /** @param list<mixed> $items */
    public function __construct(array $items)
    {
        $this->items = $items;
    }
}
