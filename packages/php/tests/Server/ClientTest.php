<?php

declare(strict_types=1);

namespace Msession\Tests\Server;

use Msession\Client;
use Msession\CommandTable;
use Msession\Exception\ArgumentException;
use Msession\Exception\MsessionException;
use Msession\Exception\ServerException;
use Msession\LockedSession;
use Msession\Tests\Support\ServerTestCase;

/** The object API, every command of the table against a real server, in RESP3 and in RESP2. */
final class ClientTest extends ServerTestCase
{
    /** Commands by the method that sends them, where the names differ. */
    private const METHODS = [
        'DROPWHERE' => 'dropWhere', 'LISTVAR' => 'listVar', 'GETVAL' => 'get', 'SETVAL' => 'setAll', 'DELVAL' => 'delete',
        'GETALL' => 'getAll', 'SLOCK' => 'lock', 'SUNLOCK' => 'unlock', 'SEXTEND' => 'extendLock', 'SCANCEL' => 'cancelLock',
        'COMMAND' => 'commandTable', 'CONFIG' => 'configGet',
    ];

    public function testEveryCommandHasAMethod(): void
    {
        foreach (array_keys(CommandTable::COMMANDS) as $command) {
            $method = self::METHODS[explode(' ', $command)[0]] ?? explode(' ', $command)[0];
            self::assertTrue(method_exists(Client::class, $method), $command);
        }
    }

    /** @return iterable<string, array{0: int}> */
    public static function protocols(): iterable
    {
        yield 'RESP3' => [3];
        yield 'RESP2' => [2];
    }

    /** @dataProvider protocols */
    public function testSessionsVariablesAndData(int $protocol): void
    {
        $client = new Client(self::server(), ['protocol' => $protocol]);
        [$id, $copy, $moved] = [self::newId(), self::newId(), self::newId()];
        $client->create($id, ['class' => 'shop', 'data' => "a\0b", 'timeout' => 100]);
        self::assertTrue($client->exists($id));
        self::assertSame(100, $client->timeout($id));
        $client->setAll($id, ['a' => '1', '7' => 'x', 'b' => '2']);
        self::assertSame(['a' => '1', 7 => 'x', 'b' => '2'], $client->getAll($id));
        self::assertSame('1', $client->get($id, 'a'));
        self::assertNull($client->get($id, 'zz'));
        self::assertSame('d', $client->get($id, 'zz', 'd'));
        self::assertSame(1, $client->delete($id, ['a', 'zz']));
        self::assertSame(0, $client->delete($id, []));
        self::assertSame('3', $client->inc($id, 'b'));
        self::assertSame('5.5', $client->add($id, 'b', 2.5));
        self::assertSame('11', $client->mulDiv($id, 'b', 2, 1));
        $object = $client->getObject($id);
        self::assertSame(['shop', "a\0b", [7 => 'x', 'b' => '11']], [$object['class'], $object['data'], $object['vars']]);
        [$data, $revision] = $client->dataGetWithRevision($id);
        self::assertSame("a\0b", $data);
        self::assertTrue($client->dataSet($id, 'new', ['ifRev' => $revision, 'variables' => ['u' => '1'], 'unset' => ['b'], 'class' => 'c']));
        try {
            $client->dataSet($id, 'newer', ['ifRev' => $revision]);
            self::fail('a stale revision wrote');
        } catch (ServerException $stale) {
            self::assertSame('STALE', $stale->errorCode());
            self::assertTrue($stale->connectionSurvives());
        }
        self::assertFalse($client->dataSet(self::newId(), 'x', ['condition' => 'XX']));
        $client->copy($id, $copy);
        $client->rename($id, $moved);
        self::assertSame(['new', 'new', null], [$client->dataGet($copy), $client->dataGet($moved), $client->dataGet($id)]);
        $client->touch($moved);
        self::assertGreaterThan(0, $client->ctl($moved, 'CTIME'));
        self::assertSame(20, \strlen($client->uniq(20)));
        self::assertSame(6, \strlen($client->randStr(6)));
        $client->drop($moved);
        self::assertFalse($client->exists($moved));
        self::assertSame(0, $client->flush(86400));
    }

    /** @dataProvider protocols */
    public function testSearch(int $protocol): void
    {
        $client = new Client(self::server(), ['protocol' => $protocol]);
        [$a, $b, $name] = [self::newId(), self::newId(), self::newId()];
        foreach ([$a, $b] as $id) {
            $client->create($id);
            $client->set($id, $name, 'ada');
        }
        self::assertSame([$a, $b], $client->find($name, 'ada'));
        self::assertSame([$a => 'ada', $b => 'ada'], $client->listVar($name));
        self::assertSame([$a], $client->list($a));
        $paged = [];
        foreach ($client->each(substr($b, 0, 20) . "*", 10) as $id) {
            $paged[] = $id;
        }
        self::assertSame([$b], $paged);
        self::assertGreaterThanOrEqual(2, $client->count());
        self::assertSame(1, $client->dropWhere($name, 'ada', $a));
        self::assertSame([$a], $client->find($name, 'ada'));
    }

