<?php

declare(strict_types=1);

namespace Msession\Tests\Server;

use Msession\Exception\ArgumentException;
use Msession\Exception\SessionException;
use Msession\Session\FileStore;
use Msession\SessionHandler;
use Msession\Sessions;
use Msession\Tests\Support\MemoryHandler;
use Msession\Tests\Support\RecordingLogger;
use Msession\Tests\Support\ServerTestCase;

/** What the save handler does beyond PHP's own: locks, fencing, index, migration, and what the caller learns. */
final class SessionHandlerTest extends ServerTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        foreach (['use_cookies' => '0', 'use_strict_mode' => '0', 'lazy_write' => '1', 'gc_maxlifetime' => '1440', 'cache_limiter' => ''] as $name => $value) {
            ini_set('session.' . $name, $value);
        }
        session_id('');
        $_COOKIE = [];
    }

    protected function tearDown(): void
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_abort();
        }
        putenv('MSESSION_READONLY');
        parent::tearDown();
        self::assertSame([], $this->warnings, 'warnings that no test expected');
    }

    public function testHoldsTheLockWhileTheSessionIsOpen(): void
    {
        $handler = SessionHandler::register(self::server());
        $id = $this->existing(['n' => 1]);
        session_id($id);
        session_start();
        $lock = $this->client->locks($id)[0];
        self::assertSame($handler->heldKey($id), $lock['key']);
        self::assertStringContainsString(gethostname() . ' ' . getmypid() . ' ', $lock['note']);
        self::assertGreaterThan(29000, $this->client->ctl($id, 'LOCK'));
        session_write_close();
        self::assertSame(0, $this->client->ctl($id, 'LOCK'));
        self::assertNull($handler->heldKey($id));
    }

    public function testTakesNoLockForReadAndClose(): void
    {
        SessionHandler::register(self::server());
        $id = $this->existing(['n' => 1]);
        session_id($id);
        session_start();
        $other = new SessionHandler(self::server());
        $other->open('', 'PHPSESSID');
        session_write_close();
        $key = $this->client->lock($id);
        session_id($id);
        self::assertTrue(session_start(['read_and_close' => true]));
        self::assertSame(['n' => 1], $_SESSION);
        $this->client->unlock($id, $key);
    }

    public function testReadOnlyByOptionAndByEnvironment(): void
    {
        $id = $this->existing(['n' => 1]);
        $handler = SessionHandler::register(self::server(), ['readonly' => true]);
        session_id($id);
        session_start();
        self::assertNull($handler->heldKey($id));
        session_write_close();
        self::assertSame(SessionHandler::SKIPPED, $handler->lastWrite());

        $handler = SessionHandler::register(self::server());
        putenv('MSESSION_READONLY=1');
        session_id($id);
        session_start();
        self::assertNull($handler->heldKey($id));
        $_SESSION['n'] = 2;
        session_write_close();
        self::assertSame([SessionHandler::SKIPPED, 'READONLY'], [$handler->lastWrite(), $handler->lastError()]);
        self::assertSame('n|i:1;', $this->client->dataGet($id));
        self::assertStringContainsString('changes are not saved', $this->takeWarnings()[0]);
    }

    public function testALostLockWritesNothing(): void
    {
        $logger = new RecordingLogger();
        $handler = SessionHandler::register(self::server(), ['lease' => 0.001, 'logger' => $logger]);
        session_start();
        $id = (string) session_id();
        $_SESSION['mine'] = 1;
        // the lease is over as soon as it began; another request takes the lock and saves
        $key = $this->client->lock($id, ['wait' => 5, 'create' => true]);
        $this->client->unlock($id, $key, ['data' => 'theirs|i:1;']);
        self::assertTrue(session_write_close());
        self::assertSame([SessionHandler::LOST, 'NOWLOCK', 1], [$handler->lastWrite(), $handler->lastError(), $handler->lostWrites()]);
        self::assertSame('theirs|i:1;', $this->client->dataGet($id));
        $warnings = $this->takeWarnings();
        self::assertStringContainsString('NOWLOCK another request has taken the lock', $warnings[0]);
        self::assertStringContainsString('Failed to write session data', $warnings[1]);
        self::assertStringNotContainsString($id, implode('', $warnings) . implode('', $logger->lines));
        self::assertCount(1, $logger->lines);
        // and a second attempt, as frameworks make it, writes neither
        self::assertFalse($handler->write($id, 'mine|i:1;'));
        self::assertSame('theirs|i:1;', $this->client->dataGet($id));
        $this->takeWarnings();
    }

    public function testASessionEndedElsewhereIsNotMadeAgain(): void
    {
        $handler = SessionHandler::register(self::server());
        $id = $this->existing(['n' => 1]);
        session_id($id);
        session_start();
        $this->client->drop($id);
        $_SESSION['n'] = 2;
        session_write_close();
        self::assertSame([SessionHandler::LOST, 'NOSESSION'], [$handler->lastWrite(), $handler->lastError()]);
        self::assertFalse($this->client->exists($id));
        self::assertCount(2, $this->takeWarnings());
    }

    public function testLockedSessionsFailToStartAndSayWhy(): void
    {
        $id = $this->existing(['n' => 1]);
        $key = $this->client->lock($id);
        $handler = SessionHandler::register(self::server(), ['wait' => 0.01]);
        session_id($id);
        self::assertFalse(session_start());
        self::assertSame('LOCKED', $handler->lastError());
        self::assertStringContainsString('LOCKED', $this->takeWarnings()[0]);
        // what could not be read is not overwritten by those who write anyway
        self::assertFalse($handler->write($id, ''));
        $this->client->unlock($id, $key);
        self::assertSame('n|i:1;', $this->client->dataGet($id));
        $this->takeWarnings();
    }

    public function testOnlySoManyWaitForOneSession(): void
    {
        $id = $this->existing(['n' => 1]);
        $key = $this->client->lock($id);
        $waiter = stream_socket_client(self::server());
        self::assertIsResource($waiter);
        fwrite($waiter, "SLOCK $id WAIT 60000\r\n");
        $deadline = microtime(true) + 10;
        do {
            self::assertLessThan($deadline, microtime(true), 'the waiter never arrived');
            $locks = $this->client->locks($id);
        } while ($locks[0]['waiters'] === []);
        $handler = SessionHandler::register(self::server(), ['wait' => 60, 'waiters' => 1]);
        session_id($id);
        self::assertFalse(session_start());
        self::assertSame('BUSY', $handler->lastError());
        $this->takeWarnings();
        $this->client->unlock($id, $key);
        fclose($waiter);
    }

    public function testStrictModeDoesNotReplaceASessionThatIsOnlyLocked(): void
    {
        $id = $this->existing(['n' => 1]);
        $key = $this->client->lock($id);
        $handler = SessionHandler::register(self::server(), ['wait' => 0.01]);
        session_id($id);
        self::assertFalse(session_start(['use_strict_mode' => 1]));
        self::assertSame('LOCKED', $handler->lastError());
        $this->takeWarnings();
        $this->client->unlock($id, $key);
        session_id($id);
        self::assertTrue(session_start(['use_strict_mode' => 1]));
        self::assertSame([$id, ['n' => 1]], [session_id(), $_SESSION]);
    }

    public function testThrowOptionThrowsAndFreesTheLock(): void
    {
        $id = $this->existing(['n' => 1]);
        SessionHandler::register(self::server(), ['throw' => true]);
        session_id($id);
        session_start();
        $_SESSION['n'] = str_repeat('x', 9 * 1024 * 1024);
        try {
            session_write_close();
            self::fail('nothing was thrown');
        } catch (SessionException $failure) {
            self::assertSame('BADLEN', $failure->errorCode());
        }
        self::assertSame(0, $this->client->ctl($id, 'LOCK'));
        self::assertSame('n|i:1;', $this->client->dataGet($id));
        $this->takeWarnings();
    }

    public function testAValueOverTheLimitIsAWarning(): void
    {
        $handler = SessionHandler::register(self::server());
        session_start();
        $id = (string) session_id();
        $_SESSION['n'] = str_repeat('x', 9 * 1024 * 1024);
        session_write_close();
        self::assertSame([SessionHandler::FAILED, 'BADLEN'], [$handler->lastWrite(), $handler->lastError()]);
        self::assertStringContainsString('BADLEN', $this->takeWarnings()[0]);
        self::assertSame([], $this->client->locks($id));
    }

    public function testIndexMakesSessionsFindableAndEndsThemTogether(): void
    {
        $handler = SessionHandler::register(self::server());
        $user = 'u' . bin2hex(random_bytes(6));
        SessionHandler::index(['user', 'role', 'profile.city']);
        $ids = [];
        for ($i = 0; $i < 3; $i++) {
            session_id('');
            session_start();
            $_SESSION = ['user' => $user, 'role' => $i, 'profile' => ['city' => 'Rome']];
            $ids[] = (string) session_id();
            session_write_close();
        }
        self::assertSame($ids, Sessions::find('user', $user));
        self::assertSame('Rome', $this->client->get($ids[0], 'profile.city'));
        session_id($ids[1]);
        session_start();
        unset($_SESSION['role']);
        session_write_close();
        self::assertNull($this->client->get($ids[1], 'role'));
        session_id($ids[2]);
        session_start();
        self::assertSame(2, Sessions::destroyWhere('user', $user, (string) session_id()));
        self::assertSame([$ids[2]], Sessions::find('user', $user));
        self::assertSame(SessionHandler::SAVED, $handler->lastWrite());
    }

    public function testRegenerateKeepsVariablesSubSessionsAndTheLock(): void
    {
        $handler = SessionHandler::register(self::server());
        $old = $this->existing(['n' => 1]);
        $this->client->set($old, 'cart', 'full');
        $sub = $this->client->subNew($old);
        session_id($old);
        session_start();
        $key = $handler->heldKey($old);
        session_regenerate_id(true);
        $new = (string) session_id();
        self::assertSame([null, $key], [$handler->heldKey($old), $handler->heldKey($new)]);
        self::assertFalse($this->client->exists($old));
        session_write_close();
        self::assertSame(['full', [$sub]], [$this->client->get($new, 'cart'), $this->client->subList($new)]);
        self::assertSame(0, $this->client->ctl($new, 'LOCK'));
    }

    public function testMigratesFromAnOldStoreWithoutLosingAnybody(): void
    {
        $logger = new RecordingLogger();
        $old = new MemoryHandler();
        $id = self::newId();
        $old->write($id, 'n|i:7;');
        SessionHandler::register(self::server(), ['migrateFrom' => $old, 'logger' => $logger]);
        session_id($id);
        session_start(['use_strict_mode' => 1]);
        self::assertSame([$id, ['n' => 7]], [session_id(), $_SESSION]);
        // even unchanged it must be written here, or it would be lost with the old store
        session_write_close();
        self::assertSame('n|i:7;', $this->client->dataGet($id));
        self::assertSame('', $old->read($id));
        self::assertCount(1, $logger->lines);
        session_id($id);
        session_start();
        self::assertSame(['n' => 7], $_SESSION);
    }

    public function testMigratesPhpsSessionFiles(): void
    {
        $directory = sys_get_temp_dir() . '/msession-files-' . getmypid();
        mkdir($directory);
        $id = self::newId();
        file_put_contents("$directory/sess_$id", 'n|i:7;');
        SessionHandler::register(self::server(), ['migrateFrom' => new FileStore($directory)]);
        session_id($id);
        session_start();
        $_SESSION['n']++;
        session_write_close();
        self::assertSame('n|i:8;', $this->client->dataGet($id));
        self::assertFileDoesNotExist("$directory/sess_$id");
        rmdir($directory);
    }

    public function testFrameworksMayWriteWhatTheyNeverRead(): void
    {
        $handler = new SessionHandler(self::server());
        $id = self::newId();
        self::assertTrue($handler->write($id, 'a'));
        self::assertTrue($handler->write($id, 'b'));
        self::assertSame(['b', 0], [$this->client->dataGet($id), $this->client->ctl($id, 'LOCK')]);
        self::assertSame('b', $handler->read($id));
        self::assertTrue($handler->destroy($id));
        self::assertFalse($this->client->exists($id));
        self::assertSame([], $this->client->locks($id));
    }

    public function testAHandlerOfManySessionsHoldsOneLock(): void
    {
        $handler = new SessionHandler(self::server());
        [$a, $b] = [$this->existing(['n' => 1]), $this->existing(['n' => 2])];
        $handler->read($a);
        $handler->read($b);
        self::assertSame(0, $this->client->ctl($a, 'LOCK'));
        self::assertNotSame(0, $this->client->ctl($b, 'LOCK'));
        $handler->close();
        self::assertSame(0, $this->client->ctl($b, 'LOCK'));
    }

    public function testLife(): void
    {
        SessionHandler::register(self::server());
        session_start(['gc_maxlifetime' => 77]);
        $id = (string) session_id();
        $_SESSION['n'] = 1;
        session_write_close();
        self::assertSame(77, $this->client->timeout($id));

        ini_set('session.gc_maxlifetime', '1440');
        SessionHandler::register(self::server(), ['ttl' => 500, 'firstVisitTtl' => 60]);
        session_id('');
        session_start();
        $id = (string) session_id();
        $_SESSION['n'] = 1;
        session_write_close();
        self::assertSame(60, $this->client->timeout($id));
        session_id($id);
        session_start();
        session_write_close();
        self::assertSame(500, $this->client->timeout($id));
    }

    public function testWithoutLocks(): void
    {
        $id = $this->existing(['n' => 1]);
        $handler = SessionHandler::register(self::server(), ['lock' => false]);
        $key = $this->client->lock($id);
        session_id($id);
        session_start();
        $_SESSION['n']++;
        session_write_close();
        self::assertSame([SessionHandler::SAVED, 'n|i:2;'], [$handler->lastWrite(), $this->client->dataGet($id)]);
        $this->client->unlock($id, $key);
    }

    public function testFunctionsKnowTheLockThePageHolds(): void
    {
        $handler = SessionHandler::register(self::server());
        $id = $this->existing(['n' => 1]);
        session_id($id);
        session_start();
        $key = msession_lock(session_id());
        self::assertSame($handler->heldKey($id), $key);
        self::assertSame(1, msession_unlock($id, $key));
        self::assertSame($key, $handler->heldKey($id));
        self::assertTrue(msession_set($id, 'v', '1'));
        msession_disconnect();
        $_SESSION['n'] = 2;
        session_write_close();
        self::assertSame('n|i:2;', $this->client->dataGet($id));
    }

    /** @return iterable<string, array{0: string}> */
    public static function idsThatAreRefused(): iterable
    {
        yield 'slash' => ['parent/' . str_repeat('a', 30)];
        yield 'globals' => ['globals'];
        yield 'NUL' => ["nul\0" . str_repeat('a', 30)];
        yield '300 bytes' => [str_repeat('a', 300)];
        yield 'too short for a cookie' => [str_repeat('a', 21)];
        yield 'dots' => ['../../../../etc/passwd/aaaa'];
    }

    /** @dataProvider idsThatAreRefused */
    public function testIdsFromCookiesAreCheckedBeforeTheyReachTheServer(string $id): void
    {
        $handler = SessionHandler::register(self::server());
        $_COOKIE = ['PHPSESSID' => $id];
        self::assertFalse($handler->validateId($id));
        self::assertFalse($handler->read($id));
        self::assertTrue($handler->destroy($id));
        self::assertFalse($handler->write($id, 'x'));
        self::assertCount(2, $this->takeWarnings());
        session_id($id);
        self::assertTrue(session_start(['use_strict_mode' => 1]));
        self::assertNotSame($id, session_id());
        session_abort();
        session_id($id);
        self::assertFalse(session_start(['use_strict_mode' => 0]));
        self::assertNotSame([], $this->takeWarnings());
    }

    public function testShortIdsSetInCodeAreAllowed(): void
    {
        SessionHandler::register(self::server());
        $id = 'b' . bin2hex(random_bytes(3));
        session_id($id);
        self::assertTrue(session_start());
        $_SESSION['n'] = 1;
        session_write_close();
        self::assertSame('n|i:1;', $this->client->dataGet($id));
    }

    public function testSavePathNamesTheServer(): void
    {
        $handler = new SessionHandler();
        self::assertTrue($handler->open(self::server() . '?wait=3', 'PHPSESSID'));
        $id = self::newId();
        self::assertTrue($handler->write($id, 'x'));
        self::assertSame('x', $this->client->dataGet($id));
    }

    public function testUnknownOptionsAreNamed(): void
    {
        $this->expectException(ArgumentException::class);
        $this->expectExceptionMessage('"lok"');
        new SessionHandler(self::server(), ['lok' => true]);
    }

    public function testServerDownIsAWarningAndFalse(): void
    {
        $handler = SessionHandler::register('127.0.0.1:1', ['readTimeout' => 0.5, 'wait' => 0]);
        self::assertFalse(session_start());
        // where sockets are emulated a refused connection shows late
        self::assertContains($handler->lastError(), ['CONNECT', 'TIMEOUT', 'LOST']);
        $warnings = $this->takeWarnings();
        self::assertCount(2, $warnings);
        self::assertStringStartsWith('msession session read: ' . $handler->lastError(), $warnings[0]);
        self::assertStringEndsWith(' in FILE:LINE', $warnings[0]);
    }

    public function testAConnectionLostWhileThePageRanStillSaves(): void
    {
        $handler = SessionHandler::register(self::server());
        $id = $this->existing(['n' => 1]);
        session_id($id);
        session_start();
        self::assertSame(1, $this->client->client('KILL', 'ID', $this->client->locks($id)[0]['connection']));
        $_SESSION['n'] = 2;
        session_write_close();
        self::assertSame([SessionHandler::SAVED, 'n|i:2;'], [$handler->lastWrite(), $this->client->dataGet($id)]);
    }

    /** @param array<string, mixed> $session */
    private function existing(array $session): string
    {
        $id = self::newId();
        $data = '';
        foreach ($session as $name => $value) {
            $data .= $name . '|' . serialize($value);
        }
        $this->client->dataSet($id, $data);

        return $id;
    }
}
