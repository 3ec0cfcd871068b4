<?php

declare(strict_types=1);

namespace Msession\Tests\Unit;

use Msession\Legacy\ErrorFilter;
use Msession\Legacy\PosixPattern;
use PHPUnit\Framework\TestCase;

/** The prelude's parts, one by one. */
final class LegacyTest extends TestCase
{
    /** @return iterable<string, array{0: string, 1: string, 2: string|false}> what the pattern finds */
    public static function patterns(): iterable
    {
        yield 'anchors' => ['^[0-9]+$', '123', '123'];
        yield 'no match' => ['^[0-9]+$', '12a', false];
        yield '$ is the very end' => ['a$', "a\n", false];
        yield '. is a line break, too' => ['a.b', "a\nb", "a\nb"];
        yield 'a slash' => ['/x', 'a/x', '/x'];
        yield 'a backslash in brackets is itself' => ['[\\d]+', 'd\\d', 'd\\d'];
        yield 'an escaped character is itself' => ['\\.\\d', '.d', '.d'];
        yield 'a bracket that comes first' => ['[]x]+', 'x]', 'x]'];
        yield 'not a bracket' => ['[^]x]+', ']a', 'a'];
        yield 'an opening bracket in brackets' => ['[[]', '[', '['];
        yield 'classes' => ['[[:alpha:]]+', '12ab', 'ab'];
        yield 'classes among others' => ['[[:digit:].]+', 'a1.5', '1.5'];
        yield 'alternatives' => ['(cat|dog)s?', 'dogs', 'dogs'];
        yield 'intervals' => ['a{2,3}', 'aaaa', 'aaa'];
    }

    /**
     * @dataProvider patterns
     * @param string|false $found
     */
    public function testPosixPatterns(string $pattern, string $string, $found): void
    {
        $matches = null;
        $length = PosixPattern::match($pattern, $string, $matches, false, true);
        self::assertSame($found === false ? false : \strlen($found), $length);
        self::assertSame($found, $matches[0] ?? false);
    }

    public function testEreg(): void
    {
        require_once __DIR__ . '/../../legacy/ereg.php';
        self::assertSame(1, ereg('b', 'abc'));
        self::assertSame(10, ereg('([0-9]{4})-([0-9]{2})-([0-9]{2})(x)?', '2002-05-09', $parts));
        self::assertSame(['2002-05-09', '2002', '05', '09', false], $parts);
        self::assertSame(1, eregi('B', 'abc'));
        self::assertFalse(ereg('B', 'abc'));
        self::assertSame('<b>x</b>-$1', ereg_replace('(x)', '<b>\\1</b>-$1', 'x'));
        self::assertSame('-bc', eregi_replace('A', '-', 'abc'));
        self::assertSame(['a', 'b|c'], split('[|]', 'a|b|c', 2));
        self::assertSame(['1', '2', '3'], spliti('x', '1x2X3'));
        self::assertSame('[Aa]1', sql_regcase('a1'));
    }

    public function testEach(): void
    {
        if (PHP_VERSION_ID < 80000) {
            self::assertTrue(\function_exists('each'));

            return;
        }
        require_once __DIR__ . '/../../legacy/each.php';
        // PHP 8.5 warns where list() takes false apart, and not where it takes null apart
        $end = PHP_VERSION_ID < 80500 ? false : null;
        $array = ['a' => 1, 5 => null];
        self::assertSame([1 => 1, 'value' => 1, 0 => 'a', 'key' => 'a'], each($array));
        self::assertSame([1 => null, 'value' => null, 0 => 5, 'key' => 5], each($array));
        self::assertSame($end, each($array));
        reset($array);
        $seen = '';
        while (list($key, $value) = each($array)) {
            $seen .= "$key=$value;";
        }
        self::assertSame('a=1;5=;', $seen);
        $nothing = null;
        self::assertSame($end, each($nothing));
    }

    public function testBarewordsAndMagicQuotes(): void
    {
        putenv('MSESSION_BAREWORDS=globals, counter_word ,not-a-word');
        require_once __DIR__ . '/../../legacy/barewords.php';
        putenv('MSESSION_BAREWORDS');
        self::assertSame(['globals', 'counter_word'], [\constant('globals'), \constant('counter_word')]);
        self::assertFalse(\defined('not-a-word'));
        if (PHP_VERSION_ID >= 80000) {
            require_once __DIR__ . '/../../legacy/magic-quotes.php';
            self::assertSame([false, false, true], [get_magic_quotes_gpc(), get_magic_quotes_runtime(), set_magic_quotes_runtime(0)]);
        }
    }

    public function testVariablesAreOtherNamesOfTheSuperglobals(): void
    {
        require_once __DIR__ . '/../../legacy/variables.php';
        $_GET['x'] = '1';
        self::assertSame('1', $GLOBALS['HTTP_GET_VARS']['x']);
        $GLOBALS['HTTP_COOKIE_VARS']['y'] = '2';
        self::assertSame('2', $_COOKIE['y']);
        unset($_GET['x'], $_COOKIE['y']);
    }

    public function testErrorFilterDropsThreeThingsAndPassesTheRestOn(): void
    {
        $passed = [];
        set_error_handler(static function (int $level, string $message) use (&$passed): bool {
            $passed[] = $message;

            return true;
        });
        ErrorFilter::install();
        $array = [];
        $null = null;
        self::assertNull($array['missing']);
        self::assertNull($array[5]);
        self::assertNull($null['offset']);
        self::assertNull($missing);
        trigger_error('shown', E_USER_WARNING);
        restore_error_handler();
        restore_error_handler();
        self::assertSame(['shown'], $passed);
        $filter = new ErrorFilter();
        self::assertTrue($filter->handle(E_WARNING, 'Undefined array key "x"', '/srv/www/page.php', 1));
        self::assertFalse($filter->handle(E_WARNING, 'Undefined array key "x"', '/srv/www/vendor/lib/page.php', 1));
        self::assertFalse($filter->handle(E_WARNING, 'Division by zero', '/srv/www/page.php', 1));
        self::assertFalse($filter->handle(E_USER_WARNING, 'Undefined variable $x', '/srv/www/page.php', 1));
    }
}
