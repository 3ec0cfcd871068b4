<?php

declare(strict_types=1);

namespace Msession;

use Msession\Commands\ConnectionCommands;
use Msession\Commands\DataCommands;
use Msession\Commands\LockCommands;
use Msession\Commands\SearchCommands;
use Msession\Commands\ServerCommands;
use Msession\Commands\SessionCommands;
use Msession\Commands\SubSessionCommands;
use Msession\Commands\VariableCommands;
use Msession\Exception\ConnectionException;
use Msession\Exception\MsessionException;
use Msession\Wire\Address;
use Msession\Wire\Connection;
use Msession\Wire\ConnectionOptions;
use Msession\Wire\ErrorReply;
use Msession\Wire\PushReply;
use Msession\Wire\ReplyShape;
use Msession\Wire\StreamOpener;
use Msession\Wire\VerbatimReply;

/**
 * The server's commands as typed methods. Connects on first use; errors are exceptions ({@see MsessionException}),
 * expected misses are values: no session in {@see DataCommands::dataGet()} is null.
 */
final class Client
{
    use ConnectionCommands;
    use DataCommands;
    use LockCommands;
    use SearchCommands;
    use ServerCommands;
    use SessionCommands;
    use SubSessionCommands;
    use VariableCommands;

    /** @var Connection */
    private $connection;

    /**
     * @param string $server `host[:port]`, `tcp://`, `tls://`, `unix://`; user, password and options may stand in it
     * @param array<string, mixed> $options connectTimeout (2.0 s), readTimeout (5.0 s), persistent (false),
     *     protocol (3), role, tls (PHP's ssl context options), maxReplyBytes
     */
    public function __construct(string $server = '127.0.0.1', array $options = [], ?StreamOpener $opener = null)
    {
        $address = Address::parse($server);
        $this->connection = new Connection($address, ConnectionOptions::from($address, $options), $opener);
    }

    /** A client that uses a connection made elsewhere. */
    public static function over(Connection $connection): self
    {
        $client = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $client->connection = $connection;

        return $client;
    }

    public function connection(): Connection
    {
        return $this->connection;
    }

    public function close(): void
    {
        $this->connection->close();
    }

    /**
     * Any command by its words.
     *
     * @param string|int|float ...$words
     * @return mixed
     */
    public function command(...$words)
    {
        return $this->send($words);
    }

    /**
     * Many commands in one write. Error replies come as exceptions in the list, not thrown.
     *
     * @param list<list<string|int|float>> $commands
     * @return list<mixed>
     */
    public function pipeline(array $commands): array
    {
        return array_map(static function ($reply) {
            return $reply instanceof ErrorReply ? $reply->toException() : $reply;
        }, $this->connection->exchange($commands));
    }

    /** The next push message after {@see ServerCommands::events()}, or null when none came in time. */
    public function nextPush(float $seconds): ?PushReply
    {
        return $this->connection->nextPush($seconds);
    }

    /**
     * @param list<string|int|float> $words
     * @param string $shape what the reply must be, {@see ReplyShape}
     * @return mixed
     */
    private function send(array $words, float $waitSeconds = 0.0, string $shape = 'any')
    {
        $reply = $this->connection->call($words, $waitSeconds);

        return ReplyShape::check($this->connection, $reply instanceof VerbatimReply ? $reply->text : $reply, $shape);
    }
}
