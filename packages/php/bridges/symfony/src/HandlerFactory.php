<?php

declare(strict_types=1);

namespace Msession\Symfony;

use Msession\SessionHandler;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\SessionHandlerFactory;

/** Makes the session handler that an address names. */
final class HandlerFactory
{
    /**
     * @param object|string $connection a connection object or a DSN
     * @param array<string, mixed> $options what Symfony passes on since 6.1
     */
    public static function createHandler($connection, array $options = []): \SessionHandlerInterface
    {
        if (\is_string($connection) && preg_match('#^msessions?://#', $connection) === 1) {
            return new SessionHandler($connection, isset($options['ttl']) ? ['ttl' => $options['ttl']] : []);
        }

        return $options === []
            ? SessionHandlerFactory::createHandler($connection)
            : SessionHandlerFactory::createHandler($connection, $options);
    }
}
