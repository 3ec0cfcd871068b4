<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ConnectionException;

/** Checks that a reply is of the kind its command has; what is not comes from no msession server. */
final class ReplyShape
{
    /**
     * @param mixed $reply
     * @param string $shape text, textOrNull, integer, list, map, or any
     * @return mixed the reply
     */
    public static function check(Connection $connection, $reply, string $shape)
    {
        if (!self::fits($reply, $shape)) {
            $connection->close();
            throw new ConnectionException('PROTO', sprintf('the server answered with %s where %s was due', self::kind($reply), $shape), true);
        }

        return $reply;
    }

    /** @param mixed $reply */
    private static function fits($reply, string $shape): bool
    {
        switch ($shape) {
            case 'text':
                return \is_string($reply);
            case 'textOrNull':
                return $reply === null || \is_string($reply);
            case 'integer':
                return \is_int($reply) || (\is_string($reply) && strspn($reply, '-0123456789') === \strlen($reply));
            case 'list':
                return \is_array($reply);
            case 'pair':
                return \is_array($reply) && \count($reply) === 2;
            case 'map':
                return \is_array($reply) || $reply instanceof MapReply;
        }

        return true;
    }

    /** @param mixed $reply */
    private static function kind($reply): string
    {
        return \is_object($reply) ? substr((string) strrchr(\get_class($reply), '\\'), 1) : \gettype($reply);
    }
}
