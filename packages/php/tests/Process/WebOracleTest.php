<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Tests\Support\Browser;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\SessionScenarios;
use Msession\Tests\Support\SessionStage;
use Msession\Tests\Support\WebServer;

/**
 * The scenarios of the oracle through a real web server, on PHP's files handler and on ours side by side: what the
 * pages print and every session cookie, attributes included. And who waits for whom.
 */
final class WebOracleTest extends ServerTestCase
{
    /** @var WebServer */
    private static $server;

    /** @var string */
    private static $directory;

    public static function setUpBeforeClass(): void
    {
        self::$directory = sys_get_temp_dir() . '/msession-web-oracle-' . getmypid();
        mkdir(self::$directory);
        self::$server = WebServer::builtIn(__DIR__ . '/../pages', ['display_errors' => '1'], ['MSESSION_URL' => self::server()], 4);
    }

    public static function tearDownAfterClass(): void
    {
        self::$server->stop();
        array_map('unlink', (array) glob(self::$directory . '/*'));
        rmdir(self::$directory);
    }

    /** @return iterable<string, array{0: string, 1: string}> */
    public static function cases(): iterable
    {
        foreach (array_keys(SessionScenarios::all()) as $scenario) {
            yield "$scenario" => [$scenario, 'strict=0&lazy=1'];
            yield "$scenario, strict mode, no lazy write" => [$scenario, 'strict=1&lazy=0'];
        }
    }

    /** @dataProvider cases */
    public function testPagesAndCookiesEqualThoseOfTheFilesHandler(string $scenario, string $settings): void
    {
        $ofFiles = $this->play('files', $scenario, $settings);
        $isFresh = !\in_array($scenario, ['destroy without a session', 'an id nobody made'], true);
        self::assertTrue(!$isFresh || strpos(implode("\n", $ofFiles), 'cookie PHPSESSID=') !== false);
        self::assertSame($ofFiles, $this->play('ours', $scenario, $settings));
    }

    /** @return iterable<string, array{0: string}> */
    public static function handlers(): iterable
    {
        yield 'files' => ['files'];
        yield 'ours' => ['ours'];
    }

    /** @dataProvider handlers */
    public function testASecondRequestWaitsUntilTheFirstHasClosed(string $handler): void
    {
        $id = self::newId();
        $path = '/hold.php?handler=' . $handler . '&directory=' . rawurlencode(self::$directory);
        $request = ['path' => $path, 'cookies' => ['PHPSESSID' => $id]];
        $answers = (new Browser(self::$server->url))->visitAll(array_fill(0, 3, $request), 3);
        $spans = array_map(static function (array $answer): array {
            return array_map('floatval', explode(' ', $answer['body']));
        }, $answers);
        sort($spans);
        // times are of one machine's clock; each begins when the one before has ended
        self::assertGreaterThanOrEqual($spans[0][1], $spans[1][0]);
        self::assertGreaterThanOrEqual($spans[1][1], $spans[2][0]);
        self::assertSame([1.0, 2.0, 3.0], array_column($spans, 2));
    }

    /** @return list<string> */
    private function play(string $handler, string $scenario, string $settings): array
    {
        $browser = new Browser(self::$server->url);
        $stage = new SessionStage([]);
        $seen = [];
        foreach (array_keys(SessionScenarios::all()[$scenario]) as $page) {
            $body = $browser->visit("/oracle.php?handler=$handler&$settings&page=$page&scenario=" . rawurlencode($scenario) . '&directory=' . rawurlencode(self::$directory));
            $seen[] = $stage->withoutIds($browser->status . ' ' . $body);
            foreach ($browser->setCookies as $cookie) {
                $seen[] = $stage->withoutIds('cookie ' . $cookie);
            }
            if ($browser->visitWith !== null) {
                $browser->cookies['PHPSESSID'] = $browser->visitWith;
            }
        }

        return $seen;
    }
}
