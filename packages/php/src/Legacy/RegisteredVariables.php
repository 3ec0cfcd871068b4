<?php

declare(strict_types=1);

namespace Msession\Legacy;

/** Global variables that live in the session: one value under two names. */
final class RegisteredVariables
{
    /** Names that must not be bound to what a visitor's session holds. */
    private const RESERVED = '/^(?:GLOBALS|this|_[A-Z]+|HTTP_[A-Z]+_(?:VARS|FILES))$/D';

    /** @param array<array-key, mixed> $names */
    public static function register(array $names): bool
    {
        // by the page's own rules: an error here is the page's to see
        if (session_status() !== PHP_SESSION_ACTIVE && !session_start()) {
            return false;
        }
        $isComplete = true;
        foreach ($names as $name) {
            $isComplete = (\is_array($name) ? self::register($name) : self::bind((string) $name)) && $isComplete;
        }

        return $isComplete;
    }

    public static function unregister(string $name): bool
    {
        unset($_SESSION[$name]);

        return true;
    }

    public static function isRegistered(string $name): bool
    {
        return session_status() === PHP_SESSION_ACTIVE && \array_key_exists($name, $_SESSION);
    }

    /** An existing session value wins, else the global's; then both are one. */
    private static function bind(string $name): bool
    {
        if ($name === '' || preg_match(self::RESERVED, $name) === 1) {
            return false;
        }
        if (!\array_key_exists($name, $_SESSION)) {
            $_SESSION[$name] = $GLOBALS[$name] ?? null;
        }
        $GLOBALS[$name] = &$_SESSION[$name];

        return true;
    }
}
