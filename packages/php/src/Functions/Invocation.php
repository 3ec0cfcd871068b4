<?php

declare(strict_types=1);

namespace Msession\Functions;

use Msession\Client;
use Msession\Exception\MsessionException;

/** How one of the extension's functions runs: arguments counted and converted as PHP did, failures as warnings and values. */
final class Invocation
{
    /**
     * Runs a function's body with a client and the arguments as text; what it throws becomes a warning and a value.
     *
     * @param list<mixed> $args
     * @param mixed $onFailure what the function returns when the server refuses
     * @param callable(Client, list<string>, list<mixed>): mixed $body
     * @param string $silentCode error code without a warning
     * @return mixed
     */
    public static function run(string $function, array $args, int $minimum, int $maximum, $onFailure, callable $body, bool $isSilent = false, string $silentCode = '')
    {
        if (!self::hasCount($function, $args, $minimum, $maximum)) {
            return null;
        }
        $client = Connector::client();
        if ($client === null) {
            Warnings::raise($function, 'Msession not initialized');

            return false;
        }
        try {
            return $body($client, array_map([Arguments::class, 'toText'], $args), $args);
        } catch (MsessionException $failure) {
        }
        // here nothing is open any more: an error handler may throw out of the warning
        if (Connector::isUnconnected($failure)) {
            Warnings::raise($function, 'Msession not initialized: ' . $failure->getMessage());

            return false;
        }
        $code = $failure->errorCode();
        if (!$failure->connectionSurvives() || (!$isSilent && $code !== $silentCode)) {
            Warnings::raise($function, $failure->getMessage());
        }

        return $onFailure;
    }

    /**
     * Whether there are as many arguments as the function takes; warns where not.
     *
     * @param list<mixed> $args
     */
    public static function hasCount(string $function, array $args, int $minimum, int $maximum): bool
    {
        $count = \count($args);
        if ($count >= $minimum && $count <= $maximum) {
            return true;
        }
        Warnings::wrongCount($function);

        return false;
    }
}
