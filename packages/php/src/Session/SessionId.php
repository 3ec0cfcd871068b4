<?php

declare(strict_types=1);

namespace Msession\Session;

/** What a session id may look like, and new ones from PHP's CSPRNG. */
final class SessionId
{
    private const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,-';

    /**
     * An id names a key on the server, so one that a visitor sent is held to the form PHP itself makes. Ids set in
     * code may be shorter.
     */
    public static function isAcceptable(string $id, bool $isFromRequest): bool
    {
        $pattern = $isFromRequest ? '/^[A-Za-z0-9,-]{22,250}$/D' : '/^[A-Za-z0-9,-]{1,250}$/D';

        return $id !== 'globals' && preg_match($pattern, $id) === 1;
    }

    /** Whether the visitor sent this id: in the cookie, or in the URL or form where PHP is told to look there. */
    public static function isFromRequest(string $id): bool
    {
        $name = (string) session_name();
        $places = [$_COOKIE];
        if (!filter_var(ini_get('session.use_only_cookies'), FILTER_VALIDATE_BOOLEAN)) {
            $places[] = $_GET;
            $places[] = $_POST;
        }
        foreach ($places as $place) {
            if (isset($place[$name]) && $place[$name] === $id) {
                return true;
            }
        }

        return false;
    }

    /** A fresh id in the length and alphabet that session.sid_length and sid_bits_per_character ask for. */
    public static function fresh(): string
    {
        $length = (int) ini_get('session.sid_length');
        $bits = (int) ini_get('session.sid_bits_per_character');
        $length = $length < 22 || $length > 250 ? 32 : $length;
        $bits = $bits < 4 || $bits > 6 ? 4 : $bits;
        $mask = (1 << $bits) - 1;
        $id = '';
        foreach (str_split(random_bytes($length)) as $byte) {
            $id .= self::ALPHABET[\ord($byte) & $mask];
        }

        return $id;
    }
}
