<?php

declare(strict_types=1);

namespace Msession\Wire;

/** A RESP3 map as it came: pairs in wire order, since keys may be of any type and PHP's arrays change some. */
final class MapReply
{
    /** @var list<array{0: mixed, 1: mixed}> */
    public $pairs;

    /** @param list<array{0: mixed, 1: mixed}> $pairs */
    public function __construct(array $pairs)
    {
        $this->pairs = $pairs;
    }

    /**
     * Key => value of a map reply, or of the flat array that RESP2 has in its place.
     *
     * @param mixed $reply
     * @return array<array-key, mixed>
     */
    public static function toArray($reply): array
    {
        $result = [];
        if ($reply instanceof self) {
            foreach ($reply->pairs as $pair) {
                $result[$pair[0]] = $pair[1];
            }
        } elseif (\is_array($reply)) {
            for ($i = 0, $n = \count($reply) - 1; $i < $n; $i += 2) {
                $result[$reply[$i]] = $reply[$i + 1];
            }
        }

        return $result;
    }

    /**
     * The same without losing keys that look like integers or occur twice.
     *
     * @param mixed $reply
     * @return list<array{0: mixed, 1: mixed}>
     */
    public static function toPairs($reply): array
    {
        if ($reply instanceof self) {
            return $reply->pairs;
        }

        return \is_array($reply) ? array_chunk($reply, 2) : [];
    }
}
