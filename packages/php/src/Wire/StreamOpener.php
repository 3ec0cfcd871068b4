<?php

declare(strict_types=1);

namespace Msession\Wire;

/** Opens the stream of a connection. */
interface StreamOpener
{
    public function open(Address $address, ConnectionOptions $options): Stream;
}
