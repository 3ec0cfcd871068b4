<?php

declare(strict_types=1);

namespace Msession\Tests\Server;

use Msession\Client;
use Msession\Exception\ArgumentException;
use Msession\Exception\ServerException;
use Msession\Exception\SessionException;
use Msession\MultiSession;
use Msession\SessionHandler;
use Msession\Tests\Support\ScriptedOpener;
use Msession\Tests\Support\ScriptedStream;
use Msession\Tests\Support\ServerTestCase;
use Msession\Wire\Address;
use Msession\Wire\Connection;
use Msession\Wire\ConnectionOptions;
use Msession\Wire\RequestEncoder;

/** One session, several browser windows: the ten points of the Perl module, and none of its flaws. */
final class MultiSessionTest extends ServerTestCase
{
    /** @var string */
    private $parent;

    protected function setUp(): void
    {
        parent::setUp();
        $this->parent = self::newId();
        $this->client->create($this->parent);
        $_GET = $_POST = [];
    }

    protected function tearDown(): void
    {
        $_GET = $_POST = [];
        parent::tearDown();
        self::assertSame([], $this->warnings);
    }

    public function testWithoutAnIdARequestGetsANewOne(): void
    {
        $id = $this->windows()->subSessionId();
        self::assertMatchesRegularExpression('/^[0-9a-f]{40}$/D', $id);
        self::assertNotSame($id, $this->windows()->subSessionId());
    }

    public function testTheParameterSelectsWhatIsKnown(): void
    {
        $first = $this->windows();
        $first->session()['cart'] = ['book'];
        $id = $first->subSessionId();
        $first->end();
        $_GET = ['sub_session_id' => $id];
        self::assertSame(['cart' => ['book']], $this->windows()->session()->toArray());
        $_GET = [];
        $_POST = ['sub_session_id' => $id];
        self::assertSame($id, $this->windows()->subSessionId());
        $_POST = ['win' => $id];
        self::assertSame($id, $this->windows(['parameter' => 'win'])->subSessionId());
    }

    public function testAnUnknownIdFromTheUrlIsIgnored(): void
    {
        foreach ([str_repeat('a', 40), '../' . $this->parent, ['array'], ''] as $unknown) {
            $_GET = ['sub_session_id' => $unknown];
            $windows = $this->windows();
            self::assertNotSame($unknown, $windows->subSessionId());
            self::assertNotContains($unknown, $windows->subSessionIds());
        }
    }

    public function testAnUnknownExplicitIdIsCreatedUnderThatId(): void
    {
        $windows = $this->windows(['subSessionId' => 'window-1']);
        self::assertSame('window-1', $windows->subSessionId());
        self::assertSame(['window-1'], $windows->subSessionIds());
        $this->expectException(ArgumentException::class);
        $windows->subSessionId('a/b');
    }

    public function testAnExplicitIdWinsOverTheParameter(): void
    {
        $_GET = ['sub_session_id' => $this->client->subNew($this->parent)];
        self::assertSame('mine', $this->windows(['subSessionId' => 'mine'])->subSessionId());
    }

    public function testNewIsEmptyAndBecomesCurrent(): void
    {
        $windows = $this->windows();
        $old = $windows->session();
        $old['n'] = 1;
        $new = $windows->session(['new' => true]);
        self::assertSame([], $new->toArray());
        self::assertSame($new->id(), $windows->subSessionId());
        $windows->end();
        self::assertContains($old->id(), $this->windows()->subSessionIds());
    }

    public function testCloneCopiesWhatIsCurrentAndWinsOverNew(): void
    {
        $windows = $this->windows();
        $old = $windows->session();
        $old['n'] = 1;
        $this->client->set($old->sessionId(), 'variable', 'too');
        $copy = $windows->session(['clone' => true, 'new' => true]);
        self::assertNotSame($old->id(), $copy->id());
        self::assertSame(['n' => 1], $copy->toArray());
        self::assertSame('too', $this->client->get($copy->sessionId(), 'variable'));
        $copy['n'] = 2;
        $windows->end();
        $_GET = ['sub_session_id' => $old->id()];
        self::assertSame(['n' => 1], $this->windows()->session()->toArray());
        $_GET = ['sub_session_id' => $copy->id()];
        self::assertSame(['n' => 2], $this->windows()->session()->toArray());
    }

    public function testSessionRenewsTheAccessTime(): void
    {
        $windows = $this->windows(['expire' => 100]);
        $name = $windows->session()->sessionId();
        self::assertSame(100, $this->client->timeout($name));
        self::assertSame(0, $this->client->ctl($name, 'TLA'));
    }

