<?php

declare(strict_types=1);

namespace Msession\Tests\Unit;

use Msession\Client;
use Msession\Exception\ConnectionException;
use Msession\Exception\MsessionException;
use Msession\Exception\ServerException;
use Msession\Tests\Support\ScriptedOpener;
use Msession\Tests\Support\ScriptedStream;
use Msession\Wire\Address;
use Msession\Wire\Connection;
use Msession\Wire\ConnectionOptions;
use Msession\Wire\ErrorReply;
use Msession\Wire\RequestEncoder;
use PHPUnit\Framework\TestCase;

/** The rules of one connection, against peers that play a script. */
final class ConnectionTest extends TestCase
{
    private const HELLO = "%1\r\n+proto\r\n:3\r\n";

    public function testGreetingAndFirstCommandLeaveInOneWriteAndAreReadInOne(): void
    {
        $stream = new ScriptedStream([self::HELLO . "\$5\r\nvalue\r\n"]);
        $connection = $this->connection([$stream]);
        self::assertSame('value', $connection->call(['GETVAL', 'id', 'name']));
        self::assertSame([RequestEncoder::encode(['HELLO', '3']) . RequestEncoder::encode(['GETVAL', 'id', 'name'])], $stream->writes);
        self::assertSame(1, $stream->reads);
    }

    public function testPasswordTravelsWithHello(): void
    {
        $stream = new ScriptedStream([self::HELLO . "+PONG\r\n", "+PONG\r\n"]);
        $connection = $this->connection([$stream], 'tcp://ada:s%40cret@localhost');
        $connection->call(['PING']);
        $connection->call(['PING']);
        self::assertSame(RequestEncoder::encode(['HELLO', '3', 'AUTH', 'ada', 's@cret']) . RequestEncoder::encode(['PING']), $stream->writes[0]);
        self::assertSame(RequestEncoder::encode(['PING']), $stream->writes[1]);
    }

    public function testWrongPasswordIsTheServersErrorAndClosesTheStream(): void
    {
        $stream = new ScriptedStream(["-WRONGPASS user or password is wrong\r\n-NOAUTH a password is needed first\r\n"]);
        $failure = $this->failure($this->connection([$stream], 'tcp://:x@localhost'), ['PING']);
        self::assertInstanceOf(ServerException::class, $failure);
        self::assertSame('WRONGPASS', $failure->errorCode());
        self::assertTrue($stream->isClosed);
    }

    public function testServerWithoutHelloIsSpokenToInResp2(): void
    {
        $stream = new ScriptedStream(["-ERR unknown command 'HELLO'\r\n:1\r\n"]);
        self::assertSame(1, $this->connection([$stream])->call(['CTL', 'id', 'EXIST']));
    }

    public function testServerWithoutHelloGetsThePasswordByAuthBeforeAnythingRuns(): void
    {
        $first = new ScriptedStream(["-ERR unknown command 'HELLO'\r\n-NOAUTH a password is needed first\r\n"]);
        $second = new ScriptedStream(["+OK\r\n\$1\r\n1\r\n"]);
        $connection = $this->connection([$first, $second], 'tcp://:secret@localhost');
        self::assertSame('1', $connection->call(['INC', 'id', 'n']));
        self::assertSame([RequestEncoder::encode(['AUTH', 'secret']) . RequestEncoder::encode(['INC', 'id', 'n'])], $second->writes);
    }

    public function testReusedStreamIsProvenByANonceAndFreedOfOldLocks(): void
    {
        $stream = new ScriptedStream([static function (string $written): string {
            preg_match('/ECHO\r\n\$16\r\n([0-9a-f]{16})\r\n/', $written, $match);

            return "\$16\r\n{$match[1]}\r\n:0\r\n:7\r\n";
        }], true);
        self::assertSame(7, $this->connection([$stream])->call(['SLOCK', 'id']));
        self::assertStringContainsString(RequestEncoder::encode(['CLIENT', 'UNBIND']) . RequestEncoder::encode(['SLOCK', 'id']), $stream->writes[0]);
        self::assertSame(1, $stream->reads);
    }

    public function testReusedUnixSocketIsReset(): void
    {
        $stream = new ScriptedStream([static function (string $written): string {
            preg_match('/ECHO\r\n\$16\r\n([0-9a-f]{16})\r\n/', $written, $match);

            return "\$16\r\n{$match[1]}\r\n+RESET\r\n" . self::HELLO . "+PONG\r\n";
        }], true);
        self::assertSame('PONG', $this->connection([$stream], 'unix:///run/m.sock')->call(['PING']));
        self::assertStringContainsString(RequestEncoder::encode(['RESET']) . RequestEncoder::encode(['HELLO', '3']), $stream->writes[0]);
    }

