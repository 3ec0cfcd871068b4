<?php

declare(strict_types=1);

namespace Msession\Wire;

/** Where a parser's bytes come from: a socket, or the pieces of a test vector. */
interface ByteSource
{
    /**
     * Some more bytes, at least one. Waits for them; throws when there are none to come.
     *
     * @param int $wanted how many are known to be missing; a hint for the size of the read
     */
    public function readSome(int $wanted): string;
}
