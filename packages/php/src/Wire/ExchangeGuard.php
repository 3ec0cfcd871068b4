<?php

declare(strict_types=1);

namespace Msession\Wire;

/**
 * Closes, when the script ends, streams that it left in the middle of an exchange: a time limit or exit() ends a script
 * without running its finally blocks, and the next request of the process must not find half a conversation.
 */
final class ExchangeGuard
{
    /** @var list<\WeakReference<Connection>>|null */
    private static $connections;

    public static function watch(Connection $connection): void
    {
        if (!$connection->isPersistent()) {
            return;
        }
        if (self::$connections === null) {
            self::$connections = [];
            register_shutdown_function([self::class, 'closeInterrupted']);
        }
        if (\count(self::$connections) >= 64) {
            self::$connections = array_values(array_filter(self::$connections, static function (\WeakReference $reference): bool {
                return $reference->get() !== null;
            }));
        }
        self::$connections[] = \WeakReference::create($connection);
    }

    public static function closeInterrupted(): void
    {
        foreach (self::$connections ?? [] as $reference) {
            $connection = $reference->get();
            if ($connection !== null) {
                $connection->closeIfInterrupted();
            }
        }
    }
}
