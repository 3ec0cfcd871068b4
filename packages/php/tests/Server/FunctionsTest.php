<?php

declare(strict_types=1);

namespace Msession\Tests\Server;

use Msession\Tests\Support\ServerTestCase;

/** The functions as a page of 2002 saw them: the facts page, line by line. */
final class FunctionsTest extends ServerTestCase
{
    private const NO_SESSION = 'NOSESSION there is no session of that id in FILE:LINE';

    protected function setUp(): void
    {
        parent::setUp();
        [$host, $port] = explode(':', (string) preg_replace('~^tcp://~', '', self::server()));
        self::assertTrue(msession_connect($host, $port));
    }

    protected function tearDown(): void
    {
        parent::tearDown();
        self::assertSame([], $this->warnings, 'warnings that no test expected');
    }

    public function testConnectToNobodyWarns(): void
    {
        self::assertFalse(msession_connect('127.0.0.1', 1));
        $warnings = $this->takeWarnings();
        self::assertCount(1, $warnings);
        self::assertStringStartsWith('msession_connect(): MSession connect failed', $warnings[0]);
    }

    public function testWarningNamesTheCallersFileAndLine(): void
    {
        msession_get(self::newId(), 'n', 'd');
        self::assertSame('msession_get(): NOSESSION there is no session of that id in ' . __FILE__ . ':' . (__LINE__ - 1), $this->warnings[0]);
        $this->warnings = [];
    }

    public function testNothingConnectsByItselfAfterDisconnect(): void
    {
        self::assertNull(msession_disconnect());
        self::assertFalse(msession_get('a', 'b', 'c'));
        self::assertFalse(msession_count());
        self::assertFalse(msession_list());
        self::assertTrue(msession_destroy('a'));
        self::assertNull(msession_disconnect());
        self::assertSame([
            'msession_get(): Msession not initialized in FILE:LINE',
            'msession_count(): Msession not initialized in FILE:LINE',
            'msession_list(): Msession not initialized in FILE:LINE',
            'msession_destroy(): Msession not initialized in FILE:LINE',
        ], $this->takeWarnings());
    }

    public function testCreateAndDestroy(): void
    {
        $id = self::newId();
        self::assertTrue(msession_create($id, 'shop', 'data'));
        self::assertSame('data', msession_get_data($id));
        self::assertFalse(msession_create($id));
        self::assertSame(['msession_create(): DUPSESSION a session of that id exists already in FILE:LINE'], $this->takeWarnings());
        self::assertTrue(msession_destroy($id));
        self::assertTrue(msession_destroy($id));
        self::assertSame(['msession_destroy(): ' . self::NO_SESSION], $this->takeWarnings());
    }

    public function testVariables(): void
    {
        $id = self::newId();
        self::assertFalse(msession_set($id, 'n', 'v'));
        self::assertNull(msession_get($id, 'n', 'default'));
        self::assertSame(['msession_set(): ' . self::NO_SESSION, 'msession_get(): ' . self::NO_SESSION], $this->takeWarnings());
        self::assertNull(msession_get_array($id));
        msession_create($id);
        self::assertSame([], msession_get_array($id));
        self::assertTrue(msession_set($id, 'n', "a\0b"));
        self::assertSame("a\0b", msession_get($id, 'n', 'default'));
        self::assertSame('default', msession_get($id, 'other', 'default'));
        self::assertNull(msession_set_array($id, ['x' => 1, 7 => 'seven', 'f' => 1.5, 'yes' => true, 'nothing' => null]));
        self::assertSame(['n' => "a\0b", 'x' => '1', 7 => 'seven', 'f' => '1.5', 'yes' => '1', 'nothing' => ''], msession_get_array($id));
        self::assertNull(msession_set_array($id, []));
        self::assertNull(msession_set_array(self::newId(), ['a' => 1]));
        self::assertSame(['msession_set_array(): ' . self::NO_SESSION], $this->takeWarnings());
    }