    public function testAnotherRequestsReplyOnAReusedStreamIsNeverAnswered(): void
    {
        $left = new ScriptedStream(["\$6\r\nsecret\r\n"], true);
        $fresh = new ScriptedStream([self::HELLO . "\$4\r\nmine\r\n"]);
        self::assertSame('mine', $this->connection([$left, $fresh])->call(['DATAGET', 'id']));
        self::assertTrue($left->isClosed);
    }

    public function testStaleReusedStreamIsReplacedBeforeAnythingIsSent(): void
    {
        $stale = new ScriptedStream([], true);
        $stale->isStale = true;
        $fresh = new ScriptedStream([self::HELLO . "\$1\r\n1\r\n"]);
        self::assertSame('1', $this->connection([$stale, $fresh])->call(['INC', 'id', 'n']));
        self::assertSame([], $stale->writes);
        self::assertTrue($stale->isClosed);
    }

    /** @return iterable<string, array{0: list<string>, 1: bool}> */
    public static function commandsAfterALostReply(): iterable
    {
        foreach ([['GETVAL', 'i', 'n'], ['SETVAL', 'i', 'n', 'v'], ['SUNLOCK', 'i', '1', 'DATA', 'd'], ['CTL', 'i', 'EXIST'], ['CLIENT', 'ID']] as $words) {
            yield implode(' ', $words) . ' is sent again' => [$words, true];
        }
        foreach ([['INC', 'i', 'n'], ['ADD', 'i', 'n', '1'], ['MULDIV', 'i', 'n', '1', '2'], ['CREATE', 'i'], ['UNIQ', '8'], ['SUBNEW', 'i'], ['RENAME', 'i', 'j'], ['CALL', 'f'], ['PLUGIN', 'i', 'v'], ['SLOCK', 'i']] as $words) {
            yield implode(' ', $words) . ' is not' => [$words, false];
        }
    }

    /**
     * @dataProvider commandsAfterALostReply
     * @param list<string> $words
     */
    public function testWhatIsSentAgainAfterALostReply(array $words, bool $isSentAgain): void
    {
        $lost = new ScriptedStream([]);
        $second = new ScriptedStream([self::HELLO . ":1\r\n"]);
        $connection = $this->connection([$lost, $second]);
        if ($isSentAgain) {
            self::assertSame(1, $connection->call($words));

            return;
        }
        $failure = $this->failure($connection, $words);
        self::assertSame('LOST', $failure->errorCode());
        self::assertFalse($failure->connectionSurvives());
        self::assertSame([], $second->writes);
    }

    public function testWhatNeverLeftIsSentAgainWhateverItIs(): void
    {
        $dead = new ScriptedStream([]);
        $dead->writeFailure = new ConnectionException('LOST', 'the server closed the connection', false);
        $second = new ScriptedStream([self::HELLO . "\$1\r\n1\r\n"]);
        self::assertSame('1', $this->connection([$dead, $second])->call(['INC', 'i', 'n']));
    }

    public function testABatchIsRepeatedOnlyWhenEachCommandMayBe(): void
    {
        $lost = new ScriptedStream([self::HELLO . ":1\r\n"]);
        $second = new ScriptedStream([self::HELLO . ":1\r\n\$1\r\n1\r\n"]);
        $this->expectException(ConnectionException::class);
        $this->connection([$lost, $second])->exchange([['CTL', 'i', 'EXIST'], ['INC', 'i', 'n']]);
    }

    public function testSecondLossIsReported(): void
    {
        $connection = $this->connection([new ScriptedStream([]), new ScriptedStream([]), new ScriptedStream([self::HELLO . "+PONG\r\n"])]);
        self::assertSame('LOST', $this->failure($connection, ['PING'])->errorCode());
    }

    public function testATimeoutClosesTheStreamAndRepeatsNothing(): void
    {
        $slow = new ScriptedStream([new ConnectionException('TIMEOUT', 'the server did not answer in time', true)]);
        $second = new ScriptedStream([self::HELLO . "\$1\r\nv\r\n"]);
        $connection = $this->connection([$slow, $second]);
        self::assertSame('TIMEOUT', $this->failure($connection, ['GETVAL', 'i', 'n'])->errorCode());
        self::assertTrue($slow->isClosed);
        self::assertSame([], $second->writes);
    }