    public function testDeletingTheCurrentOneMakesANewOneNext(): void
    {
        $windows = $this->windows();
        $id = $windows->subSessionId();
        $windows->deleteSubSession();
        self::assertFalse($this->client->exists($this->parent . '/' . $id));
        self::assertNotSame($id, $windows->subSessionId());
        // by its explicit id, too
        $id = $windows->subSessionId();
        $windows->deleteSubSession($id);
        $windows->session()['still'] = 'works';
        self::assertNotSame($id, $windows->subSessionId());
    }

    public function testAfterADeletionTheUrlDecidesNoMore(): void
    {
        $fromUrl = $this->client->subNew($this->parent);
        $_GET = ['sub_session_id' => $fromUrl];
        $windows = $this->windows();
        $windows->session(['new' => true]);
        $windows->deleteSubSession();
        self::assertNotSame($fromUrl, $windows->subSessionId());
    }

    public function testTheEndOfARequestPurgesWhatNobodyUsed(): void
    {
        $new = str_repeat('a', 40);
        $stream = new ScriptedStream([
            "%0\r\n*0\r\n",
            "\$40\r\n$new\r\n",
            ":7\r\n",
            ":1\r\n",
            "*2\r\n\$40\r\n$new\r\n\$3\r\nold\r\n",
            ":0\r\n:61\r\n",
            ":1\r\n",
        ]);
        $address = Address::parse('localhost');
        $connection = new Connection($address, ConnectionOptions::from($address, []), new ScriptedOpener($stream));
        $windows = new MultiSession(['sessionId' => 'parent', 'client' => Client::over($connection), 'expire' => 60]);
        $windows->session();
        $windows->end();
        self::assertSame(RequestEncoder::encode(['DROP', 'parent/old']), end($stream->writes));
    }

    public function testDeletingAnotherKeepsTheCurrentOne(): void
    {
        $windows = $this->windows();
        $other = $windows->subSessionId();
        $current = $windows->session(['new' => true])->id();
        $windows->deleteSubSession($other);
        self::assertSame($current, $windows->subSessionId());
        self::assertSame([$current], $windows->subSessionIds());
        $windows->deleteSubSession('no-such');
    }

    public function testTheParentsEndIsTheEndOfAll(): void
    {
        $windows = $this->windows();
        $window = $windows->session();
        $window['n'] = 1;
        $this->client->drop($this->parent);
        $windows->end();
        self::assertFalse($this->client->exists($window->sessionId()));
    }

    public function testSubRequestsShareOne(): void
    {
        $shared = MultiSession::shared(['sessionId' => $this->parent, 'client' => $this->client]);
        $shared->session()['n'] = 1;
        self::assertSame(1, MultiSession::shared()->session()['n']);
        MultiSession::forgetShared();
        self::assertNotSame($shared, MultiSession::shared(['sessionId' => $this->parent, 'client' => $this->client]));
        MultiSession::forgetShared();
    }

    public function testTheIdCanBeSetAfterTheFirstUse(): void
    {
        $windows = $this->windows();
        $first = $windows->subSessionId();
        $windows->session()['n'] = 1;
        self::assertSame('second', $windows->subSessionId('second'));
        $windows->session()['n'] = 2;
        self::assertSame($first, $windows->subSessionId($first));
        self::assertSame(1, $windows->session()['n']);
    }

    public function testTheLongestUnusedGoesWhenThereAreTooMany(): void
    {
        $windows = $this->windows(['maximum' => 3]);
        for ($i = 0; $i < 5; $i++) {
            $windows->session(['new' => true]);
        }
        self::assertCount(3, $windows->subSessionIds());
        self::assertContains($windows->subSessionId(), $windows->subSessionIds());
    }

    public function testARequestHoldsItsWindowUntilItEnds(): void
    {
        $windows = $this->windows();
        $window = $windows->session();
        $window['n'] = 1;
        $other = new Client(self::server());
        try {
            $other->lock($window->sessionId());
            self::fail('two hold the window');
        } catch (ServerException $failure) {
            self::assertSame('LOCKED', $failure->errorCode());
        }
        $windows->end();
        self::assertSame(serialize(['n' => 1]), $other->lockAndRead($window->sessionId())[1]);
    }

    public function testARequestDoesNotReadAWindowThatAnotherHolds(): void
    {
        $id = $this->client->subNew($this->parent);
        $name = $this->parent . '/' . $id;
        $other = new Client(self::server());
        $key = $other->lock($name);
        $_GET = ['sub_session_id' => $id];
        try {
            $this->windows(['wait' => 0.01])->session();
            self::fail('two hold the window');
        } catch (ServerException $failure) {
            self::assertSame('LOCKED', $failure->errorCode());
        }
        $other->unlock($name, $key, ['data' => serialize(['n' => 1])]);
        self::assertSame(['n' => 1], $this->windows()->session()->toArray());
    }

    public function testWindowsDoNotWaitForEachOther(): void
    {
        $other = new Client(self::server());
        $other->lock($this->parent . '/' . $other->subNew($this->parent));
        $id = $this->client->subNew($this->parent);
        $_GET = ['sub_session_id' => $id];
        self::assertSame($id, $this->windows(['wait' => 0])->subSessionId());
    }

