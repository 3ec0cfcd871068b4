<?php

declare(strict_types=1);

namespace Msession\Tests\Unit;

use Msession\Exception\ArgumentException;
use Msession\Wire\Address;
use PHPUnit\Framework\TestCase;

final class AddressTest extends TestCase
{
    /** @return iterable<string, array{0: string, 1: array<int, mixed>}> */
    public static function addresses(): iterable
    {
        yield 'host' => ['sessions', ['tcp', 'sessions', 8086, null, null]];
        yield 'host and port' => ['10.0.0.5:9000', ['tcp', '10.0.0.5', 9000, null, null]];
        yield 'port 0 is the default' => ['localhost:0', ['tcp', 'localhost', 8086, null, null]];
        yield 'IPv6' => ['tcp://[::1]:9000', ['tcp', '[::1]', 9000, null, null]];
        yield 'tcp with a slash' => ['tcp://localhost:9000/', ['tcp', 'localhost', 9000, null, null]];
        yield 'TLS' => ['tls://db.example', ['tls', 'db.example', 8086, null, null]];
        yield 'password alone' => ['msession://:a%3Ab@localhost', ['tcp', 'localhost', 8086, null, 'a:b']];
        yield 'user and password' => ['msessions://ada:pw@localhost:1', ['tls', 'localhost', 1, 'ada', 'pw']];
        yield 'Unix socket' => ['unix:///run/msession.sock?persistent=1', ['unix', '/run/msession.sock', 0, null, null]];
    }

    /**
     * @dataProvider addresses
     * @param array<int, mixed> $expected
     */
    public function testReads(string $text, array $expected): void
    {
        $address = Address::parse($text);
        self::assertSame($expected, [$address->transport, $address->host, $address->port, $address->user, $address->password]);
    }

    /** @return iterable<array{0: string}> */
    public static function pathsOfOtherHandlers(): iterable
    {
        foreach (['', '/var/lib/php/sessions', '2;/tmp', 'C:\\temp', 'http://localhost', 'file:///tmp', 'localhost:99999', 'unix://relative', 'a b', "host\0"] as $text) {
            yield $text => [$text];
        }
    }

    /** @dataProvider pathsOfOtherHandlers */
    public function testWhatNamesNoServer(string $text): void
    {
        self::assertNull(Address::tryParse($text));
    }

    public function testComplaintsDoNotShowThePassword(): void
    {
        try {
            Address::parse('http://ada:hunter2@host');
            self::fail('nothing was thrown');
        } catch (ArgumentException $complaint) {
            self::assertStringNotContainsString('hunter2', $complaint->getMessage());
            self::assertStringContainsString('host:port', $complaint->getMessage());
        }
        self::assertStringNotContainsString('pw', Address::parse('tcp://u:pw@h')->describe());
    }

    public function testOptionsStandBehindTheQuestionMark(): void
    {
        self::assertSame(['persistent' => '1', 'wait' => '5', 'index' => 'a,b'], Address::parse('localhost?persistent=1&wait=5&index[]=a&index[]=b')->options);
    }
}
