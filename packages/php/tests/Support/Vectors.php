<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

use Msession\Wire\BigNumberReply;
use Msession\Wire\ErrorReply;
use Msession\Wire\MapReply;
use Msession\Wire\PushReply;
use Msession\Wire\SetReply;
use Msession\Wire\VerbatimReply;

/** The wire's shared test vectors, as packages/protocol/vectors/README.md describes them. */
final class Vectors
{
    /** @return list<array<string, mixed>> */
    public static function file(string $name): array
    {
        $json = file_get_contents(__DIR__ . '/../../../protocol/vectors/' . $name);

        return json_decode((string) $json, true, 512, JSON_THROW_ON_ERROR);
    }

    /** @param string|list<string|array{repeat: string, times: int}> $text */
    public static function bytes($text): string
    {
        if (\is_array($text)) {
            return implode('', array_map(static function ($part): string {
                return \is_array($part) ? str_repeat(self::bytes($part['repeat']), $part['times']) : self::bytes($part);
            }, $text));
        }

        return (string) preg_replace_callback('/[\xc2\xc3][\x80-\xbf]/', static function (array $match): string {
            return \chr(((\ord($match[0][0]) & 3) << 6) | (\ord($match[0][1]) & 63));
        }, $text);
    }

    /**
     * A tagged value in the same terms as {@see describe()} puts a decoded one.
     *
     * @param array<string, mixed> $tagged
     */
    public static function expectation(array $tagged): string
    {
        $tag = (string) key($tagged);
        $value = current($tagged);
        switch ($tag) {
            case 'simple':
            case 'bulk':
                return 'text ' . bin2hex(self::bytes($value));
            case 'error':
            case 'bulkError':
                return 'error ' . bin2hex(self::bytes($value[0])) . ' ' . bin2hex(self::bytes($value[1]));
            case 'integer':
                return 'integer ' . $value;
            case 'null':
            case 'nullArray':
                return 'null';
            case 'boolean':
                return $value ? 'true' : 'false';
            case 'double':
                $special = ['inf' => 'INF', '-inf' => '-INF', 'nan' => 'NAN'];

                return 'double ' . ($special[$value] ?? bin2hex(pack('E', (float) $value)));
            case 'bigNumber':
                return 'big ' . $value;
            case 'verbatim':
                return 'verbatim ' . $value[0] . ' ' . bin2hex(self::bytes($value[1]));
            case 'array':
            case 'set':
            case 'push':
                return $tag . '[' . implode(', ', array_map([self::class, 'expectation'], $value)) . ']';
            case 'map':
                return 'map[' . implode(', ', array_map(static function (array $pair): string {
                    return self::expectation($pair[0]) . ' => ' . self::expectation($pair[1]);
                }, $value)) . ']';
        }
        throw new \LogicException('unknown tag ' . $tag);
    }

    /** @param mixed $reply */
    public static function describe($reply): string
    {
        switch (true) {
            case $reply === null:
                return 'null';
            case \is_bool($reply):
                return $reply ? 'true' : 'false';
            case \is_int($reply):
                return 'integer ' . $reply;
            case \is_float($reply):
                return 'double ' . (is_nan($reply) ? 'NAN' : (is_infinite($reply) ? ($reply < 0 ? '-INF' : 'INF') : bin2hex(pack('E', $reply))));
            case \is_string($reply):
                // a 32-bit PHP has large integers as digits
                return PHP_INT_SIZE === 4 && preg_match('/^-?[0-9]{10,19}$/D', $reply) === 1 ? 'integer ' . $reply : 'text ' . bin2hex($reply);
            case $reply instanceof ErrorReply:
                return 'error ' . bin2hex($reply->code) . ' ' . bin2hex($reply->message);
            case $reply instanceof BigNumberReply:
                return 'big ' . $reply->digits;
            case $reply instanceof VerbatimReply:
                return 'verbatim ' . $reply->format . ' ' . bin2hex($reply->text);
            case $reply instanceof SetReply:
                return 'set[' . self::describeAll($reply->items) . ']';
            case $reply instanceof PushReply:
                return 'push[' . self::describeAll($reply->items) . ']';
            case $reply instanceof MapReply:
                return 'map[' . implode(', ', array_map(static function (array $pair): string {
                    return self::describe($pair[0]) . ' => ' . self::describe($pair[1]);
                }, $reply->pairs)) . ']';
        }

        return 'array[' . self::describeAll($reply) . ']';
    }

    /** @param list<mixed> $replies */
    private static function describeAll(array $replies): string
    {
        return implode(', ', array_map([self::class, 'describe'], $replies));
    }
}
