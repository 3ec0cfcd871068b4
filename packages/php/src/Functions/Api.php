<?php

declare(strict_types=1);

namespace Msession\Functions;

use Msession\Client;
use Msession\Exception\ArgumentException;
use Msession\Exception\MsessionException;
use Msession\SessionHandler;
use Msession\Wire\MapReply;

/**
 * What the functions of the extension did, one method each; {@see Invocation} runs them. A method takes the arguments as
 * they were given; functions.php gives them their names.
 */
final class Api
{
    private const CLASS_NAME = 'phpsession';

    /** @param list<mixed> $args */
    public static function connect(array $args): ?bool
    {
        if (!Invocation::hasCount('msession_connect', $args, 2, 2)) {
            return null;
        }
        $server = Arguments::toText($args[0]);
        $port = trim(Arguments::toText($args[1]));
        if (strpos($server, '://') === false) {
            $server = ($server === '' ? '127.0.0.1' : $server) . ($port === '' || $port === '0' ? '' : ':' . $port);
        }
        try {
            Connector::connect($server);
        } catch (MsessionException $failure) {
            Warnings::raise('msession_connect', 'MSession connect failed: ' . $failure->getMessage());

            return false;
        }

        return true;
    }

    /** @param list<mixed> $args */
    public static function disconnect(array $args): void
    {
        if (Invocation::hasCount('msession_disconnect', $args, 0, 0)) {
            Connector::disconnect();
        }
    }

    /**
     * @param list<mixed> $args
     * @return int|false|null
     */
    public static function count(array $args)
    {
        return Invocation::run('msession_count', $args, 0, 0, 0, static function (Client $client): int {
            return $client->count();
        }, true);
    }

    /** @param list<mixed> $args */
    public static function create(array $args): ?bool
    {
        return Invocation::run('msession_create', $args, 1, 3, false, static function (Client $client, array $text): bool {
            $client->create($text[0], ['class' => $text[1] ?? self::CLASS_NAME, 'data' => $text[2] ?? null]);

            return true;
        });
    }

    /** @param list<mixed> $args */
    public static function destroy(array $args): ?bool
    {
        if (!Invocation::hasCount('msession_destroy', $args, 1, 1)) {
            return null;
        }
        Invocation::run('msession_destroy', $args, 1, 1, true, static function (Client $client, array $text): bool {
            $client->drop($text[0]);

            return true;
        });

        return true;
    }

    /**
     * @param list<mixed> $args
     * @return int|string|false|null
     */
    public static function lock(array $args)
    {
        return Invocation::run('msession_lock', $args, 1, 1, false, static function (Client $client, array $text) {
            $handler = SessionHandler::registered();
            $heldKey = $handler === null ? null : $handler->heldKey($text[0]);

            return $heldKey ?? $client->lock($text[0]);
        });
    }

    /**
     * @param list<mixed> $args
     * @return int|false|null
     */
    public static function unlock(array $args)
    {
        return Invocation::run('msession_unlock', $args, 2, 2, false, static function (Client $client, array $text, array $args): int {
            $key = Arguments::toKey($args[1]);
            $handler = SessionHandler::registered();
            // the page's own session is unlocked by its end, not by the page
            if ($handler === null || (string) $handler->heldKey($text[0]) !== $key) {
                $client->unlock($text[0], $key);
            }

            return 1;
        });
    }

