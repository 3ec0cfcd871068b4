// Section 5: SLOCK ASYNC, whose answer is a ticket and whose outcome is one push message, and SCANCEL.
import assert from 'node:assert/strict';
import {
  entries,
  expectGrant,
  expectOk,
  expectReply,
  integerOf,
  refused,
  takeLock,
  waitersArrive,
} from '../expectations.js';
import type { ConformanceCase, ConformancePeer } from '../harness.js';

function assertQuiet(peer: ConformancePeer, what: string): void {
  assert.equal(peer.pendingPushes(), 0, `${what}: no push message is expected`);
}

export const asyncLockCases: readonly ConformanceCase[] = [
  {
    id: 'S5.async.a-free-lock',
    title: 'the reply is an integer ticket, then exactly one push [lock, ticket, id, OK, key, data]',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC');
      const key = await expectGrant(peer, ticket, 'a', 'OK');
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
      await harness.advance(60_000);
      assertQuiet(peer, 'after the grant');
    },
  },
  {
    id: 'S5.async.with-data',
    title: 'DATA brings the data in the push',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd'], ['CREATE', 'b']);
      await expectGrant(peer, await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'DATA'), 'a', 'OK', 'd');
      await expectGrant(peer, await integerOf(peer, 'SLOCK', 'b', 'ASYNC', 'DATA'), 'b', 'OK', null);
    },
  },
  {
    id: 'S5.async.a-held-lock',
    title: 'the push comes when the lock is free; the connection answers other commands meanwhile',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'd']);
      const key = await takeLock(holder, 'a');
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000, 'DATA');
      await expectReply(peer, ['GETALL', 'a'], entries());
      await expectReply(peer, ['COUNT'], 1);
      assertQuiet(peer, 'while another holds the lock');
      await expectReply(holder, ['SUNLOCK', 'a', key, 'DATA', 'e'], 1);
      const granted = await expectGrant(peer, ticket, 'a', 'OK', 'e');
      await expectReply(peer, ['SUNLOCK', 'a', granted], 1);
    },
  },
  {
    id: 'S5.async.without-wait',
    title: 'without WAIT a held lock is LOCKED in the push',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a');
      await expectGrant(peer, await integerOf(peer, 'SLOCK', 'a', 'ASYNC'), 'a', 'LOCKED');
    },
  },
  {
    id: 'S5.async.timeout',
    title: 'when the time of WAIT is over the push says LOCKED',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 1000);
      await harness.advance(1001);
      await expectGrant(peer, ticket, 'a', 'LOCKED');
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await expectReply(holder, ['CTL', 'a', 'LOCK'], 0);
      assertQuiet(peer, 'after the time-out');
    },
  },
  {
    id: 'S5.async.no-session',
    title: 'a missing session is NOSESSION in the push; with CREATE it is reserved',
    async run(harness) {
      const peer = await harness.connect();
      await expectGrant(peer, await integerOf(peer, 'SLOCK', 'a', 'ASYNC'), 'a', 'NOSESSION');
      const key = await expectGrant(
        peer,
        await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'CREATE', 'DATA'),
        'a',
        'OK',
        null,
      );
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
    },
  },
  {
    id: 'S5.async.drop',
    title: 'DROP of the session is NOSESSION in the push',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a');
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await expectReply(holder, ['DROP', 'a'], 1);
      await expectGrant(peer, ticket, 'a', 'NOSESSION');
    },
  },
  {
    id: 'S5.async.rename',
    title: 'RENAME of the session is NOSESSION in the push, which names the id that was asked for',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a');
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await expectOk(holder, ['RENAME', 'a', 'b']);
      await expectGrant(peer, ticket, 'a', 'NOSESSION');
    },
  },
  {
    id: 'S5.async.busy',
    title: 'more than max-waiters are BUSY in the push',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ maxWaitersPerLock: 1 });
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a');
      await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await expectGrant(peer, await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000), 'a', 'BUSY');
    },
  },
  {
    id: 'S5.async.one-connection-many-locks',
    title: 'one connection waits for many locks; each push has its ticket',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      const keys: number[] = [];
      const tickets: number[] = [];
      for (const id of ['a', 'b', 'c']) {
        await expectOk(holder, ['CREATE', id]);
        keys.push(await takeLock(holder, id));
        tickets.push(await integerOf(peer, 'SLOCK', id, 'ASYNC', 'WAIT', 60_000));
      }
      assert.equal(new Set(tickets).size, 3, 'tickets differ');
      for (const [at, id] of [...['a', 'b', 'c'].entries()].reverse()) {
        await expectReply(holder, ['SUNLOCK', id, keys[at] ?? 0], 1);
        await expectGrant(peer, tickets[at] ?? 0, id, 'OK');
      }
    },
  },
  {
    id: 'S5.async.queues-behind-itself',
    title: 'ASYNC queues where the same connection holds the lock',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const first = await expectGrant(peer, await integerOf(peer, 'SLOCK', 'a', 'ASYNC'), 'a', 'OK');
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      assertQuiet(peer, 'while the connection holds the lock itself');
      await expectReply(peer, ['SUNLOCK', 'a', first], 1);
      const second = await expectGrant(peer, ticket, 'a', 'OK');
      assert.ok(second > first, 'the second key is greater');
    },
  },
  {
    id: 'S5.async.stands-in-one-queue',
    title: 'requests with and without ASYNC are served in one order of arrival',
    async run(harness) {
      const holder = await harness.connect();
      const blocking = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const first = await takeLock(holder, 'a');
      const before = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      const between = blocking.call('SLOCK', 'a', 'WAIT', 60_000);
      await waitersArrive(harness, 'a', 2);
      const after = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await expectReply(holder, ['SUNLOCK', 'a', first], 1);
      const second = await expectGrant(peer, before, 'a', 'OK');
      await expectReply(holder, ['SUNLOCK', 'a', second], 1);
      const third = await between;
      assertQuiet(peer, 'while the blocking request has the lock');
      await expectReply(holder, ['SUNLOCK', 'a', Number(third)], 1);
      await expectGrant(peer, after, 'a', 'OK');
    },
  },
  {
    id: 'S5.async.scancel',
    title: 'SCANCEL withdraws a request that waits: 1, and no push follows',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await expectReply(peer, ['SCANCEL', ticket], 1);
      await expectReply(peer, ['SCANCEL', ticket], 0);
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await expectReply(holder, ['CTL', 'a', 'LOCK'], 0);
      await harness.advance(60_001);
      await expectReply(peer, ['COUNT'], 1);
      assertQuiet(peer, 'after SCANCEL');
    },
  },
  {
    id: 'S5.async.scancel-too-late',
    title: 'SCANCEL of a request that was granted, is unknown or is another connection’s: 0',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a'], ['CREATE', 'b']);
      const granted = await integerOf(peer, 'SLOCK', 'a', 'ASYNC');
      const key = await expectGrant(peer, granted, 'a', 'OK');
      await expectReply(peer, ['SCANCEL', granted], 0);
      await expectReply(peer, ['SCANCEL', 999_999_999], 0);
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
      await takeLock(holder, 'b');
      const ticket = await integerOf(peer, 'SLOCK', 'b', 'ASYNC', 'WAIT', 60_000);
      await expectReply(holder, ['SCANCEL', ticket], 0);
      await expectReply(peer, ['SCANCEL', ticket], 1);
    },
  },
  {
    id: 'S5.async.unbind-withdraws',
    title: 'CLIENT UNBIND withdraws what waits, without a push, and counts it',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a'], ['CREATE', 'b']);
      const key = await takeLock(holder, 'a');
      await takeLock(peer, 'b', 'BIND');
      await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await expectReply(peer, ['CLIENT', 'UNBIND'], 3);
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await expectReply(holder, ['CTL', 'a', 'LOCK'], 0);
      assertQuiet(peer, 'after UNBIND');
    },
  },
  {
    id: 'S5.async.bind',
    title: 'BIND with ASYNC binds to this connection',
    async run(harness) {
      const holder = await harness.connect();
      const peer = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const ticket = await integerOf(peer, 'SLOCK', 'a', 'ASYNC', 'BIND', 'WAIT', 60_000);
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await expectGrant(peer, ticket, 'a', 'OK');
      await expectReply(holder, ['SLOCK', 'a'], refused('LOCKED'));
      await peer.close();
      await takeLock(holder, 'a');
    },
  },
  {
    id: 'S5.async.hang-up',
    title: 'a connection that closes takes its waiting requests out of the queue',
    async run(harness) {
      const holder = await harness.connect();
      const gone = await harness.connect();
      const next = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      await integerOf(gone, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      const ticket = await integerOf(next, 'SLOCK', 'a', 'ASYNC', 'WAIT', 60_000);
      await gone.close();
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await expectGrant(next, ticket, 'a', 'OK');
    },
  },
  {
    id: 'S5.async.needs-resp3',
    title: 'over RESP2 ASYNC is ERR, and no lock is taken',
    needs: ['resp2'],
    async run(harness) {
      const peer = await harness.connect({ protocol: 2 });
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['SLOCK', 'a', 'ASYNC'], refused('ERR'));
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 0);
    },
  },
];
