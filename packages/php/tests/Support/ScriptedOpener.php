<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

use Msession\Exception\ConnectionException;
use Msession\Wire\Address;
use Msession\Wire\ConnectionOptions;
use Msession\Wire\Stream;
use Msession\Wire\StreamOpener;

/** Hands out scripted streams one after the other, and refuses when there are no more. */
final class ScriptedOpener implements StreamOpener
{
    /** @var list<ScriptedStream> */
    private $streams;

    public function __construct(ScriptedStream ...$streams)
    {
        $this->streams = $streams;
    }

    public function open(Address $address, ConnectionOptions $options): Stream
    {
        if ($this->streams === []) {
            throw new ConnectionException('CONNECT', 'cannot connect: refused');
        }

        return array_shift($this->streams);
    }
}
