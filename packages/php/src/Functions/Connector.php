<?php

declare(strict_types=1);

namespace Msession\Functions;

use Msession\Client;
use Msession\Exception\ConnectionException;
use Msession\Exception\MsessionException;
use Msession\ServerLocator;

/** The one connection of the functions, and whether it may open by itself. It is never the save handler's. */
final class Connector
{
    /** @var Client|null */
    private static $client;

    /** @var bool set by msession_disconnect(): from then on nothing connects by itself */
    private static $isDisconnected = false;

    /** Connects now; throws when nobody answers. */
    public static function connect(string $server): void
    {
        self::disconnect();
        $client = self::newClient($server);
        $client->connection()->connect();
        self::$client = $client;
        self::$isDisconnected = false;
    }

    public static function disconnect(): void
    {
        if (self::$client !== null) {
            self::$client->close();
        }
        self::$client = null;
        self::$isDisconnected = true;
    }

    /** The client to use, or null when there is no server to connect to. */
    public static function client(): ?Client
    {
        if (self::$client === null && !self::$isDisconnected) {
            $server = ServerLocator::find();
            try {
                self::$client = $server === null ? null : self::newClient($server);
            } catch (MsessionException $unusable) {
                return null;
            }
        }

        return self::$client;
    }

    /** Forgets everything, as the start of a request does. */
    public static function forget(): void
    {
        self::disconnect();
        self::$isDisconnected = false;
    }

    /** Whether a failure means that there was no connection to begin with. */
    public static function isUnconnected(MsessionException $failure): bool
    {
        return $failure instanceof ConnectionException && $failure->errorCode() === 'CONNECT';
    }

    private static function newClient(string $server): Client
    {
        $persistent = ServerLocator::setting('MSESSION_PERSISTENT');

        return new Client($server, ['role' => 'functions'] + ($persistent === null ? [] : ['persistent' => $persistent]));
    }
}