    public function testArguments(): void
    {
        $id = self::newId();
        msession_create($id);
        self::assertTrue(msession_set($id, 'int', 5));
        self::assertSame('5', msession_get($id, 'int', 0));
        self::assertTrue(msession_set($id, 'array', [1, 2]));
        self::assertSame('Array', msession_get($id, 'array', ''));
        self::assertTrue(msession_set($id, 'object', new \stdClass()));
        self::assertSame('Object', msession_get($id, 'object', ''));
        self::assertTrue(msession_set($id, 'false', false));
        self::assertSame('', msession_get($id, 'false', 'x'));
        self::assertSame(3, \strlen(msession_randstr('3 apples')));
    }

    public function testWrongCountWarnsAndThrowsNothing(): void
    {
        self::assertNull(msession_get('a', 'b'));
        self::assertNull(msession_set('a'));
        self::assertNull(msession_count(1));
        self::assertNull(msession_call('f', 1, 2, 3, 4, 5));
        self::assertNull(msession_unlock());
        self::assertSame([
            'Wrong parameter count for msession_get() in FILE:LINE',
            'Wrong parameter count for msession_set() in FILE:LINE',
            'Wrong parameter count for msession_count() in FILE:LINE',
            'Wrong parameter count for msession_call() in FILE:LINE',
            'Wrong parameter count for msession_unlock() in FILE:LINE',
        ], $this->takeWarnings());
    }

    public function testLocks(): void
    {
        $id = self::newId();
        self::assertFalse(msession_lock($id));
        msession_create($id);
        $key = msession_lock($id);
        self::assertGreaterThan(0, $key);
        self::assertFalse(msession_lock($id));
        self::assertFalse(msession_unlock($id, 1));
        self::assertSame(1, msession_unlock($id, $key));
        self::assertGreaterThan($key, $next = msession_lock($id));
        self::assertSame(1, msession_unlock($id, (string) $next));
        $warnings = $this->takeWarnings();
        self::assertSame(['msession_lock(): NOSESSION', 'msession_lock(): LOCKED', 'msession_unlock(): NOWLOCK'], array_map(static function (string $text): string {
            return implode(' ', \array_slice(explode(' ', $text), 0, 2));
        }, $warnings));
    }

    public function testCountersAreStrings(): void
    {
        $id = self::newId();
        msession_create($id);
        self::assertSame('1', msession_inc($id, 'c'));
        self::assertSame('2', msession_inc($id, 'c'));
        self::assertSame('9', msession_add($id, 'c', 7));
        self::assertSame('9.5', msession_add($id, 'c', '0.5'));
        self::assertSame('19', msession_muldiv($id, 'c', 2, 1));
        msession_set($id, 'word', 'abc');
        self::assertFalse(msession_inc($id, 'word'));
        self::assertNull(msession_add($id, 'word', 1));
        self::assertNull(msession_muldiv($id, 'c', 1, 0));
        self::assertSame('abc', msession_get($id, 'word', ''));
        self::assertCount(3, $this->takeWarnings());
        self::assertIsString(msession_inc('globals', 'c' . $id));
    }

    public function testSearch(): void
    {
        [$a, $b, $name] = [self::newId(), self::newId(), 'v' . self::newId()];
        self::assertNull(msession_find($name, 'x'));
        self::assertSame([], msession_listvar($name));
        msession_create($a);
        msession_create($b);
        msession_set($a, $name, 'x');
        msession_set($b, $name, 'x');
        self::assertSame([$a, $b], msession_find($name, 'x'));
        self::assertSame(['x' => $b], msession_listvar($name));
        msession_set($b, $name, 'y');
        self::assertSame(['x' => $a, 'y' => $b], msession_listvar($name));
        self::assertContains($a, msession_list());
        self::assertGreaterThanOrEqual(2, msession_count());
    }

    public function testData(): void
    {
        $id = self::newId();
        self::assertNull(msession_get_data($id));
        self::assertTrue(msession_set_data($id, "bin\0ary\r\n"));
        self::assertSame("bin\0ary\r\n", msession_getdata($id));
        self::assertTrue(msession_setdata($id, ''));
        self::assertSame('', msession_get_data($id));
    }

