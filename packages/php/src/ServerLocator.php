<?php

declare(strict_types=1);

namespace Msession;

use Msession\Wire\Address;

/** Which server is meant where the code names none. */
final class ServerLocator
{
    public const FALLBACK = '127.0.0.1';

    /**
     * MSESSION_URL (environment, server variable or constant), else the registered save handler's server, else
     * session.save_path where it names a server; null when none of them does.
     */
    public static function find(): ?string
    {
        $handler = SessionHandler::registered();

        return self::fromEnvironment()
            ?? ($handler === null ? null : $handler->server())
            ?? self::fromSavePath((string) ini_get('session.save_path'));
    }

    public static function fromEnvironment(): ?string
    {
        return self::setting('MSESSION_URL');
    }

    /** A setting from the environment, a server variable (FastCGI parameter, SetEnv) or a constant of that name. */
    public static function setting(string $name): ?string
    {
        $value = getenv($name);
        if ($value === false || $value === '') {
            $value = $_SERVER[$name] ?? (\defined($name) ? \constant($name) : null);
        }

        return \is_scalar($value) && (string) $value !== '' ? (string) $value : null;
    }

    /** session.save_path belongs to other handlers as a file path, and to us as host[:port] or a URL. */
    public static function fromSavePath(string $savePath): ?string
    {
        return Address::tryParse($savePath) === null ? null : $savePath;
    }
}
