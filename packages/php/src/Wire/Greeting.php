<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ConnectionException;

/**
 * What goes out in front of the first command, in the same write. On a new stream: HELLO with the password. On a
 * persistent stream that an earlier request used: ECHO with a fresh nonce, whose reply proves that what follows is ours,
 * and CLIENT UNBIND, which frees what a dead script left locked. A reused Unix socket has no name of its own to keep
 * users apart, so there RESET and HELLO take the place of UNBIND.
 */
final class Greeting
{
    /** @var string|null */
    private $nonce;

    /** @var list<list<string>> */
    private $commands = [];

    /** @var bool */
    private $hasHello = false;

    /** @var bool */
    private $hasPassword;

    public function __construct(Address $address, ConnectionOptions $options, bool $isReused)
    {
        $this->hasPassword = $address->password !== null;
        if ($isReused) {
            $this->nonce = bin2hex(random_bytes(8));
            $this->commands[] = ['ECHO', $this->nonce];
            if ($address->transport !== 'unix') {
                $this->commands[] = ['CLIENT', 'UNBIND'];

                return;
            }
            $this->commands[] = ['RESET'];
        }
        if ($options->protocolVersion === 3) {
            $hello = ['HELLO', '3'];
            if ($address->password !== null) {
                array_push($hello, 'AUTH', $address->user ?? 'default', $address->password);
            }
            $this->commands[] = $hello;
            $this->hasHello = true;
        } elseif ($address->password !== null) {
            $this->commands[] = $address->user === null
                ? ['AUTH', $address->password]
                : ['AUTH', $address->user, $address->password];
        }
    }

    public function encode(): string
    {
        $bytes = '';
        foreach ($this->commands as $words) {
            $bytes .= RequestEncoder::encode($words);
        }

        return $bytes;
    }

    /**
     * Reads the answers. False when the server knows no HELLO and the commands behind it were therefore sent
     * without the password: they did nothing and must be sent anew.
     *
     * @param callable(): mixed $nextReply
     */
    public function check(callable $nextReply): bool
    {
        foreach ($this->commands as $words) {
            $reply = $nextReply();
            if ($words[0] === 'ECHO') {
                if ($reply !== $this->nonce) {
                    throw new ConnectionException('LOST', 'the persistent connection held another request\'s reply', true);
                }
            } elseif ($reply instanceof ErrorReply && $words[0] !== 'RESET' && $words[0] !== 'CLIENT') {
                if ($this->hasHello && ($reply->code === 'NOPROTO' || stripos($reply->message, 'unknown command') === 0)) {
                    return !$this->hasPassword;
                }
                throw $reply->toException();
            }
        }

        return true;
    }
}
