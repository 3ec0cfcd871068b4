<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Tests\Support\Browser;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\WebServer;

/** A hundred requests of one visitor at once: not one visit is lost, and a killed process holds nobody up. */
final class CounterTest extends ServerTestCase
{
    /** @var array<string, WebServer> */
    private static $servers = [];

    public static function setUpBeforeClass(): void
    {
        $environment = ['MSESSION_URL' => self::server()];
        self::$servers = [
            'php -S' => WebServer::builtIn(__DIR__ . '/../pages', [], $environment, 8),
            'FPM' => WebServer::fpm(__DIR__ . '/../pages', [], $environment, 8),
        ];
    }

    public static function tearDownAfterClass(): void
    {
        foreach (self::$servers as $server) {
            $server->stop();
        }
    }

    /** @return iterable<string, array{0: string, 1: string}> */
    public static function setups(): iterable
    {
        foreach (['php -S', 'FPM'] as $server) {
            foreach (['strict=0', 'strict=1', 'strict=1&persistent=1'] as $mode) {
                yield "$server, $mode" => [$server, $mode];
            }
        }
    }

    /** @dataProvider setups */
    public function testAHundredAtOnceAreExactlyAHundred(string $server, string $mode): void
    {
        $id = self::newId();
        $this->client->dataSet($id, serialize([]));
        $request = ['path' => '/counter.php?' . $mode, 'cookies' => ['PHPSESSID' => $id]];
        $answers = (new Browser(self::$servers[$server]->url))->visitAll(array_fill(0, 100, $request), 100);

        self::assertSame(array_fill(0, 100, 200), array_column($answers, 'status'), self::$servers[$server]->log());
        self::assertEqualsCanonicalizing(range(1, 100), array_map('intval', array_column($answers, 'body')));
        self::assertSame(['n' => 100], unserialize((string) $this->client->dataGet($id)));
        self::assertSame([], $this->client->locks($id));
    }

    /** @dataProvider setups */
    public function testAKilledHolderHoldsNobodyUp(string $server, string $mode): void
    {
        $id = self::newId();
        $this->client->dataSet($id, serialize([]));
        $requests = [];
        for ($i = 0; $i < 60; $i++) {
            $die = $i === 20 || $i === 40 ? '&die=1' : '';
            $requests[] = ['path' => '/counter.php?' . $mode . $die, 'cookies' => ['PHPSESSID' => $id]];
        }
        $answers = (new Browser(self::$servers[$server]->url))->visitAll($requests, 30);
        $served = array_filter($answers, static function (array $answer): bool {
            return $answer['status'] === 200;
        });
        // a page waits 20 s and a lease lasts longer: had a lock stayed, a page would have failed to start its session
        self::assertNotContains('not started', array_column($answers, 'body'));
        // a worker of php -S takes the requests it has accepted with it
        self::assertGreaterThanOrEqual($server === 'FPM' ? 58 : 30, \count($served));
        self::assertEqualsCanonicalizing(range(1, \count($served)), array_map('intval', array_column($served, 'body')));
        self::assertSame(['n' => \count($served)], unserialize((string) $this->client->dataGet($id)));
    }

    /** @dataProvider servers */
    public function testVisitsOfOneWindowAreCountedOneByOneAlthoughOneIsKilled(string $server): void
    {
        $parent = self::newId();
        $this->client->dataSet($parent, '');
        $window = $this->client->subNew($parent);
        $requests = [];
        for ($i = 0; $i < 60; $i++) {
            $path = '/window-counter.php?sub_session_id=' . $window . ($i === 20 ? '&die=1' : '');
            $requests[] = ['path' => $path, 'cookies' => ['PHPSESSID' => $parent]];
        }
        $answers = (new Browser(self::$servers[$server]->url))->visitAll($requests, 30);
        $served = array_filter($answers, static function (array $answer): bool {
            return $answer['status'] === 200;
        });
        // a worker of php -S takes the requests it has accepted with it
        self::assertGreaterThanOrEqual($server === 'FPM' ? 59 : 30, \count($served), self::$servers[$server]->log());
        self::assertEqualsCanonicalizing(range(1, \count($served)), array_map('intval', array_column($served, 'body')));
        $name = $parent . '/' . $window;
        self::assertSame(['n' => \count($served)], unserialize((string) $this->client->dataGet($name)));
        self::assertSame(0, $this->client->ctl($name, 'LOCK'));
    }

    /** @return iterable<string, array{0: string}> */
    public static function servers(): iterable
    {
        yield 'php -S' => ['php -S'];
        yield 'FPM' => ['FPM'];
    }
}