    public function testTimeoutAndCtl(): void
    {
        $id = self::newId();
        self::assertNull(msession_timeout($id));
        self::assertSame(['msession_timeout(): ' . self::NO_SESSION], $this->takeWarnings());
        self::assertSame(0, msession_ctl($id));
        self::assertFalse(msession_ctl($id, 'TTL'));
        msession_create($id);
        self::assertSame(60, msession_timeout($id, 60));
        self::assertSame(60, msession_timeout($id));
        self::assertSame(0, msession_timeout($id, '0'));
        self::assertSame(-1, msession_ctl($id, 'ttl'));
        self::assertSame(1, msession_ctl($id, 'no such word'));
        self::assertSame(1, msession_ctl($id));
    }

    public function testUniqAndRandstr(): void
    {
        $id = msession_uniq(32, 'shop', 'data');
        self::assertMatchesRegularExpression('/^[A-Za-z0-9]{32}$/D', $id);
        self::assertSame('data', msession_get_data($id));
        self::assertMatchesRegularExpression('/^[A-Za-z0-9]{12}$/D', msession_randstr(12));
        self::assertNull(msession_randstr(0));
        self::assertNull(msession_uniq(-1));
        self::assertCount(2, $this->takeWarnings());
    }

    public function testObjects(): void
    {
        $id = self::newId();
        self::assertNull(msession_get_object($id));
        self::assertSame(['msession_get_object(): ' . self::NO_SESSION], $this->takeWarnings());
        self::assertTrue(msession_save_object($id, 'data', ['a' => 1], 'shop'));
        self::assertSame(['classname' => 'shop', 'classdata' => 'data', 'a' => '1'], msession_get_object($id));
        self::assertTrue(msession_save_object($id, 'more'));
        self::assertNull(msession_save_object($id, 'x', 'no array'));
        self::assertCount(1, $this->takeWarnings());
    }

    public function testPluginsThatAreNotThere(): void
    {
        $id = self::newId();
        msession_create($id);
        self::assertFalse(msession_call('no-such-function', 1, 2, 3, 4));
        self::assertFalse(msession_plugin($id, 'no such verb', 'parameter'));
        self::assertCount(2, $this->takeWarnings());
    }

    public function testDroppedConnectionIsOpenedAgain(): void
    {
        $id = self::newId();
        msession_create($id);
        $mine = \Msession\Functions\Connector::client();
        self::assertNotNull($mine);
        $this->client->client('KILL', 'ID', (int) $mine->client('ID'));
        // what may be asked twice is asked again on a new connection
        self::assertSame('d', msession_get($id, 'n', 'd'));
    }

    public function testAnErrorHandlerThatThrowsLeavesNothingBehind(): void
    {
        $id = self::newId();
        msession_create($id);
        set_error_handler(static function (int $level, string $message): bool {
            throw new \ErrorException($message);
        });
        try {
            msession_get(self::newId(), 'n', 'd');
            self::fail('nothing was thrown');
        } catch (\ErrorException $thrown) {
        } finally {
            restore_error_handler();
        }
        self::assertSame('d', msession_get($id, 'n', 'd'));
    }

    public function testIdsThatAreNone(): void
    {
        foreach (["a\nb", "nul\0", str_repeat('x', 300), '', 'a/b/c', '/x'] as $id) {
            self::assertFalse(msession_create($id));
            self::assertFalse(msession_lock($id));
        }
        $warnings = $this->takeWarnings();
        self::assertCount(12, $warnings);
        self::assertStringContainsString('255', implode('', $warnings));
    }

    public function testValueOverTheLimit(): void
    {
        $id = self::newId();
        self::assertFalse(msession_set_data($id, str_repeat('x', 9 * 1024 * 1024)));
        $warnings = $this->takeWarnings();
        self::assertCount(1, $warnings);
        self::assertStringContainsString('BADLEN', $warnings[0]);
        self::assertSame(0, msession_ctl($id));
    }
}
