<?php

declare(strict_types=1);

namespace Msession\Commands;

use Msession\Exception\ArgumentException;

/** Turns option arrays into words of a command, and refuses options that the command does not have. */
final class Words
{
    /** Options with a value: name in PHP => token on the wire. */
    private const VALUES = [
        'class' => 'CLASS',
        'data' => 'DATA',
        'timeout' => 'TIMEOUT',
        'ifRev' => 'IFREV',
        'key' => 'KEY',
        'cursor' => 'CURSOR',
        'count' => 'COUNT',
        'match' => 'MATCH',
        'note' => 'NOTE',
        'waiters' => 'WAITERS',
        'clone' => 'CLONE',
        'except' => 'EXCEPT',
        'id' => 'ID',
        'addr' => 'ADDR',
        'user' => 'USER',
        'skipMe' => 'SKIPME',
    ];

    private const FLAGS = ['create' => 'CREATE', 'bind' => 'BIND'];

    /**
     * @param array<string, mixed> $options
     * @param list<string> $allowed
     * @return list<string|int|float>
     */
    public static function from(array $options, array $allowed): array
    {
        $words = [];
        foreach ($options as $name => $value) {
            if (!\in_array($name, $allowed, true)) {
                throw new ArgumentException(sprintf('there is no option "%s" here; there is %s', $name, implode(', ', $allowed)));
            }
            if ($value === null) {
                continue;
            }
            if (isset(self::FLAGS[$name])) {
                if ($value) {
                    $words[] = self::FLAGS[$name];
                }
            } elseif ($name === 'variables' || $name === 'unset') {
                array_push($words, ...self::counted($name, (array) $value));
            } elseif ($name === 'condition') {
                $words[] = strtoupper((string) $value);
            } elseif ($name === 'wait' || $name === 'lease') {
                array_push($words, strtoupper($name), self::milliseconds($value));
            } else {
                array_push($words, self::VALUES[$name], \is_float($value) ? $value : (string) $value);
            }
        }

        return $words;
    }

    /**
     * @param array<array-key, mixed> $items
     * @return list<string|int>
     */
    public static function counted(string $name, array $items): array
    {
        if ($items === []) {
            return [];
        }
        $words = [$name === 'variables' ? 'VARS' : 'UNSET', \count($items)];
        foreach ($items as $key => $item) {
            if ($name === 'variables') {
                $words[] = (string) $key;
            }
            $words[] = (string) $item;
        }

        return $words;
    }

    /** @param int|float|string $seconds */
    public static function milliseconds($seconds): int
    {
        return (int) round(1000 * (float) $seconds);
    }

    /**
     * @param array<array-key, mixed> $variables
     * @return list<string>
     */
    public static function pairs(array $variables): array
    {
        $words = [];
        foreach ($variables as $name => $value) {
            $words[] = (string) $name;
            $words[] = (string) $value;
        }

        return $words;
    }
}