    /** @param list<mixed> $args */
    public static function set(array $args): ?bool
    {
        return Invocation::run('msession_set', $args, 3, 3, false, static function (Client $client, array $text): bool {
            $client->set($text[0], $text[1], $text[2]);

            return true;
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function get(array $args)
    {
        return Invocation::run('msession_get', $args, 3, 3, null, static function (Client $client, array $text): ?string {
            return $client->get($text[0], $text[1], $text[2]);
        });
    }

    /**
     * @param list<mixed> $args
     * @return list<string>|false|null
     */
    public static function find(array $args)
    {
        return Invocation::run('msession_find', $args, 2, 2, null, static function (Client $client, array $text): ?array {
            $ids = $client->find($text[0], $text[1]);

            return $ids === [] ? null : $ids;
        });
    }

    /**
     * @param list<mixed> $args
     * @return list<string>|false|null
     */
    public static function list(array $args)
    {
        return Invocation::run('msession_list', $args, 0, 0, null, static function (Client $client): ?array {
            $ids = $client->list();

            return $ids === [] ? null : $ids;
        }, false, 'NOSESSION');
    }

    /**
     * @param list<mixed> $args
     * @return array<array-key, string>|false|null
     */
    public static function getArray(array $args)
    {
        return Invocation::run('msession_get_array', $args, 1, 1, null, static function (Client $client, array $text): array {
            return $client->getAll($text[0]);
        }, false, 'NOSESSION');
    }

    /**
     * @param list<mixed> $args
     * @return false|null
     */
    public static function setArray(array $args)
    {
        return Invocation::run('msession_set_array', $args, 2, 2, null, static function (Client $client, array $text, array $args): ?bool {
            $variables = Arguments::toVariables($args[1]);
            if ($variables === null) {
                throw new ArgumentException('the second argument is no array');
            }
            $client->setAll($text[0], $variables);

            return null;
        });
    }

    /**
     * @param list<mixed> $args
     * @return array<array-key, string>|false|null
     */
    public static function listVar(array $args)
    {
        return Invocation::run('msession_listvar', $args, 1, 1, null, static function (Client $client, array $text): array {
            $sessions = [];
            foreach (MapReply::toPairs($client->command('LISTVAR', $text[0])) as $pair) {
                $sessions[$pair[1]] = $pair[0];
            }

            return $sessions;
        });
    }

    /**
     * @param list<mixed> $args
     * @return int|false|null
     */
    public static function timeout(array $args)
    {
        return Invocation::run('msession_timeout', $args, 1, 2, null, static function (Client $client, array $text, array $args): int {
            return $client->timeout($text[0], \count($args) > 1 ? Arguments::toInteger($args[1]) : null);
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function inc(array $args)
    {
        return Invocation::run('msession_inc', $args, 2, 2, false, static function (Client $client, array $text): string {
            return $client->inc($text[0], $text[1]);
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function add(array $args)
    {
        return Invocation::run('msession_add', $args, 3, 3, null, static function (Client $client, array $text): string {
            return $client->add($text[0], $text[1], $text[2]);
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function mulDiv(array $args)
    {
        return Invocation::run('msession_muldiv', $args, 4, 4, null, static function (Client $client, array $text): string {
            return $client->mulDiv($text[0], $text[1], $text[2], $text[3]);
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function getData(string $function, array $args)
    {
        return Invocation::run($function, $args, 1, 1, null, static function (Client $client, array $text): ?string {
            return $client->dataGet($text[0]);
        }, true);
    }

    /** @param list<mixed> $args */
    public static function setData(string $function, array $args): ?bool
    {
        return Invocation::run($function, $args, 2, 2, false, static function (Client $client, array $text): bool {
            return $client->dataSet($text[0], $text[1]);
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function uniq(array $args)
    {
        return Invocation::run('msession_uniq', $args, 1, 3, null, static function (Client $client, array $text, array $args): string {
            return $client->uniq(Arguments::toInteger($args[0]), ['class' => $text[1] ?? self::CLASS_NAME, 'data' => $text[2] ?? null]);
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function randStr(array $args)
    {
        return Invocation::run('msession_randstr', $args, 1, 1, null, static function (Client $client, array $text, array $args): string {
            return $client->randStr(Arguments::toInteger($args[0]));
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function plugin(array $args)
    {
        return Invocation::run('msession_plugin', $args, 2, 3, false, static function (Client $client, array $text): ?string {
            return $client->plugin($text[0], $text[1], $text[2] ?? null);
        });
    }

    /**
     * @param list<mixed> $args
     * @return string|false|null
     */
    public static function call(array $args)
    {
        return Invocation::run('msession_call', $args, 1, 5, false, static function (Client $client, array $text): ?string {
            return $client->call(...$text);
        });
    }

    /**
     * @param list<mixed> $args
     * @return int|false|null
     */
    public static function ctl(array $args)
    {
        return Invocation::run('msession_ctl', $args, 1, 2, false, static function (Client $client, array $text): int {
            $what = strtoupper($text[1] ?? 'EXIST');

            return $client->ctl($text[0], \in_array($what, ['TTL', 'AGE', 'TLA', 'CTIME', 'TOUCH', 'NOW'], true) ? $what : 'EXIST');
        }, true);
    }

    /**
     * @param list<mixed> $args
     * @return array<array-key, string|null>|false|null
     */
    public static function getObject(array $args)
    {
        return Invocation::run('msession_get_object', $args, 1, 1, null, static function (Client $client, array $text): array {
            $object = $client->getObject($text[0]);

            return ['classname' => $object['class'], 'classdata' => (string) $object['data']] + $object['vars'];
        });
    }

    /** @param list<mixed> $args */
    public static function saveObject(array $args): ?bool
    {
        return Invocation::run('msession_save_object', $args, 2, 4, null, static function (Client $client, array $text, array $args): bool {
            $variables = \array_key_exists(2, $args) ? Arguments::toVariables($args[2]) : [];
            if ($variables === null) {
                throw new ArgumentException('the third argument is no array');
            }

            return $client->dataSet($text[0], $text[1], ['class' => $text[3] ?? self::CLASS_NAME, 'variables' => $variables]);
        });
    }
}
