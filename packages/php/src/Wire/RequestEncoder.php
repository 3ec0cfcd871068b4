<?php

declare(strict_types=1);

namespace Msession\Wire;

/** Writes requests: an array of bulk strings, the form every RESP server reads. */
final class RequestEncoder
{
    /** @param list<string|int|float> $words */
    public static function encode(array $words): string
    {
        $bytes = '*' . \count($words) . "\r\n";
        foreach ($words as $word) {
            if (!\is_string($word)) {
                $word = self::number($word);
            }
            $bytes .= '$' . \strlen($word) . "\r\n" . $word . "\r\n";
        }

        return $bytes;
    }

    /**
     * Digits of a number whatever the ini setting `precision` says.
     *
     * @param int|float $number
     */
    public static function number($number): string
    {
        if (\is_int($number)) {
            return (string) $number;
        }

        return floor($number) === $number && abs($number) < 1e18 ? sprintf('%.0f', $number) : (string) json_encode($number);
    }
}
