<?php

declare(strict_types=1);

namespace Msession\Tests\Process;

use Msession\Client;
use Msession\Exception\ConnectionException;
use Msession\Exception\MsessionException;
use Msession\SessionHandler;
use Msession\Tests\Support\ServerTestCase;

/** Peers that are down, silent, cut off or mad, over real sockets: a warning or an exception, never a notice or a hang. */
final class FailureTest extends ServerTestCase
{
    /** @var resource|null */
    private $peer;

    protected function tearDown(): void
    {
        if ($this->peer !== null) {
            proc_terminate($this->peer, 9);
            proc_close($this->peer);
            $this->peer = null;
        }
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_abort();
        }
        parent::tearDown();
    }

    /** @return iterable<string, array{0: string, 1: string}> */
    public static function peers(): iterable
    {
        yield 'silent' => ['silent', 'TIMEOUT'];
        yield 'gone in mid-request' => ['closes at once', 'LOST'];
        yield 'a reply cut in half' => ['half a reply', 'LOST'];
        yield 'half a reply, then silence' => ['half a reply, then silence', 'TIMEOUT'];
        yield 'garbage' => ['garbage', 'PROTO'];
        yield 'another protocol' => ['HTTP', 'PROTO'];
        yield 'a value over the limit' => ['a value over the limit', 'PROTO'];
        yield 'a line without end' => ['endless line', 'PROTO'];
        yield 'a reply of another kind' => ['wrong type', 'PROTO'];
        yield 'refused by the server' => ['denied', 'DENIED'];
    }

    /** @dataProvider peers */
    public function testObjectApiThrows(string $part, string $code): void
    {
        $client = new Client($this->start($part), ['readTimeout' => 0.2]);
        try {
            $client->dataGet('id');
            self::fail('nothing was thrown');
        } catch (MsessionException $failure) {
            self::assertSame($code, $failure->errorCode());
            self::assertFalse($failure->connectionSurvives());
            self::assertFalse($client->connection()->isOpen());
        }
        self::assertSame([], $this->takeWarnings());
    }

    /** @dataProvider peers */
    public function testSessionDoesNotStartAndTheCallerLearnsWhy(string $part, string $code): void
    {
        $handler = SessionHandler::register($this->start($part), ['readTimeout' => 0.2, 'wait' => 0]);
        session_id('');
        self::assertFalse(session_start(['use_cookies' => 0, 'cache_limiter' => '']));
        self::assertSame($code, $handler->lastError());
        $warnings = $this->takeWarnings();
        self::assertCount(2, $warnings, implode("\n", $warnings));
        self::assertStringStartsWith('msession session read: ' . $code, $warnings[0]);
        self::assertStringStartsWith('session_start(): Failed to read session data', $warnings[1]);
    }

    /** @dataProvider peers */
    public function testFunctionsWarnOnce(string $part, string $code): void
    {
        putenv('MSESSION_URL=' . $this->start($part) . '?readTimeout=0.2');
        try {
            self::assertNull(msession_get_data('id'));
        } finally {
            putenv('MSESSION_URL');
            \Msession\Functions\Connector::forget();
        }
        $warnings = $this->takeWarnings();
        self::assertCount(1, $warnings, implode("\n", $warnings));
        self::assertStringStartsWith('msession_get_data(): ' . $code, $warnings[0]);
    }

    public function testServerDownIsNoticedWithinTheConnectTimeout(): void
    {
        // an address that drops packets would need the timeout; a closed port answers at once
        $client = new Client('127.0.0.1:1', ['connectTimeout' => 0.5]);
        try {
            $client->count();
            self::fail('nothing was thrown');
        } catch (ConnectionException $failure) {
            self::assertSame('CONNECT', $failure->errorCode());
            self::assertFalse($failure->requestMayHaveRun());
        }
        self::assertSame([], $this->takeWarnings());
    }

    public function testAFullBacklogIsATimeoutNotAHang(): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0', $errorNumber, $errorText, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 0]]));
        self::assertNotFalse($server);
        $name = (string) stream_socket_get_name($server, false);
        $waiting = [];
        for ($i = 0; $i < 4; $i++) {
            $waiting[] = @stream_socket_client("tcp://$name", $errorNumber, $errorText, 0.05);
        }
        $this->expectException(ConnectionException::class);
        (new Client($name, ['connectTimeout' => 0.1, 'readTimeout' => 0.1]))->count();
    }

    public function testAPageThatIsNotSavedLearnsIt(): void
    {
        $handler = SessionHandler::register($this->start('answers once'), ['lock' => false, 'readTimeout' => 0.2]);
        session_id('');
        self::assertTrue(session_start(['use_cookies' => 0, 'cache_limiter' => '']));
        proc_terminate($this->peer, 9);
        proc_close($this->peer);
        $this->peer = null;
        $_SESSION['n'] = 1;
        session_write_close();
        self::assertSame(SessionHandler::FAILED, $handler->lastWrite());
        self::assertStringStartsWith('msession session write: ', $this->takeWarnings()[0]);
    }

    private function start(string $part): string
    {
        $this->peer = proc_open([PHP_BINARY, __DIR__ . '/../peers/peer.php', $part], [1 => ['pipe', 'w']], $pipes);
        self::assertIsResource($this->peer);

        return 'tcp://127.0.0.1:' . (int) fgets($pipes[1]);
    }
}
