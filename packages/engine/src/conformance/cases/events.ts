// Section 11: events, one push message `[event, name, id, atMs]` for each thing that happens to a session.
import assert from 'node:assert/strict';
import { type ReplyValue, replyText } from '@msession/protocol';
import {
  assertReply,
  expectOk,
  expectReply,
  isPending,
  refused,
  takeLock,
  textOf,
  waitersArrive,
} from '../expectations.js';
import type { ConformanceCase, ConformanceHarness, ConformancePeer } from '../harness.js';

async function listen(harness: ConformanceHarness, ...words: readonly string[]): Promise<ConformancePeer> {
  const peer = await harness.connect();
  await expectOk(peer, ['EVENTS', 'ON', ...words]);
  return peer;
}

/** The next `count` events as `name id`. */
async function eventsOf(peer: ConformancePeer, count: number): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < count; i++) {
    const [kind, name, id] = await peer.nextPush();
    assertReply(kind, 'event', 'the first item of an event');
    seen.push(`${replyText(name)} ${replyText(id)}`);
  }
  return seen;
}

/** No event came beside those that were taken: a last one, made here, is the next. */
async function assertNoMore(listener: ConformancePeer, peer: ConformancePeer): Promise<void> {
  await expectOk(peer, ['CREATE', 'the-end']);
  assert.deepEqual(await eventsOf(listener, 1), ['created the-end'], 'no further event');
}

