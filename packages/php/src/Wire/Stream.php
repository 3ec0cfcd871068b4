<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ConnectionException;

/** A connected socket as this package needs it; tests put scripted ones in its place. */
interface Stream extends ByteSource
{
    /**
     * Writes all bytes, in one system call when the kernel takes them at once.
     *
     * @throws ConnectionException whose requestMayHaveRun() is false only if not one byte left
     */
    public function write(string $bytes): void;

    public function setReadTimeout(float $seconds): void;

    /** Whether an earlier request of this process used the socket (persistent connections). */
    public function isReused(): bool;

    /** Whether the peer has closed or sent something nobody asked for. Costs a system call or two. */
    public function isStale(): bool;

    /** Waits until there is something to read (or the end); false when nothing came in time. */
    public function waitReadable(float $seconds): bool;

    public function close(): void;

    /** Lets go without closing: in a forked child the socket is the parent's. */
    public function abandon(): void;
}