    public function testReadTimeoutIsTheWaitAndSome(): void
    {
        $stream = new ScriptedStream([self::HELLO . ":1\r\n"]);
        $this->connection([$stream])->call(['SLOCK', 'i', 'WAIT', '30000'], 30.0);
        self::assertSame(35.0, $stream->readTimeout);
    }

    public function testGarbageClosesTheStream(): void
    {
        $stream = new ScriptedStream(["HTTP/1.1 400 Bad Request\r\n"]);
        $failure = $this->failure($this->connection([$stream]), ['PING']);
        self::assertInstanceOf(ConnectionException::class, $failure);
        self::assertSame('PROTO', $failure->errorCode());
        self::assertFalse($failure->isRetryable());
        self::assertTrue($stream->isClosed);
    }

    public function testAnExceptionInTheMiddleClosesTheStreamAndPassesThrough(): void
    {
        $stream = new ScriptedStream([self::HELLO . "\$6\r\nhal", new \DomainException('a signal handler threw')]);
        $next = new ScriptedStream([self::HELLO . "\$4\r\nmine\r\n"]);
        $connection = $this->connection([$stream, $next]);
        try {
            $connection->call(['DATAGET', 'i']);
            self::fail('nothing was thrown');
        } catch (\DomainException $thrown) {
            self::assertTrue($stream->isClosed);
        }
        self::assertSame('mine', $connection->call(['DATAGET', 'i']));
    }

    public function testMoreRepliesThanQuestionsMakeTheStreamStale(): void
    {
        $stream = new ScriptedStream([self::HELLO . "+PONG\r\n+extra\r\n"]);
        $next = new ScriptedStream([self::HELLO . "\$4\r\nmine\r\n"]);
        $connection = $this->connection([$stream, $next]);
        $connection->call(['PING']);
        self::assertSame('mine', $connection->call(['DATAGET', 'i']));
        self::assertTrue($stream->isClosed);
    }

    public function testErrorRepliesInABatchAreValues(): void
    {
        $stream = new ScriptedStream([self::HELLO . "-NOSESSION there is none\r\n:1\r\n"]);
        $replies = $this->connection([$stream])->exchange([['DROP', 'i'], ['CTL', 'j', 'EXIST']]);
        self::assertInstanceOf(ErrorReply::class, $replies[0]);
        self::assertSame(['NOSESSION', 'there is none', 1], [$replies[0]->code, $replies[0]->message, $replies[1]]);
    }

    public function testFullServerIsReportedAsSuch(): void
    {
        $stream = new ScriptedStream(["-MAXCLIENTS as many as max-clients are connected\r\n"]);
        $failure = $this->failure($this->connection([$stream]), ['PING']);
        self::assertSame('MAXCLIENTS', $failure->errorCode());
        self::assertTrue($failure->isRetryable());
        self::assertFalse($failure->connectionSurvives());
    }

    public function testPushMessagesDoNotAnswerCommands(): void
    {
        $push = ">4\r\n+event\r\n+created\r\n\$2\r\nid\r\n:5\r\n";
        $stream = new ScriptedStream([self::HELLO . '+OK' . "\r\n" . $push . "\$1\r\nv\r\n"]);
        $connection = $this->connection([$stream]);
        $connection->expectPushes();
        self::assertSame(['OK', 'v'], $connection->exchange([['EVENTS', 'ON'], ['GETVAL', 'i', 'n']]));
        $received = $connection->nextPush(0.0);
        self::assertNotNull($received);
        self::assertSame(['event', 'created', 'id', 5], $received->items);
    }

    public function testMonitorHandsOutLinesUntilToldToStop(): void
    {
        $stream = new ScriptedStream([self::HELLO . "+OK\r\n+1.0 \"PING\"\r\n", "+2.0 \"COUNT\"\r\n", "+3.0 \"LIST\"\r\n"]);
        $lines = [];
        Client::over($this->connection([$stream]))->monitor(static function (string $line) use (&$lines): bool {
            $lines[] = $line;

            return \count($lines) < 2;
        });
        self::assertSame(['1.0 "PING"', '2.0 "COUNT"'], $lines);
        self::assertTrue($stream->isClosed);
    }

    private function failure(Connection $connection, array $words): MsessionException
    {
        try {
            $connection->call($words);
        } catch (MsessionException $failure) {
            return $failure;
        }
        self::fail('nothing was thrown');
    }

    /** @param list<ScriptedStream> $streams */
    private function connection(array $streams, string $server = 'localhost'): Connection
    {
        $address = Address::parse($server);

        return new Connection($address, ConnectionOptions::from($address, []), new ScriptedOpener(...$streams));
    }
}
