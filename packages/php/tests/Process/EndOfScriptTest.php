<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Exception\ServerException;
use Msession\Tests\Support\Browser;
use Msession\Tests\Support\ServerTestCase;
use Msession\Tests\Support\WebServer;

/** However a page ends, its lock goes, and its session is saved exactly when PHP saves it. */
final class EndOfScriptTest extends ServerTestCase
{
    /** @var WebServer */
    private static $server;

    public static function setUpBeforeClass(): void
    {
        self::$server = WebServer::fpm(__DIR__ . '/../pages', ['display_errors' => '1'], ['MSESSION_URL' => self::server()], 2);
    }

    public static function tearDownAfterClass(): void
    {
        self::$server->stop();
    }

    /** @return iterable<string, array{0: string, 1: array<string, int>|null}> */
    public static function ends(): iterable
    {
        foreach (['return', 'exit', 'fatal error', 'exception', 'out of memory', 'time limit', 'exit in a shutdown function'] as $how) {
            yield $how => [$how, ['n' => 2]];
        }
        yield 'abort' => ['abort', ['n' => 1]];
        yield 'destroy' => ['destroy', null];
    }

    /**
     * @dataProvider ends
     * @param array<string, int>|null $expected
     */
    public function testLockGoesAndPhpDecidesWhatIsSaved(string $how, ?array $expected): void
    {
        $id = self::newId();
        $this->client->dataSet($id, serialize(['n' => 1]));
        $browser = new Browser(self::$server->url);
        $browser->cookies['PHPSESSID'] = $id;
        $browser->visit('/ends.php?how=' . rawurlencode($how));
        self::assertSame([], $this->client->locks($id));
        $data = $this->client->dataGet($id);
        self::assertSame($expected, $data === null ? null : unserialize($data));
    }

    public function testAForkedChildSendsNothingOnItsParentsConnection(): void
    {
        $id = self::newId();
        $this->client->dataSet($id, 'n|i:1;');
        self::assertSame('child ok locked saved n|i:1;who|s:6:"parent";', $this->runPage('fork.php', $id));
        self::assertSame([], $this->client->locks($id));
    }

    public function testALockWhoseSocketAStartedProgramInheritedEndsWithItsLease(): void
    {
        $id = self::newId();
        $this->client->dataSet($id, 'n|i:1;');
        $program = (int) $this->runPage('exec.php', $id);
        try {
            // the page is dead, its socket lives on in the program
            try {
                $this->client->lock($id);
                self::fail('the lock was free at once');
            } catch (ServerException $locked) {
                self::assertSame('LOCKED', $locked->errorCode());
            }
            self::assertGreaterThan(0, $this->client->lock($id, ['wait' => 20]));
        } finally {
            posix_kill($program, 9);
        }
    }

    public function testNeedsNoExtension(): void
    {
        $id = self::newId();
        self::assertSame('n|i:1; yes 7', $this->runPage('bare.php', $id, ['-n']));
    }

    /** @param list<string> $flags */
    private function runPage(string $page, string $id, array $flags = []): string
    {
        $process = proc_open(array_merge([PHP_BINARY], $flags, [__DIR__ . '/../pages/' . $page, $id]), [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes, null, ['MSESSION_URL' => self::server()] + getenv());
        self::assertIsResource($process);
        $output = (string) stream_get_contents($pipes[1]);
        $errors = (string) stream_get_contents($pipes[2]);
        proc_close($process);
        self::assertSame('', $errors);

        return $output;
    }
}