    public function testARequestThatLostTheLockOverwritesNothingAndSaysSo(): void
    {
        $windows = $this->windows(['lease' => 0.001]);
        $window = $windows->session();
        $window['from'] = 'slow';
        $other = new Client(self::server());
        $key = $other->lock($window->sessionId(), ['wait' => 20]);
        $windows->end();
        self::assertStringContainsString('NOWLOCK', implode($this->takeWarnings()));
        $other->unlock($window->sessionId(), $key, ['data' => serialize(['from' => 'fast'])]);
        $_GET = ['sub_session_id' => $window->id()];
        self::assertSame(['from' => 'fast'], $this->windows()->session()->toArray());
    }

    public function testASlowRequestWithoutARivalKeepsItsWrite(): void
    {
        $slow = $this->windows(['lease' => 0.001]);
        $window = $slow->session();
        $window['n'] = 1;
        while ($this->client->ctl($window->sessionId(), 'LOCK') > 0) {
            usleep(1000);
        }
        $slow->end();
        self::assertSame(serialize(['n' => 1]), $this->client->dataGet($window->sessionId()));
    }

    public function testWhatTheServerRefusesToWriteKeepsNobodyWaiting(): void
    {
        $windows = $this->windows();
        $window = $windows->session();
        $window['big'] = str_repeat('x', 9 * 1024 * 1024);
        $windows->end();
        self::assertStringContainsString('BADLEN', implode($this->takeWarnings()));
        self::assertSame(0, $this->client->ctl($window->sessionId(), 'LOCK'));
    }

    public function testAfterTheEndNothingIsWrittenWithoutTheLock(): void
    {
        $windows = $this->windows();
        $window = $windows->session();
        $windows->end();
        $window['late'] = true;
        try {
            $window->save();
            self::fail('written without the lock');
        } catch (SessionException $failure) {
            self::assertSame('NOWLOCK', $failure->errorCode());
        }
        self::assertNull($this->client->dataGet($window->sessionId()));
    }

    public function testOnePageMayOpenAWindowTwice(): void
    {
        $id = $this->client->subNew($this->parent);
        $_GET = ['sub_session_id' => $id];
        $this->windows()->session()['n'] = 1;
        $again = new MultiSession(['sessionId' => $this->parent, 'server' => self::server(), 'wait' => 0]);
        self::assertSame(1, $again->session()['n']);
        $again->end();
        self::assertSame(serialize(['n' => 1]), $this->client->dataGet($this->parent . '/' . $id));
    }

    public function testTwoRequestsThatNameANewWindowShareIt(): void
    {
        $name = 'both';
        $this->client->create($this->parent . '/' . $name, ['data' => serialize(['n' => 1])]);
        $windows = $this->windows(['subSessionId' => $name]);
        self::assertSame(['n' => 1], $windows->session()->toArray());
    }

    public function testHelpersCarryTheId(): void
    {
        $windows = $this->windows();
        $id = $windows->subSessionId();
        self::assertSame("/a?sub_session_id=$id", $windows->url('/a'));
        self::assertSame("/a?x=1&sub_session_id=$id#top", $windows->url('/a?x=1&sub_session_id=old#top'));
        self::assertSame("<input type=\"hidden\" name=\"sub_session_id\" value=\"$id\">", $windows->field());
    }

    public function testNestedArraysCanBeChangedInPlace(): void
    {
        $windows = $this->windows();
        $window = $windows->session();
        $window['cart']['books'][] = 5;
        $window['cart']['books'][] = 6;
        unset($window['none']);
        self::assertSame([1, false, ['books' => [5, 6]]], [\count($window), isset($window['x']), $window['cart']]);
        $windows->end();
        $_GET = ['sub_session_id' => $window->id()];
        self::assertSame(['cart' => ['books' => [5, 6]]], iterator_to_array($this->windows()->session()));
    }

    public function testWorksInsideAPagesOwnNewSession(): void
    {
        ini_set('session.use_cookies', '0');
        SessionHandler::register(self::server());
        session_id('');
        session_start();
        // the session itself is only reserved until the page ends
        $windows = new MultiSession(['client' => $this->client]);
        $windows->session()['n'] = 1;
        $id = $windows->subSessionId();
        $windows->end();
        $_SESSION['page'] = 1;
        $parent = (string) session_id();
        session_write_close();
        self::assertSame('page|i:1;', $this->client->dataGet($parent));
        self::assertSame([$id], $this->client->subList($parent));
    }

    /** @param array<string, mixed> $options */
    private function windows(array $options = []): MultiSession
    {
        return new MultiSession($options + ['sessionId' => $this->parent, 'client' => $this->client]);
    }
}