export const eventCases: readonly ConformanceCase[] = [
  {
    id: 'S11.events.shape',
    title: 'a push of event, name, id and milliseconds since 1970',
    async run(harness) {
      const peer = await harness.connect();
      const listener = await listen(harness);
      await harness.advance(1234);
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const items = await listener.nextPush();
      assertReply(items as ReplyValue[], ['event', 'created', 'a', Math.floor(harness.nowMs())], 'the event');
    },
  },
  {
    id: 'S11.events.created',
    title: 'CREATE, DATASET, UNIQ, SUBNEW and COPY make sessions; a second write does not',
    async run(harness) {
      const peer = await harness.connect();
      const listener = await listen(harness);
      await expectOk(
        peer,
        ['CREATE', 'a'],
        ['DATASET', 'b', 'd'],
        ['DATASET', 'b', 'e'],
        ['COPY', 'b', 'c'],
        ['SETVAL', 'c', 'n', '1'],
      );
      const id = await textOf(peer, 'UNIQ', 20);
      const sub = await textOf(peer, 'SUBNEW', 'a');
      const expected = ['a', 'b', 'c', id, `a/${sub}`].map((each) => `created ${each}`);
      assert.deepEqual(await eventsOf(listener, 5), expected, 'created, in order');
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.destroyed',
    title: 'DROP, DROPWHERE and FLUSH destroy, each session with an event of its own',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a'],
        ['CREATE', 'a/s'],
        ['CREATE', 'b'],
        ['SETVAL', 'b', 'n', '1'],
        ['CREATE', 'c'],
      );
      const listener = await listen(harness, 'destroyed', 'created');
      await expectReply(peer, ['DROP', 'a'], 1);
      assert.deepEqual((await eventsOf(listener, 2)).sort(), ['destroyed a', 'destroyed a/s'], 'DROP of a parent');
      await expectReply(peer, ['DROPWHERE', 'n', '1'], 1);
      assert.deepEqual(await eventsOf(listener, 1), ['destroyed b'], 'DROPWHERE');
      await harness.advance(1000);
      await expectReply(peer, ['FLUSH', 0], 1);
      assert.deepEqual(await eventsOf(listener, 1), ['destroyed c'], 'FLUSH');
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.expired',
    title: 'an expired session is an event, once, without anybody asking for it',
    async run(harness) {
      const peer = await harness.connect();
      const listener = await listen(harness, 'expired', 'created');
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 10]);
      await eventsOf(listener, 1);
      // a sweeper may take its time, but not much of it
      await harness.advance(20_000);
      assert.deepEqual(await eventsOf(listener, 1), ['expired a'], 'expired');
      await expectReply(peer, ['GETALL', 'a'], refused('NOSESSION'));
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.expired-before-its-parent-goes',
    title: 'a sub-session whose time is over is expired, not destroyed or renamed with its parent',
    async run(harness) {
      const peer = await harness.connect();
      for (const words of [
        ['DROP', 'p'],
        ['RENAME', 'p', 'q'],
        ['FLUSH', 0],
      ] as const) {
        await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 100], ['CREATE', 'other', 'TIMEOUT', 1]);
        await harness.advance(2);
        await expectOk(peer, ['CREATE', 'p/s', 'TIMEOUT', 1]);
        const listener = await listen(harness, 'expired');
        await harness.advance(1000);
        await peer.call(...words);
        // the other one is the sweeper's, which may take a moment
        await harness.advance(5000);
        assert.deepEqual((await eventsOf(listener, 2)).sort(), ['expired other', 'expired p/s'], words.join(' '));
        await listener.close();
        await peer.call('DROP', 'q');
      }
    },
  },
  {
    id: 'S11.events.renamed',
    title: 'RENAME is one event of the old id; renaming to itself is none',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const listener = await listen(harness);
      await expectOk(peer, ['RENAME', 'a', 'b'], ['RENAME', 'b', 'b']);
      assert.deepEqual(await eventsOf(listener, 1), ['renamed a'], 'renamed');
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.locked-and-unlocked',
    title: 'a lock taken and given back; handed to a waiter it is unlocked, then locked',
    async run(harness) {
      const peer = await harness.connect();
      const waiting = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const listener = await listen(harness);
      const key = await takeLock(peer, 'a');
      const reply = waiting.call('SLOCK', 'a', 'WAIT', 60_000);
      await waitersArrive(harness, 'a', 1);
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
      await expectReply(waiting, ['SUNLOCK', 'a', Number(await reply)], 1);
      const expected = ['locked a', 'unlocked a', 'locked a', 'unlocked a'];
      assert.deepEqual(await eventsOf(listener, 4), expected, 'locked and unlocked');
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.unlocked-by-the-connection',
    title: 'a bound lock freed by hanging up is unlocked',
    async run(harness) {
      const peer = await harness.connect();
      const dying = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await takeLock(dying, 'a', 'BIND');
      const listener = await listen(harness, 'unlocked', 'created');
      await dying.close();
      assert.deepEqual(await eventsOf(listener, 1), ['unlocked a'], 'unlocked');
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.unlocked-by-the-lease',
    title: 'a lock whose lease ends is unlocked; given back late by its key it is not unlocked again',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const listener = await listen(harness);
      const key = await takeLock(peer, 'a', 'LEASE', 1000);
      await harness.advance(1001);
      assert.deepEqual(await eventsOf(listener, 2), ['locked a', 'unlocked a'], 'locked and unlocked');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.unlocked-under-another-id',
    title:
      'a lock that was renamed with its session, or with the parent of its session, is unlocked when its lease ends',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['CREATE', 'a/s']);
      await takeLock(peer, 'a', 'LEASE', 1000);
      await takeLock(peer, 'a/s', 'LEASE', 2000);
      const listener = await listen(harness, 'unlocked', 'renamed', 'created');
      await expectOk(peer, ['RENAME', 'a', 'b']);
      await harness.advance(2001);
      assert.deepEqual(
        await eventsOf(listener, 3),
        ['renamed a', 'unlocked b', 'unlocked b/s'],
        'renamed and unlocked',
      );
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.dropped-while-locked',
    title: 'a session destroyed while it is locked is destroyed, not unlocked; a sub-session before its parent',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s']);
      await takeLock(peer, 'p');
      const listener = await listen(harness);
      await expectReply(peer, ['DROP', 'p'], 1);
      assert.deepEqual(await eventsOf(listener, 2), ['destroyed p/s', 'destroyed p'], 'destroyed');
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.order',
    title: 'events come in the order in which things happened',
    async run(harness) {
      const peer = await harness.connect();
      const listener = await listen(harness);
      const key = await takeLock(peer, 'a', 'CREATE');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      await expectOk(peer, ['RENAME', 'a', 'b'], ['CREATE', 'a']);
      await expectReply(peer, ['DROP', 'b'], 1);
      const expected = ['locked a', 'created a', 'unlocked a', 'renamed a', 'created a', 'destroyed b'];
      assert.deepEqual(await eventsOf(listener, 6), expected, 'in order');
    },
  },
  {
    id: 'S11.events.refused-is-none',
    title: 'a command that was refused is no event',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const listener = await listen(harness);
      await expectReply(peer, ['CREATE', 'a'], refused('DUPSESSION'));
      await expectReply(peer, ['DROP', 'a', 'KEY', 1], refused('NOWLOCK'));
      await expectReply(peer, ['DATASET', 'none', 'd', 'IFREV', 1], refused('STALE'));
      await expectReply(peer, ['RENAME', 'none', 'b'], refused('NOSESSION'));
      await expectReply(peer, ['SUNLOCK', 'a', 1], refused('NOWLOCK'));
      await assertNoMore(listener, peer);
    },
  },
  {
    id: 'S11.events.only-those-asked-for',
    title: 'EVENTS ON with names sends those only; asked again, the new names count; OFF ends them',
    async run(harness) {
      const peer = await harness.connect();
      const listener = await listen(harness, 'destroyed');
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['DROP', 'a'], 1);
      assert.deepEqual(await eventsOf(listener, 1), ['destroyed a'], 'destroyed only');
      await expectOk(listener, ['EVENTS', 'ON', 'created']);
      await expectOk(peer, ['CREATE', 'b']);
      await expectReply(peer, ['DROP', 'b'], 1);
      await expectOk(peer, ['CREATE', 'c']);
      assert.deepEqual(await eventsOf(listener, 2), ['created b', 'created c'], 'created only');
      await expectOk(listener, ['EVENTS', 'OFF']);
      await expectOk(peer, ['CREATE', 'd']);
      await expectReply(listener, ['COUNT'], 2);
      assert.equal(listener.pendingPushes(), 0, 'none after OFF');
    },
  },
  {
    id: 'S11.events.data',
    title: 'with DATA a fifth item is the data the session has or had, null where it has none',
    async run(harness) {
      const peer = await harness.connect();
      const listener = await listen(harness, 'created', 'destroyed', 'DATA');
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'old'], ['DATASET', 'a', 'new'], ['CREATE', 'b']);
      await expectReply(peer, ['DROP', 'a'], 1);
      const seen: (readonly ReplyValue[])[] = [];
      for (let i = 0; i < 3; i++) seen.push(await listener.nextPush());
      const atMs = Math.floor(harness.nowMs());
      assertReply(seen[0] as ReplyValue[], ['event', 'created', 'a', atMs, 'old'], 'created with data');
      assertReply(seen[1] as ReplyValue[], ['event', 'created', 'b', atMs, null], 'created without data');
      assertReply(seen[2] as ReplyValue[], ['event', 'destroyed', 'a', atMs, 'new'], 'destroyed');
    },
  },
  {
    id: 'S11.events.need-resp3',
    title: 'over RESP2 EVENTS is ERR',
    needs: ['resp2'],
    async run(harness) {
      const peer = await harness.connect({ protocol: 2 });
      await expectReply(peer, ['EVENTS', 'ON'], refused('ERR'));
    },
  },
  {
    id: 'S11.locks-do-not-block-listeners',
    title: 'a listener keeps getting events while another connection waits for a lock',
    async run(harness) {
      const holder = await harness.connect();
      const waiting = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const reply = waiting.call('SLOCK', 'a', 'WAIT', 60_000);
      await waitersArrive(harness, 'a', 1);
      const listener = await listen(harness, 'created');
      await expectOk(holder, ['CREATE', 'b']);
      assert.deepEqual(await eventsOf(listener, 1), ['created b'], 'created');
      assert.ok(await isPending(reply), 'the other waits on');
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await reply;
    },
  },
];
