<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ConnectionException;

/**
 * One connection: opens on first use, sends each batch of commands in one write, reads the replies, and knows when a
 * batch may be sent a second time. Whatever interrupts an exchange (an exception, a timeout, half a reply) closes the
 * stream, so that no reply is ever taken for the answer to another question. A forked child never uses its parent's
 * stream.
 */
final class Connection
{
    /** Idle for longer than this, the stream is looked at before it is used. */
    private const TRUSTED_IDLE_SECONDS = 0.25;

    private const MAX_PUSHES = 10000;

    /** @var Address */
    private $address;

    /** @var ConnectionOptions */
    private $options;

    /** @var StreamOpener */
    private $opener;

    /** @var Stream|null */
    private $stream;

    /** @var ReplyParser|null */
    private $parser;

    /** @var int process that opened the stream */
    private $ownerPid = 0;

    /** @var float */
    private $lastUsedAt = 0.0;

    /** @var bool */
    private $isInExchange = false;

    /** @var bool whether unasked messages are welcome */
    private $isPushing = false;

    /** @var list<PushReply> */
    private $pushes = [];

    public function __construct(Address $address, ConnectionOptions $options, ?StreamOpener $opener = null)
    {
        $this->address = $address;
        $this->options = $options;
        $this->opener = $opener ?? new SocketOpener();
        ExchangeGuard::watch($this);
    }

    public function address(): Address
    {
        return $this->address;
    }

    public function isOpen(): bool
    {
        return $this->stream !== null && !$this->isForked();
    }

    public function isPersistent(): bool
    {
        return $this->options->isPersistent;
    }

    /** Whether this process is a child of the one that opened the stream. */
    public function isForked(): bool
    {
        return $this->ownerPid !== 0 && $this->ownerPid !== getmypid();
    }

    /** Opens the connection now and makes sure that a server answers. */
    public function connect(): void
    {
        $this->call(['PING']);
    }

    /**
     * Sends one command; an error reply is thrown.
     *
     * @param list<string|int|float> $words
     * @param float $waitSeconds how long the server may take on top of the read timeout
     * @return mixed
     */
    public function call(array $words, float $waitSeconds = 0.0)
    {
        $reply = $this->exchange([$words], $waitSeconds)[0];
        if ($reply instanceof ErrorReply) {
            throw $reply->toException();
        }

        return $reply;
    }

    /**
     * Sends commands in one write and returns their replies in order, error replies as values. After a lost
     * connection the batch is sent once more if no byte of it left, or if each command of it may be asked twice.
     *
     * @param list<list<string|int|float>> $commands
     * @return list<mixed>
     */
    public function exchange(array $commands, float $waitSeconds = 0.0): array
    {
        if ($this->isInExchange) {
            throw new ConnectionException('LOST', 'the connection is in the middle of another exchange');
        }
        try {
            return $this->attempt($commands, $waitSeconds);
        } catch (ConnectionException $failure) {
            $isLost = $failure->errorCode() === 'LOST';
            if (!$isLost || ($failure->requestMayHaveRun() && !Repetition::isSafe($commands))) {
                throw $failure;
            }
        }

        return $this->attempt($commands, $waitSeconds);
    }

    /** From now on the server may send what nobody asked for (EVENTS, SLOCK ASYNC, MONITOR). */
    public function expectPushes(): void
    {
        if ($this->options->isPersistent) {
            throw new ConnectionException('DENIED', 'push messages need a connection of their own; a persistent one outlives the script');
        }
        $this->isPushing = true;
    }

    /** The next push message, or null when none came in time. */
    public function nextPush(float $seconds): ?PushReply
    {
        if ($this->pushes !== []) {
            return array_shift($this->pushes);
        }
        $reply = $this->receive($seconds);

        return $reply instanceof PushReply ? $reply : null;
    }

