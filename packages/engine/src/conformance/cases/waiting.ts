// Section 5: who waits for a lock, in which order, how long, and what becomes of waiters when the session goes.
import assert from 'node:assert/strict';
import type { ReplyValue } from '@msession/protocol';
import { assertReply, expectOk, expectReply, isPending, refused, takeLock, waitersArrive } from '../expectations.js';
import type { ConformanceCase, ConformanceHarness, ConformancePeer } from '../harness.js';

interface Waiting {
  readonly peer: ConformancePeer;
  readonly reply: Promise<ReplyValue>;
}

/** Starts an SLOCK that waits, as the `place`-th of the queue; resolves when it has joined it. */
async function joinQueue(
  harness: ConformanceHarness,
  id: string,
  place: number,
  ...options: readonly (string | number)[]
): Promise<Waiting> {
  const peer = await harness.connect();
  const waits = options.includes('WAIT') ? options : ['WAIT', 60_000, ...options];
  const reply = peer.call('SLOCK', id, ...waits);
  reply.catch(() => undefined);
  await waitersArrive(harness, id, place);
  return { peer, reply };
}

async function keyOf(reply: Promise<ReplyValue>, what: string): Promise<number> {
  const key = await reply;
  assert.equal(typeof key, 'number', `${what} should have got the lock`);
  return key as number;
}

