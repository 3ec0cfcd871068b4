<?php

declare(strict_types=1);

namespace Msession;

use Msession\Exception\ArgumentException;

/**
 * Finding and ending sessions by what they have in common: the fields named to {@see SessionHandler::index()}. The
 * server is the one that functions would use: MSESSION_URL, the registered handler's, or session.save_path.
 */
final class Sessions
{
    /** @var Client|null */
    private static $client;

    /** @var string|null */
    private static $server;

    /**
     * Ids of the sessions in which a field has a value, oldest first.
     *
     * @param string|int|float|bool $value
     * @return list<string>
     */
    public static function find(string $field, $value): array
    {
        return self::client()->find($field, self::text($value));
    }

    /**
     * Ends all sessions in which a field has a value, in one step: log a user out everywhere, or everywhere but here.
     *
     * @param string|int|float|bool $value
     * @param string|null $except the session to keep
     * @return int how many were ended
     */
    public static function destroyWhere(string $field, $value, ?string $except = null): int
    {
        return self::client()->dropWhere($field, self::text($value), $except === '' ? null : $except);
    }

    /** Live sessions on the server. */
    public static function count(): int
    {
        return self::client()->count();
    }

    /**
     * As the index writes values.
     *
     * @param mixed $value
     */
    private static function text($value): string
    {
        if (\is_bool($value)) {
            return $value ? '1' : '0';
        }
        if (!\is_scalar($value)) {
            throw new ArgumentException('the value to look for is text, a number or a boolean');
        }

        return (string) $value;
    }

    private static function client(): Client
    {
        $server = ServerLocator::find() ?? ServerLocator::FALLBACK;
        if (self::$client === null || self::$server !== $server) {
            self::$client = new Client($server, ['role' => 'search']);
            self::$server = $server;
        }

        return self::$client;
    }
}
