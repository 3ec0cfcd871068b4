<?php

declare(strict_types=1);

namespace Msession\Tests\Unit;

use Msession\Session\LockNote;
use Msession\Session\SessionId;
use PHPUnit\Framework\TestCase;

final class SessionIdTest extends TestCase
{
    protected function tearDown(): void
    {
        $_COOKIE = $_GET = [];
        unset($_SERVER['REQUEST_URI'], $_SERVER['REQUEST_METHOD']);
    }

    public function testFreshIdsAreOfPhpsOwnForm(): void
    {
        $seen = [];
        for ($i = 0; $i < 200; $i++) {
            $id = SessionId::fresh();
            self::assertTrue(SessionId::isAcceptable($id, true));
            $seen[$id] = true;
        }
        self::assertCount(200, $seen);
        self::assertSame((int) (ini_get('session.sid_length') ?: 32), \strlen($id));
    }

    /** @return iterable<string, array{0: string, 1: bool, 2: bool}> id, acceptable from a visitor, acceptable in code */
    public static function ids(): iterable
    {
        yield 'PHP\'s own' => [str_repeat('a1-,Z', 6), true, true];
        yield '22 characters' => [str_repeat('a', 22), true, true];
        yield '21 characters' => [str_repeat('a', 21), false, true];
        yield '250 characters' => [str_repeat('a', 250), true, true];
        yield '251 characters' => [str_repeat('a', 251), false, false];
        yield 'the server\'s own' => ['globals', false, false];
        yield 'a sub-session' => [str_repeat('a', 22) . '/b', false, false];
        yield 'a space' => [str_repeat('a', 22) . ' ', false, false];
        yield 'a line break' => [str_repeat('a', 22) . "\n", false, false];
        yield 'NUL' => [str_repeat('a', 22) . "\0", false, false];
        yield 'nothing' => ['', false, false];
    }

    /** @dataProvider ids */
    public function testWhatIsAcceptable(string $id, bool $fromVisitor, bool $inCode): void
    {
        self::assertSame([$fromVisitor, $inCode], [SessionId::isAcceptable($id, true), SessionId::isAcceptable($id, false)]);
    }

    public function testWhatCameFromTheVisitor(): void
    {
        $_COOKIE = [session_name() => 'abc', 'other' => 'def'];
        $_GET = [session_name() => 'ghi'];
        self::assertSame([true, false, false], array_map([SessionId::class, 'isFromRequest'], ['abc', 'def', 'ghi']));
        $_COOKIE = [session_name() => ['abc']];
        self::assertFalse(SessionId::isFromRequest('abc'));
    }

    public function testNotesAreShortAndKeepQueriesToThemselves(): void
    {
        $_SERVER['REQUEST_METHOD'] = 'POST';
        $_SERVER['REQUEST_URI'] = "/cart.php\xc3\xa9?password=secret";
        self::assertSame(gethostname() . ' ' . getmypid() . ' POST /cart.php??', LockNote::current());
        $_SERVER['REQUEST_URI'] = '/' . str_repeat('x', 500);
        self::assertSame(200, \strlen(LockNote::current()));
    }
}
