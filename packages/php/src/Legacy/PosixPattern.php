<?php

declare(strict_types=1);

namespace Msession\Legacy;

/** POSIX extended patterns in PCRE's terms, where the two differ: backslashes in brackets, `.` and `$` at line ends. */
final class PosixPattern
{
    /**
     * @param mixed $matches
     * @return int|false
     */
    public static function match(string $pattern, string $string, &$matches, bool $ignoresCase, bool $wantsMatches)
    {
        $count = preg_match(self::toPcre($pattern, $ignoresCase), $string, $found, PREG_UNMATCHED_AS_NULL);
        if ($count !== 1) {
            return false;
        }
        if (!$wantsMatches) {
            return 1;
        }
        $matches = array_map(static function ($group) {
            return $group ?? false;
        }, $found);

        return max(1, \strlen((string) $found[0]));
    }

    /** @return string|false */
    public static function replace(string $pattern, string $replacement, string $string, bool $ignoresCase)
    {
        return preg_replace_callback(self::toPcre($pattern, $ignoresCase), static function (array $match) use ($replacement): string {
            return (string) preg_replace_callback('/\\\\([0-9])/', static function (array $reference) use ($match): string {
                return (string) ($match[(int) $reference[1]] ?? $reference[0]);
            }, $replacement);
        }, $string) ?? false;
    }

    /** @return list<string>|false */
    public static function split(string $pattern, string $string, int $limit, bool $ignoresCase)
    {
        return preg_split(self::toPcre($pattern, $ignoresCase), $string, $limit);
    }

    public static function toPcre(string $pattern, bool $ignoresCase): string
    {
        $pcre = '';
        for ($i = 0, $length = \strlen($pattern); $i < $length; $i++) {
            $character = $pattern[$i];
            if ($character === '[') {
                [$bracket, $i] = self::bracket($pattern, $i);
                $pcre .= $bracket;
            } elseif ($character === '\\' && $i + 1 < $length) {
                // a backslash takes the meaning from the next character and never gives it one
                $pcre .= preg_quote($pattern[++$i], '/');
            } else {
                $pcre .= $character === '/' ? '\/' : $character;
            }
        }

        return '/' . $pcre . '/Ds' . ($ignoresCase ? 'i' : '');
    }

    /** @return array{0: string, 1: int} the bracket expression, and where its end stands in the pattern */
    private static function bracket(string $pattern, int $start): array
    {
        $i = $start + 1;
        $pcre = '[';
        if (($pattern[$i] ?? '') === '^') {
            $pcre .= '^';
            $i++;
        }
        // a bracket that comes first is a character
        for ($first = $i, $length = \strlen($pattern); $i < $length && ($pattern[$i] !== ']' || $i === $first); $i++) {
            if (preg_match('/\G\[:[a-z<>]+:\]/', $pattern, $match, 0, $i) === 1) {
                $pcre .= $match[0];
                $i += \strlen($match[0]) - 1;
            } else {
                $pcre .= strpos('\\/[]', $pattern[$i]) === false ? $pattern[$i] : '\\' . $pattern[$i];
            }
        }

        return [$pcre . ']', $i];
    }
}
