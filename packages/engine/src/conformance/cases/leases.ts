// Section 5: leases that end, keys that come late, and SEXTEND.
import assert from 'node:assert/strict';
import { expectOk, expectReply, refused, takeLock, waitersArrive } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const leaseCases: readonly ConformanceCase[] = [
  {
    id: 'S5.the-lease-ends',
    title: 'after 30 seconds, or what LEASE says, anyone may take the lock',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectOk(one, ['CREATE', 'a'], ['CREATE', 'b']);
      await takeLock(one, 'a');
      await takeLock(one, 'b', 'LEASE', 5000);
      await harness.advance(4999);
      await expectReply(other, ['SLOCK', 'b'], refused('LOCKED'));
      await harness.advance(2);
      await takeLock(other, 'b');
      await harness.advance(24_998);
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await harness.advance(2);
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.the-holder-may-take-it-again',
    title: 'when the lease is over the same connection may take the lock anew, with a new key',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const stale = await takeLock(peer, 'a', 'LEASE', 1000);
      await harness.advance(1001);
      const key = await takeLock(peer, 'a');
      assert.ok(key > stale, 'the new key is greater');
      await expectReply(peer, ['SUNLOCK', 'a', stale], refused('NOWLOCK'));
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
    },
  },
  {
    id: 'S5.a-late-key-still-works',
    title: 'after its lease, until somebody takes the lock, the key frees and writes',
    async run(harness) {
      const slow = await harness.connect();
      const other = await harness.connect();
      await expectOk(slow, ['CREATE', 'a', 'DATA', 'd']);
      const key = await takeLock(slow, 'a', 'LEASE', 1000);
      await harness.advance(5000);
      await expectReply(other, ['CTL', 'a', 'LOCK'], 0);
      await expectOk(slow, ['DATASET', 'a', 'e', 'KEY', key], ['SETVAL', 'a', 'KEY', key, 'VARS', 1, 'n', 'v']);
      await expectReply(slow, ['DELVAL', 'a', 'KEY', key, 'UNSET', 1, 'n'], 1);
      await expectReply(slow, ['SUNLOCK', 'a', key, 'DATA', 'f'], 1);
      await expectReply(other, ['DATAGET', 'a'], 'f');
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.a-late-key-is-stale-for-ever',
    title: 'once another took the lock, the late key is stale, also after that one gave it back',
    async run(harness) {
      const slow = await harness.connect();
      const other = await harness.connect();
      await expectOk(slow, ['CREATE', 'a']);
      const stale = await takeLock(slow, 'a', 'LEASE', 1000);
      await harness.advance(1001);
      const key = await takeLock(other, 'a');
      await expectReply(other, ['SUNLOCK', 'a', key], 1);
      await expectReply(slow, ['SUNLOCK', 'a', stale, 'DATA', 'd'], refused('NOWLOCK'));
      await expectReply(slow, ['DROP', 'a', 'KEY', stale], refused('NOWLOCK'));
      await expectReply(slow, ['DATAGET', 'a'], null);
    },
  },
  {
    id: 'S5.a-late-key-drops',
    title: 'DROP KEY works with a late key, too',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const key = await takeLock(peer, 'a', 'LEASE', 1000);
      await harness.advance(1001);
      await expectReply(peer, ['DROP', 'a', 'KEY', key], 1);
    },
  },
  {
    id: 'S5.ctl-lock-is-0-from-the-end',
    title: 'CTL LOCK is 0 and LOCKS empty from the end of the lease',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await takeLock(peer, 'a', 'LEASE', 1000);
      await harness.advance(1000);
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 0);
      await expectReply(peer, ['LOCKS'], []);
    },
  },
  {
    id: 'S5.sextend-holds-longer',
    title: 'SEXTEND makes the lease end that many milliseconds from now, later or sooner',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const key = await takeLock(peer, 'a', 'LEASE', 5000);
      await harness.advance(4000);
      await expectReply(peer, ['SEXTEND', 'a', key, 'LEASE', 5000], 1);
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 5000);
      await harness.advance(4000);
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await expectReply(peer, ['SEXTEND', 'a', key, 'LEASE', 100], 1);
      await harness.advance(101);
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.sextend-before-a-waiter',
    title: 'SEXTEND holds a waiter off until the new end',
    async run(harness) {
      const peer = await harness.connect();
      const waiting = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const key = await takeLock(peer, 'a', 'LEASE', 1000);
      const reply = waiting.call('SLOCK', 'a', 'WAIT', 60_000);
      await waitersArrive(harness, 'a', 1);
      await expectReply(peer, ['SEXTEND', 'a', key, 'LEASE', 3000], 1);
      await harness.advance(2000);
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 1000);
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      assert.equal(typeof (await reply), 'number', 'the waiter has the lock');
    },
  },
  {
    id: 'S5.sextend-of-a-late-key',
    title: 'a late key may be extended: the lock is held again',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const key = await takeLock(peer, 'a', 'LEASE', 1000);
      await harness.advance(2000);
      await expectReply(peer, ['SEXTEND', 'a', key, 'LEASE', 5000], 1);
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await harness.advance(5001);
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.sextend-wants-the-key',
    title: 'another key is NOWLOCK, and the lease ends as it would have',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['SEXTEND', 'a', 1, 'LEASE', 1000], refused('NOWLOCK'));
      const key = await takeLock(peer, 'a', 'LEASE', 1000);
      await expectReply(peer, ['SEXTEND', 'a', key + 1, 'LEASE', 9000], refused('NOWLOCK'));
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 1000);
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
      await expectReply(peer, ['SEXTEND', 'a', key, 'LEASE', 9000], refused('NOWLOCK'));
    },
  },
  {
    id: 'S5.a-locked-session-is-renamed-past-its-time',
    title: 'a session that only its lock keeps can be renamed, and lives on by it',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd', 'TIMEOUT', 1]);
      const key = await takeLock(peer, 'a');
      await harness.advance(2000);
      await expectOk(peer, ['RENAME', 'a', 'b']);
      await harness.advance(2000);
      await expectReply(peer, ['SUNLOCK', 'b', key, 'DATA', 'e'], 1);
      await expectReply(peer, ['DATAGET', 'b'], 'e');
    },
  },
  {
    id: 'S5.a-reserved-sub-is-handed-on-past-its-parents-time',
    title: 'a parent that only the lock of a sub-session keeps lives on when that lock is handed on',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 1]);
      await takeLock(peer, 'a/x', 'CREATE', 'LEASE', 3000);
      const reply = other.call('SLOCK', 'a/x', 'CREATE', 'WAIT', 60_000);
      await waitersArrive(harness, 'a/x', 1);
      await harness.advance(3001);
      assert.equal(typeof (await reply), 'number', 'the waiter has the lock');
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
    },
  },
  {
    id: 'S5.waiters-as-many-as-asked-for',
    title: 'SLOCK WAITERS n is BUSY when n wait already, whoever they are',
    async run(harness) {
      const [holder, first, second] = [await harness.connect(), await harness.connect(), await harness.connect()];
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a', 'WAITERS', 1);
      const reply = first.call('SLOCK', 'a', 'WAIT', 60_000, 'WAITERS', 1);
      await waitersArrive(harness, 'a', 1);
      await expectReply(second, ['SLOCK', 'a', 'WAIT', 60_000, 'WAITERS', 1], refused('BUSY'));
      await expectReply(second, ['SLOCK', 'a', 'WAIT', 60_000, 'WAITERS', 0], refused('ERR'));
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      assert.equal(typeof (await reply), 'number', 'the first waiter has the lock');
    },
  },
];
