<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ConnectionException;

/**
 * A PHP stream socket: blocking, unbuffered (what was read but not used stays visible to nobody), with the socket's own
 * timeout for reads and writes. PHP's warnings about sockets are kept from the page; they become exceptions.
 */
final class SocketStream implements Stream
{
    private const READ_BYTES = 65536;

    /** @var list<resource> sockets that belong to a parent process */
    private static $abandoned = [];

    /** @var resource|null */
    private $socket;

    /** @var bool */
    private $isReused;

    /** @var string|null key in PersistentNames, given back on close */
    private $persistentName;

    /** @var float|null the timeout in force */
    private $readTimeout;

    /** @param resource $socket */
    public function __construct($socket, bool $isReused, ?string $persistentName)
    {
        $this->socket = $socket;
        $this->isReused = $isReused;
        $this->persistentName = $persistentName;
        stream_set_read_buffer($socket, 0);
        stream_set_write_buffer($socket, 0);
    }

    public function write(string $bytes): void
    {
        $socket = $this->socket();
        $length = \strlen($bytes);
        $written = 0;
        set_error_handler([self::class, 'ignoreError']);
        try {
            while ($written < $length) {
                $count = fwrite($socket, $written === 0 ? $bytes : substr($bytes, $written));
                if ($count === false || $count === 0) {
                    $isTimeout = stream_get_meta_data($socket)['timed_out'];
                    throw $isTimeout
                        ? new ConnectionException('TIMEOUT', 'the server takes no bytes', $written > 0)
                        : new ConnectionException('LOST', 'the server closed the connection', $written > 0);
                }
                $written += $count;
            }
        } finally {
            restore_error_handler();
        }
    }

    public function readSome(int $wanted): string
    {
        $socket = $this->socket();
        set_error_handler([self::class, 'ignoreError']);
        try {
            $bytes = fread($socket, max(self::READ_BYTES, min($wanted, 4194304)));
        } finally {
            restore_error_handler();
        }
        if ($bytes !== false && $bytes !== '') {
            return $bytes;
        }
        if (stream_get_meta_data($socket)['timed_out']) {
            throw new ConnectionException('TIMEOUT', 'the server did not answer in time', true);
        }
        throw new ConnectionException('LOST', 'the server closed the connection before its answer', true);
    }

    public function setReadTimeout(float $seconds): void
    {
        if ($seconds === $this->readTimeout) {
            return;
        }
        $this->readTimeout = $seconds;
        $whole = (int) floor($seconds);
        stream_set_timeout($this->socket(), $whole, (int) round(($seconds - $whole) * 1e6));
    }

    public function isReused(): bool
    {
        return $this->isReused;
    }

    public function isStale(): bool
    {
        // between requests nothing is due: whatever can be read is the end, or not ours
        return $this->waitReadable(0.0);
    }

    public function waitReadable(float $seconds): bool
    {
        $read = [$this->socket()];
        $write = $except = null;
        $whole = (int) floor($seconds);
        set_error_handler([self::class, 'ignoreError']);
        try {
            return stream_select($read, $write, $except, $whole, (int) (($seconds - $whole) * 1e6)) !== 0;
        } finally {
            restore_error_handler();
        }
    }

    public function close(): void
    {
        if ($this->socket !== null) {
            if (\is_resource($this->socket)) {
                fclose($this->socket);
            }
            $this->socket = null;
        }
        $this->releaseName();
    }

    public function abandon(): void
    {
        if ($this->socket !== null) {
            self::$abandoned[] = $this->socket;
            $this->socket = null;
        }
    }

    public function __destruct()
    {
        $this->releaseName();
    }

    private function releaseName(): void
    {
        PersistentNames::release($this->persistentName);
        $this->persistentName = null;
    }

    public static function ignoreError(): bool
    {
        return true;
    }

    /** @return resource */
    private function socket()
    {
        if ($this->socket === null || !\is_resource($this->socket)) {
            throw new ConnectionException('LOST', 'the connection is closed');
        }

        return $this->socket;
    }
}