export const waitingCases: readonly ConformanceCase[] = [
  {
    id: 'S5.waiters-are-served-in-order',
    title: 'first come, first served, the moment the lock is free',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      let key = await takeLock(holder, 'a');
      const queue: Waiting[] = [];
      for (let i = 1; i <= 5; i++) queue.push(await joinQueue(harness, 'a', i));
      for (const [at, { peer, reply }] of queue.entries()) {
        const next = queue[at + 1];
        await expectReply(holder, ['SUNLOCK', 'a', key], 1);
        key = await keyOf(reply, `waiter ${at + 1}`);
        if (next !== undefined) assert.ok(await isPending(next.reply), `waiter ${at + 2} has to wait`);
        await expectReply(peer, ['CTL', 'a', 'LOCK'], 30_000);
      }
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await expectReply(holder, ['CTL', 'a', 'LOCK'], 0);
    },
  },
  {
    id: 'S5.a-waiter-reads-what-was-written',
    title: 'SLOCK WAIT DATA answers the data as the holder before left it',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'old']);
      const key = await takeLock(holder, 'a');
      const { reply } = await joinQueue(harness, 'a', 1, 'DATA');
      await expectReply(holder, ['SUNLOCK', 'a', key, 'DATA', 'new'], 1);
      const answer = await reply;
      assert.ok(Array.isArray(answer), 'the waiter should have got key and data');
      assertReply(answer[1] as ReplyValue, 'new', 'data of the waiter');
    },
  },
  {
    id: 'S5.the-wait-is-over',
    title: 'when the time of WAIT is over: LOCKED, not before, and the next keeps its place',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const short = await joinQueue(harness, 'a', 1, 'WAIT', 1000);
      const long = await joinQueue(harness, 'a', 2, 'WAIT', 5000);
      await harness.advance(999);
      assert.ok(await isPending(short.reply), 'the wait is not over yet');
      await harness.advance(2);
      assertReply(await short.reply, refused('LOCKED'), 'SLOCK WAIT 1000');
      assert.ok(await isPending(long.reply), 'the other waits on');
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await keyOf(long.reply, 'the other');
    },
  },
  {
    id: 'S5.a-short-wait-behind-a-long-one',
    title: 'a waiter in the middle of the queue may time out; the order of the others stays',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const first = await joinQueue(harness, 'a', 1);
      const middle = await joinQueue(harness, 'a', 2, 'WAIT', 500);
      const last = await joinQueue(harness, 'a', 3);
      await harness.advance(501);
      assertReply(await middle.reply, refused('LOCKED'), 'the waiter in the middle');
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      const second = await keyOf(first.reply, 'the first');
      assert.ok(await isPending(last.reply), 'the last waits on');
      await expectReply(holder, ['SUNLOCK', 'a', second], 1);
      await keyOf(last.reply, 'the last');
    },
  },
  {
    id: 'S5.too-many-waiters',
    title: 'more than max-waiters get BUSY; when one leaves there is room again',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ maxWaitersPerLock: 2 });
      const holder = await harness.connect();
      const other = await harness.connect();
      await expectOk(holder, ['CREATE', 'a'], ['CREATE', 'b']);
      const key = await takeLock(holder, 'a');
      const first = await joinQueue(harness, 'a', 1);
      await joinQueue(harness, 'a', 2);
      await expectReply(other, ['SLOCK', 'a', 'WAIT', 1000], refused('BUSY'));
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await takeLock(other, 'b');
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await keyOf(first.reply, 'the first');
      await joinQueue(harness, 'a', 2);
    },
  },
  {
    id: 'S5.a-waiter-that-hangs-up',
    title: 'it leaves the queue, and the next gets the lock',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const gone = await joinQueue(harness, 'a', 1);
      const next = await joinQueue(harness, 'a', 2);
      await gone.peer.close();
      await waitersArrive(harness, 'a', 1);
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await keyOf(next.reply, 'the next');
    },
  },
  {
    id: 'S5.wait-blocks-the-later-commands',
    title: 'commands behind an SLOCK WAIT of one connection are answered after it, in order',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const { peer, reply } = await joinQueue(harness, 'a', 1);
      const later = peer.call('CTL', 'a', 'LOCK');
      assert.ok(await isPending(later), 'the command behind has to wait');
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await keyOf(reply, 'the waiter');
      assertReply(await later, 30_000, 'the command behind sees the lock held');
    },
  },
  {
    id: 'S5.the-lease-ends-for-a-waiter',
    title: 'when the lease is over the first waiter has the lock at once',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'd']);
      const stale = await takeLock(holder, 'a', 'LEASE', 2000);
      const { reply } = await joinQueue(harness, 'a', 1);
      await harness.advance(1999);
      assert.ok(await isPending(reply), 'the lease is not over yet');
      await harness.advance(2);
      await keyOf(reply, 'the waiter');
      await expectReply(holder, ['SUNLOCK', 'a', stale, 'DATA', 'e'], refused('NOWLOCK'));
      await expectReply(holder, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S5.a-granted-lease-begins-with-the-grant',
    title: 'LEASE of a waiter counts from when it got the lock',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a', 'LEASE', 2000);
      const { peer, reply } = await joinQueue(harness, 'a', 1, 'LEASE', 7000);
      await harness.advance(2000);
      await keyOf(reply, 'the waiter');
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 7000);
    },
  },
  {
    id: 'S5.leases-pass-the-lock-along',
    title: 'holders that never come back are followed by all who wait, lease by lease',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a', 'LEASE', 1000);
      const queue: Waiting[] = [];
      for (let i = 1; i <= 4; i++) queue.push(await joinQueue(harness, 'a', i, 'LEASE', 1000));
      await harness.advance(4500);
      const keys: number[] = [];
      for (const { reply } of queue) keys.push(await keyOf(reply, 'each waiter'));
      assert.deepEqual(
        [...keys].sort((left, right) => left - right),
        keys,
        'served in the order of arrival',
      );
      await expectReply(holder, ['CTL', 'a', 'LOCK'], 500);
    },
  },
  {
    id: 'S5.drop-answers-waiters',
    title: 'DROP answers those who wait with NOSESSION',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a');
      const first = await joinQueue(harness, 'a', 1);
      const second = await joinQueue(harness, 'a', 2);
      await expectReply(holder, ['DROP', 'a'], 1);
      assertReply(await first.reply, refused('NOSESSION'), 'the first waiter');
      assertReply(await second.reply, refused('NOSESSION'), 'the second waiter');
    },
  },
  {
    id: 'S5.drop-of-a-parent-answers-waiters-of-subs',
    title: 'those who wait for a sub-session get NOSESSION when its parent goes, with CREATE, too',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'p'], ['CREATE', 'p/s']);
      await takeLock(holder, 'p/s');
      const plain = await joinQueue(harness, 'p/s', 1);
      const creating = await joinQueue(harness, 'p/s', 2, 'CREATE');
      await expectReply(holder, ['DROP', 'p'], 1);
      assertReply(await plain.reply, refused('NOSESSION'), 'the plain waiter');
      assertReply(await creating.reply, refused('NOSESSION'), 'the waiter with CREATE');
    },
  },
  {
    id: 'S5.drop-keeps-waiters-with-create',
    title: 'waiters with CREATE keep their place and the first gets a new session',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'old']);
      await takeLock(holder, 'a');
      const plain = await joinQueue(harness, 'a', 1);
      const first = await joinQueue(harness, 'a', 2, 'CREATE', 'DATA');
      const second = await joinQueue(harness, 'a', 3, 'CREATE');
      await expectReply(holder, ['DROP', 'a'], 1);
      assertReply(await plain.reply, refused('NOSESSION'), 'the plain waiter');
      const answer = await first.reply;
      assert.ok(Array.isArray(answer), 'the first waiter with CREATE should have got the lock');
      assertReply(answer[1] as ReplyValue, null, 'data of the new session');
      assert.ok(await isPending(second.reply), 'the second waiter with CREATE waits on');
      await expectReply(first.peer, ['SUNLOCK', 'a', Number(answer[0]), 'DATA', 'new'], 1);
      await keyOf(second.reply, 'the second waiter with CREATE');
      await expectReply(holder, ['DATAGET', 'a'], 'new');
    },
  },
  {
    id: 'S5.sunlock-after-drop',
    title: 'the holder of a dropped session gets NOSESSION if there is none, else NOWLOCK; it never re-creates',
    async run(harness) {
      const holder = await harness.connect();
      const other = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'd']);
      const key = await takeLock(holder, 'a');
      await expectReply(other, ['DROP', 'a'], 1);
      await expectReply(holder, ['SUNLOCK', 'a', key, 'DATA', 'e'], refused('NOSESSION'));
      await expectReply(holder, ['CTL', 'a', 'EXIST'], 0);
      await expectOk(other, ['CREATE', 'a']);
      await expectReply(holder, ['SUNLOCK', 'a', key, 'DATA', 'e'], refused('NOWLOCK'));
      await expectReply(holder, ['SEXTEND', 'a', key, 'LEASE', 1000], refused('NOWLOCK'));
      await expectReply(holder, ['DATAGET', 'a'], null);
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.dropwhere-drops-the-locked',
    title: 'DROPWHERE drops locked sessions, too, and answers their waiters',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a'], ['SETVAL', 'a', 'user', 'ada']);
      await takeLock(holder, 'a');
      const { reply } = await joinQueue(harness, 'a', 1);
      await expectReply(holder, ['DROPWHERE', 'user', 'ada'], 1);
      assertReply(await reply, refused('NOSESSION'), 'the waiter');
    },
  },
  {
    id: 'S5.a-waiter-keeps-a-session-alive',
    title: 'a session past its deadline, kept by its lock, passes to the waiter when the lease ends',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'd', 'TIMEOUT', 1]);
      await takeLock(holder, 'a', 'LEASE', 5000);
      const { peer, reply } = await joinQueue(harness, 'a', 1, 'DATA');
      await harness.advance(5001);
      const answer = await reply;
      assert.ok(Array.isArray(answer), 'the waiter should have got key and data');
      assertReply(answer[1] as ReplyValue, 'd', 'data of the waiter');
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
    },
  },
  {
    id: 'S5.rename-moves-the-lock',
    title: 'the key works under the new id, with what is left of the lease; the old id has no lock',
    async run(harness) {
      const holder = await harness.connect();
      const other = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'd']);
      const key = await takeLock(holder, 'a', 'LEASE', 10_000);
      await harness.advance(4000);
      await expectOk(holder, ['RENAME', 'a', 'b']);
      await expectReply(other, ['CTL', 'b', 'LOCK'], 6000);
      await expectReply(other, ['SLOCK', 'b'], refused('LOCKED'));
      await expectReply(other, ['SLOCK', 'a'], refused('NOSESSION'));
      await expectOk(other, ['CREATE', 'a']);
      await expectReply(other, ['CTL', 'a', 'LOCK'], 0);
      await expectReply(holder, ['SUNLOCK', 'a', key], refused('NOWLOCK'));
      await expectReply(holder, ['SUNLOCK', 'b', key, 'DATA', 'e'], 1);
      await expectReply(other, ['DATAGET', 'b'], 'e');
    },
  },
  {
    id: 'S5.rename-moves-the-lease',
    title: 'the lease ends under the new id when it would have under the old',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a', 'LEASE', 5000);
      await expectOk(holder, ['RENAME', 'a', 'b']);
      const { reply } = await joinQueue(harness, 'b', 1);
      await harness.advance(5001);
      await keyOf(reply, 'the waiter under the new id');
    },
  },
  {
    id: 'S5.rename-moves-the-locks-of-subs',
    title: 'a lock on a sub-session moves along with the parent',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'p'], ['CREATE', 'p/s']);
      const key = await takeLock(holder, 'p/s');
      const { reply } = await joinQueue(harness, 'p/s', 1);
      await expectOk(holder, ['RENAME', 'p', 'q']);
      assertReply(await reply, refused('NOSESSION'), 'the waiter on the old id');
      await expectReply(holder, ['SUNLOCK', 'q/s', key, 'DATA', 'd'], 1);
      await expectReply(holder, ['DATAGET', 'q/s'], 'd');
    },
  },
  {
    id: 'S5.rename-answers-waiters',
    title: 'those who wait on the old id get NOSESSION, with CREATE, too',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const plain = await joinQueue(harness, 'a', 1);
      const creating = await joinQueue(harness, 'a', 2, 'CREATE');
      await expectOk(holder, ['RENAME', 'a', 'b']);
      assertReply(await plain.reply, refused('NOSESSION'), 'the plain waiter');
      assertReply(await creating.reply, refused('NOSESSION'), 'the waiter with CREATE');
      await expectReply(holder, ['SUNLOCK', 'b', key], 1);
    },
  },
  {
    id: 'S5.rename-remembers-the-released-key',
    title: 'SUNLOCK repeated under the new id still answers 1',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      await expectOk(peer, ['RENAME', 'a', 'b']);
      await expectReply(peer, ['SUNLOCK', 'b', key, 'DATA', 'd'], 1);
    },
  },
];