    /** @dataProvider protocols */
    public function testLocks(int $protocol): void
    {
        $client = new Client(self::server(), ['protocol' => $protocol]);
        $id = self::newId();
        [$key, $data] = $client->lockAndRead($id, ['create' => true, 'bind' => true, 'lease' => 10, 'note' => 'a test']);
        self::assertNull($data);
        $held = $client->locks($id);
        self::assertSame(['a test', []], [$held[0]['note'], $held[0]['waiters']]);
        $client->extendLock($id, $key, 20.0);
        try {
            $this->client->lock($id, ['wait' => 0.01, 'create' => true]);
            self::fail('a held lock was given');
        } catch (ServerException $locked) {
            self::assertSame('LOCKED', $locked->errorCode());
            self::assertTrue($locked->isRetryable());
        }
        $client->unlock($id, $key, ['data' => 'saved', 'variables' => ['user' => '7']]);
        self::assertSame(['saved', '7'], [$this->client->dataGet($id), $this->client->get($id, 'user')]);
    }

    public function testAsynchronousLocks(): void
    {
        $id = self::newId();
        $key = $this->client->lock($id, ['create' => true]);
        $waiter = new Client(self::server());
        $ticket = $waiter->lockAsync($id, ['wait' => 10, 'create' => true]);
        $other = $waiter->lockAsync($id, ['wait' => 10, 'create' => true]);
        self::assertTrue($waiter->cancelLock($other));
        $this->client->unlock($id, $key, ['data' => 'x']);
        $push = $waiter->nextPush(5.0);
        self::assertNotNull($push);
        self::assertSame(['lock', $ticket, $id, 'OK'], \array_slice($push->items, 0, 4));
    }

    public function testWithLockSavesWhatTheFunctionMade(): void
    {
        $id = self::newId();
        $this->client->create($id, ['data' => '1']);
        $result = $this->client->withLock($id, function (LockedSession $session): string {
            $session->setData((string) ($session->data() + 1));
            $session->setVariable('seen', 'yes');

            return 'done';
        });
        self::assertSame(['done', '2', 'yes'], [$result, $this->client->dataGet($id), $this->client->get($id, 'seen')]);
        self::assertSame(0, $this->client->ctl($id, 'LOCK'));
    }

    public function testWithLockFreesTheLockAndSavesNothingWhenTheFunctionThrows(): void
    {
        $id = self::newId();
        $this->client->create($id, ['data' => '1']);
        try {
            $this->client->withLock($id, static function (LockedSession $session): void {
                $session->setData('half done');
                throw new \DomainException('no');
            });
            self::fail('nothing was thrown');
        } catch (\DomainException $thrown) {
            self::assertSame(['1', 0], [$this->client->dataGet($id), $this->client->ctl($id, 'LOCK')]);
        }
    }

    public function testSubSessionsEventsAndServer(): void
    {
        $id = self::newId();
        $this->client->create($id);
        $sub = $this->client->subNew($id, ['timeout' => 60]);
        self::assertMatchesRegularExpression('/^[0-9a-f]{40}$/D', $sub);
        $this->client->set("$id/$sub", 'n', 'v');
        $clone = $this->client->subNew($id, ['clone' => $sub]);
        self::assertSame('v', $this->client->get("$id/$clone", 'n'));
        self::assertEqualsCanonicalizing([$sub, $clone], $this->client->subList($id));

        $listener = new Client(self::server());
        $listener->events(true, ['destroyed']);
        $this->client->drop($id);
        $found = [];
        while (\count($found) < 1 && ($push = $listener->nextPush(5.0)) !== null) {
            if ($push->items[2] === $id) {
                $found[] = $push->items[1];
            }
        }
        self::assertSame(['destroyed'], $found);
        $listener->close();

        self::assertSame('PONG', $this->client->ping());
        self::assertSame('hi', $this->client->ping('hi'));
        self::assertSame("a\0", $this->client->echo("a\0"));
        self::assertSame('msession', $this->client->hello()['server']);
        self::assertStringContainsString('connected_clients', $this->client->info('clients'));
        self::assertIsInt($this->client->client('ID'));
        self::assertNotSame([], $this->client->configGet('max-*'));
        self::assertIsArray($this->client->slowLog());
        self::assertIsArray($this->client->commandTable('INFO', 'GETVAL'));
        $this->client->serialize();
        $this->client->select(0);
        $this->client->reset();
        self::assertSame('PONG', $this->client->ping());
        $this->client->quit();
        self::assertSame('PONG', $this->client->ping());
    }

    public function testPipelineKeepsErrorsInTheirPlaces(): void
    {
        $id = self::newId();
        $replies = $this->client->pipeline([['GETVAL', $id, 'n'], ['CTL', $id, 'EXIST'], ['ECHO', 'x']]);
        self::assertInstanceOf(MsessionException::class, $replies[0]);
        self::assertSame([0, 'x'], \array_slice($replies, 1));
    }

    public function testOptionsThatDoNotExistAreNamed(): void
    {
        $this->expectException(ArgumentException::class);
        $this->expectExceptionMessage('"leese"');
        $this->client->lock(self::newId(), ['leese' => 5]);
    }

    public function testLargeValuesGoThereAndBack(): void
    {
        $id = self::newId();
        $data = random_bytes(1000) . str_repeat("0123456789\r\n", 400000);
        $this->client->dataSet($id, $data);
        self::assertSame(md5($data), md5((string) $this->client->dataGet($id)));
    }
}
