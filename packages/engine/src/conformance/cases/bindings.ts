// Section 5: BIND, CLIENT UNBIND and RESET: locks that end with their connection.
import assert from 'node:assert/strict';
import { expectOk, expectReply, refused, takeLock, waitersArrive } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const bindingCases: readonly ConformanceCase[] = [
  {
    id: 'S5.bind-frees-with-the-connection',
    title: 'a lock taken with BIND is free when its connection closes, one without is not',
    async run(harness) {
      const dying = await harness.connect();
      const other = await harness.connect();
      await expectOk(other, ['CREATE', 'a'], ['CREATE', 'b']);
      await takeLock(dying, 'a', 'BIND');
      await takeLock(dying, 'b');
      await dying.close();
      await takeLock(other, 'a');
      await expectReply(other, ['SLOCK', 'b'], refused('LOCKED'));
    },
  },
  {
    id: 'S5.bind-hands-over',
    title: 'when the connection that binds it closes, the first waiter has the lock at once',
    async run(harness) {
      const dying = await harness.connect();
      const waiting = await harness.connect();
      await expectOk(waiting, ['CREATE', 'a']);
      await takeLock(dying, 'a', 'BIND', 'LEASE', 60_000);
      const reply = waiting.call('SLOCK', 'a', 'WAIT', 60_000);
      await waitersArrive(harness, 'a', 1);
      await dying.close();
      assert.equal(typeof (await reply), 'number', 'the waiter has the lock');
    },
  },
  {
    id: 'S5.bind-has-a-lease-too',
    title: 'the lease always counts; BIND only frees earlier',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await takeLock(peer, 'a', 'BIND', 'LEASE', 1000);
      await harness.advance(1001);
      const key = await takeLock(other, 'a');
      await peer.close();
      await expectReply(other, ['SUNLOCK', 'a', key], 1);
    },
  },
  {
    id: 'S5.bind-of-a-waiter',
    title: 'a lock that came after waiting is bound, too',
    async run(harness) {
      const holder = await harness.connect();
      const waiting = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const reply = waiting.call('SLOCK', 'a', 'WAIT', 60_000, 'BIND');
      await waitersArrive(harness, 'a', 1);
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
      await reply;
      await waiting.close();
      await takeLock(holder, 'a');
    },
  },
  {
    id: 'S5.rename-moves-the-binding',
    title: 'renamed, the lock still ends with the connection',
    async run(harness) {
      const dying = await harness.connect();
      const other = await harness.connect();
      await expectOk(dying, ['CREATE', 'a']);
      await takeLock(dying, 'a', 'BIND');
      await expectOk(dying, ['RENAME', 'a', 'b']);
      await expectReply(other, ['SLOCK', 'b'], refused('LOCKED'));
      await dying.close();
      await takeLock(other, 'b');
    },
  },
  {
    id: 'S5.unbind-frees-bound-locks',
    title: 'CLIENT UNBIND frees what is bound to the connection and answers how many',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['CREATE', 'b'], ['CREATE', 'c']);
      await takeLock(peer, 'a', 'BIND');
      await takeLock(peer, 'b', 'BIND');
      await takeLock(peer, 'c');
      await expectReply(peer, ['CLIENT', 'UNBIND'], 2);
      await expectReply(peer, ['CLIENT', 'UNBIND'], 0);
      await takeLock(other, 'a');
      await takeLock(other, 'b');
      await expectReply(other, ['SLOCK', 'c'], refused('LOCKED'));
    },
  },
  {
    id: 'S5.reset-frees-bound-locks',
    title: 'RESET frees what is bound to the connection',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await takeLock(peer, 'a', 'BIND');
      await expectReply(peer, ['RESET'], 'RESET');
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.a-key-after-its-binding',
    title: 'freed by BIND, a lock is free to be taken; until it is, its key still works',
    async run(harness) {
      const dying = await harness.connect();
      const other = await harness.connect();
      await expectOk(dying, ['CREATE', 'a'], ['CREATE', 'b']);
      const first = await takeLock(dying, 'a', 'BIND');
      const second = await takeLock(dying, 'b', 'BIND');
      await dying.close();
      await expectReply(other, ['SUNLOCK', 'a', first, 'DATA', 'd'], 1);
      await takeLock(other, 'b');
      await expectReply(other, ['SUNLOCK', 'b', second, 'DATA', 'd'], refused('NOWLOCK'));
    },
  },
  {
    id: 'S5.a-key-extended-after-its-binding',
    title: 'SEXTEND with the key of a lock freed by BIND holds it again, bound to nobody',
    async run(harness) {
      const dying = await harness.connect();
      const other = await harness.connect();
      await expectOk(dying, ['CREATE', 'a']);
      const key = await takeLock(dying, 'a', 'BIND');
      await dying.close();
      await expectReply(other, ['SEXTEND', 'a', key, 'LEASE', 5000], 1);
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await harness.advance(5001);
      await takeLock(other, 'a');
    },
  },
];