    /**
     * Something the server sends unasked (push messages, lines of MONITOR), or null when nothing came in time.
     *
     * @return mixed
     */
    public function receive(float $seconds)
    {
        if ($this->stream === null || $this->parser === null) {
            throw new ConnectionException('LOST', 'the connection is closed');
        }
        if (!$this->parser->hasLeftover() && !$this->stream->waitReadable($seconds)) {
            return null;
        }
        $isDone = false;
        $this->isInExchange = true;
        try {
            $reply = $this->parser->read();
            $isDone = true;

            return $reply;
        } catch (ProtocolFault $fault) {
            throw $this->protocolFailure($fault);
        } finally {
            $this->isInExchange = false;
            if (!$isDone) {
                $this->close();
            }
        }
    }

    public function close(): void
    {
        if ($this->stream !== null) {
            if ($this->isForked()) {
                $this->stream->abandon();
            } else {
                $this->stream->close();
            }
        }
        $this->stream = null;
        $this->parser = null;
        $this->pushes = [];
    }

    /** What a script that ends in the middle of an exchange must not leave on a persistent stream. */
    public function closeIfInterrupted(): void
    {
        if ($this->isInExchange) {
            $this->isInExchange = false;
            $this->close();
        }
    }

    /**
     * @param list<list<string|int|float>> $commands
     * @return list<mixed>
     */
    private function attempt(array $commands, float $waitSeconds): array
    {
        $isDone = false;
        $this->isInExchange = true;
        try {
            $greeting = $this->prepareStream();
            $stream = $this->stream;
            $parser = $this->parser;
            \assert($stream !== null && $parser !== null);
            $bytes = $greeting === null ? '' : $greeting->encode();
            foreach ($commands as $words) {
                $bytes .= RequestEncoder::encode($words);
            }
            $stream->setReadTimeout($this->options->readTimeout + $waitSeconds);
            $stream->write($bytes);
            $isRunUnderRights = true;
            if ($greeting !== null) {
                $isRunUnderRights = $greeting->check(function () {
                    return $this->nextReply();
                });
            }
            if ($isRunUnderRights) {
                $replies = [];
                foreach ($commands as $words) {
                    $replies[] = $this->nextReply();
                }
                $this->lastUsedAt = microtime(true);
                $isDone = true;

                return $replies;
            }
        } catch (ProtocolFault $fault) {
            throw $this->protocolFailure($fault);
        } finally {
            $this->isInExchange = false;
            if (!$isDone) {
                $this->close();
            }
        }
        // the server knows no HELLO, so the password did not reach it and it refused the commands: begin again in RESP2
        $this->options->protocolVersion = 2;

        return $this->attempt($commands, $waitSeconds);
    }

    private function prepareStream(): ?Greeting
    {
        if ($this->isForked() && $this->stream !== null) {
            $this->close();
        }
        if ($this->stream !== null && !$this->isPushing && $this->isStale($this->stream)) {
            $this->close();
        }
        if ($this->stream !== null) {
            return null;
        }
        $stream = $this->opener->open($this->address, $this->options);
        if ($stream->isReused() && $stream->isStale()) {
            // a reply that an earlier script never read, or the end: not ours to read
            $stream->close();
            $stream = $this->opener->open($this->address, $this->options);
        }
        $this->stream = $stream;
        $this->parser = new ReplyParser($stream, $this->options->limits);
        $this->ownerPid = (int) getmypid();

        return new Greeting($this->address, $this->options, $stream->isReused());
    }

    private function isStale(Stream $stream): bool
    {
        if ($this->parser !== null && $this->parser->hasLeftover()) {
            return true;
        }

        return microtime(true) - $this->lastUsedAt > self::TRUSTED_IDLE_SECONDS && $stream->isStale();
    }

    /** @return mixed */
    private function nextReply()
    {
        do {
            \assert($this->parser !== null);
            $reply = $this->parser->read();
            if (!$reply instanceof PushReply) {
                return $reply;
            }
            if (\count($this->pushes) < self::MAX_PUSHES) {
                $this->pushes[] = $reply;
            }
        } while (true);
    }

    private function protocolFailure(ProtocolFault $fault): ConnectionException
    {
        return new ConnectionException('PROTO', 'the peer does not speak RESP: ' . $fault->getMessage(), true, $fault);
    }
}
