<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

use Msession\Wire\Address;
use Msession\Wire\ConnectionOptions;
use Msession\Wire\SocketOpener;
use Msession\Wire\Stream;
use Msession\Wire\StreamOpener;

/** Real sockets on which an exception comes up between a request and its reply, as a signal handler's would. */
final class ThrowingOpener implements StreamOpener
{
    /** @var bool */
    private $isArmed = false;

    public function throwAfterWrite(): void
    {
        $this->isArmed = true;
    }

    public function open(Address $address, ConnectionOptions $options): Stream
    {
        return new ThrowingStream((new SocketOpener())->open($address, $options), function (): void {
            if ($this->isArmed) {
                $this->isArmed = false;
                throw new \DomainException('in the middle of an exchange');
            }
        });
    }
}
