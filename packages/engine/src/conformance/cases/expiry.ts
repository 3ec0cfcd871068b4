// Section 4: what is gone when a life is over, what a lock keeps, and FLUSH.
import assert from 'node:assert/strict';
import { assertReply, entries, expectOk, expectReply, refused, takeLock, textsOf } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const expiryCases: readonly ConformanceCase[] = [
  {
    id: 'S4.expired-is-never-answered',
    title: 'after its deadline a session is in no answer, whether or not anybody swept',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 10], ['SETVAL', 'a', 'n', 'v'], ['CREATE', 'b', 'TIMEOUT', 1000]);
      await expectOk(peer, ['SETVAL', 'b', 'n', 'v'], ['CREATE', 'a/s'], ['SETVAL', 'a/s', 'n', 'v']);
      await expectReply(peer, ['FIND', 'n', 'v'], ['a', 'b', 'a/s']);
      await harness.advance(10_001);
      await expectReply(peer, ['FIND', 'n', 'v'], ['b']);
      await expectReply(peer, ['LISTVAR', 'n'], entries(['b', 'v']));
      await expectReply(peer, ['LIST'], ['b']);
      assertReply(await peer.call('LIST', 'CURSOR', 0), ['0', ['b']], 'LIST CURSOR 0');
      await expectReply(peer, ['COUNT'], 1);
      await expectReply(peer, ['DROPWHERE', 'n', 'v'], 1);
    },
  },
  {
    id: 'S4.expired-makes-room',
    title: 'the id of an expired session is free for CREATE, RENAME and COPY, and the new one is empty',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'source', 'TIMEOUT', 0]);
      for (const words of [
        ['CREATE', 'a'],
        ['COPY', 'source', 'a'],
        ['RENAME', 'source', 'a'],
      ] as const) {
        await expectOk(peer, ['CREATE', 'a', 'DATA', 'd', 'TIMEOUT', 10], ['SETVAL', 'a', 'n', 'v'], ['CREATE', 'a/s']);
        await harness.advance(10_001);
        await expectOk(peer, words);
        await expectReply(peer, ['GETALL', 'a'], entries());
        await expectReply(peer, ['DATAGET', 'a'], null);
        await expectReply(peer, ['SUBLIST', 'a'], []);
        await expectReply(peer, ['DROP', 'a'], 1);
      }
    },
  },
  {
    id: 'S4.subs-expire-with-their-parent',
    title: 'a sub-session lives no longer than its parent, whatever its own timeout',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'p', 'TIMEOUT', 10],
        ['CREATE', 'p/s', 'TIMEOUT', 0],
        ['CREATE', 'p/t', 'TIMEOUT', 500],
      );
      await harness.advance(10_001);
      await expectReply(peer, ['CTL', 'p/s', 'EXIST'], 0);
      await expectReply(peer, ['GETVAL', 'p/t', 'n'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'p']);
      await expectReply(peer, ['SUBLIST', 'p'], []);
    },
  },
  {
    id: 'S4.subs-expire-by-themselves',
    title: 'a sub-session has its own timeout',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 100], ['CREATE', 'p/s', 'TIMEOUT', 10], ['CREATE', 'p/t']);
      await harness.advance(10_001);
      await expectReply(peer, ['SUBLIST', 'p'], ['t']);
    },
  },
  {
    id: 'S4.an-overdue-sub-makes-room',
    title: 'the limit of sub-sessions counts those that live, from the very deadline of the others',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ maxSubSessionsPerSession: 1 });
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 100], ['CREATE', 'other', 'TIMEOUT', 1]);
      await harness.advance(2);
      await expectOk(peer, ['CREATE', 'p/s', 'TIMEOUT', 1]);
      await harness.advance(1000);
      await expectOk(peer, ['CREATE', 'p/t']);
      await expectReply(peer, ['SUBLIST', 'p'], ['t']);
    },
  },
  {
    id: 'S4.ttl-of-a-sub',
    title: 'CTL TTL of a sub-session is never more than what its parent has left',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'p', 'TIMEOUT', 50],
        ['CREATE', 'p/s', 'TIMEOUT', 500],
        ['CREATE', 'p/t', 'TIMEOUT', 5],
      );
      await expectReply(peer, ['CTL', 'p/s', 'TTL'], 50);
      await expectReply(peer, ['CTL', 'p/t', 'TTL'], 5);
    },
  },
  {
    id: 'S4.a-locked-session-does-not-expire',
    title: 'while the lock is held the session lives on past its deadline; then it is gone',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd', 'TIMEOUT', 5]);
      await takeLock(peer, 'a', 'LEASE', 60_000);
      await harness.advance(30_000);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
      await expectReply(peer, ['COUNT'], 1);
      await harness.advance(30_001);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S4.a-session-kept-by-its-lock-is-counted-exactly',
    title:
      'COUNT leaves it out from the moment its lock ends, by lease or by hanging up, without anybody asking for it',
    async run(harness) {
      const peer = await harness.connect();
      const dying = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a', 'TIMEOUT', 20],
        ['CREATE', 'b', 'TIMEOUT', 5],
        ['CREATE', 'c', 'TIMEOUT', 5],
      );
      await takeLock(peer, 'a', 'LEASE', 30_500);
      await takeLock(dying, 'b', 'LEASE', 60_000, 'BIND');
      const key = await takeLock(peer, 'c', 'LEASE', 60_000);
      await harness.advance(30_000);
      await expectReply(peer, ['COUNT'], 3);
      await harness.advance(501);
      await expectReply(peer, ['COUNT'], 2);
      await dying.close();
      await expectReply(peer, ['COUNT'], 1);
      await expectReply(peer, ['SUNLOCK', 'c', key], 1);
      await expectReply(peer, ['COUNT'], 1);
      await harness.advance(5001);
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S4.unlocked-late-it-lives-on',
    title: 'SUNLOCK of a session kept by its lock renews it',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 5]);
      const key = await takeLock(peer, 'a', 'LEASE', 60_000);
      await harness.advance(30_000);
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      await harness.advance(4000);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
      await harness.advance(1001);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
    },
  },
  {
    id: 'S4.a-locked-sub-keeps-its-parent',
    title: 'a sub-session that is locked does not expire, and so neither does its parent',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 5], ['CREATE', 'p/s', 'TIMEOUT', 5]);
      const key = await takeLock(peer, 'p/s', 'LEASE', 60_000);
      await harness.advance(30_000);
      await expectReply(peer, ['CTL', 'p/s', 'EXIST'], 1);
      await expectReply(peer, ['CTL', 'p', 'EXIST'], 1);
      await expectReply(peer, ['SUNLOCK', 'p/s', key, 'DATA', 'd'], 1);
      await expectReply(peer, ['DATAGET', 'p/s'], 'd');
      await harness.advance(5001);
      await expectReply(peer, ['CTL', 'p', 'EXIST'], 0);
    },
  },
  {
    id: 'S4.flush-drops-the-idle',
    title: 'FLUSH drops sessions that nobody accessed for so long and counts them',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a', 'TIMEOUT', 0],
        ['CREATE', 'b', 'TIMEOUT', 0],
        ['CREATE', 'b/s', 'TIMEOUT', 0],
      );
      await harness.advance(60_000);
      await expectOk(peer, ['SETVAL', 'a', 'n', 'v'], ['CREATE', 'c']);
      await harness.advance(30_000);
      await expectReply(peer, ['FLUSH', 100], 0);
      await expectReply(peer, ['FLUSH', 60], 1);
      await expectReply(peer, ['LIST'], ['a', 'c']);
      await expectReply(peer, ['FLUSH', 0], 2);
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S4.flush-takes-idle-subs',
    title: 'an idle sub-session goes and is not counted; its parent, accessed since, stays',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'p', 'TIMEOUT', 0],
        ['CREATE', 'p/s', 'TIMEOUT', 0],
        ['CREATE', 'p/t', 'TIMEOUT', 0],
      );
      await harness.advance(60_000);
      await expectOk(peer, ['SETVAL', 'p/t', 'n', 'v']);
      await expectReply(peer, ['FLUSH', 30], 0);
      await expectReply(peer, ['SUBLIST', 'p'], ['t']);
    },
  },
  {
    id: 'S4.flush-spares-the-locked',
    title: 'FLUSH leaves sessions that are locked, and takes them once the lock ended',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a', 'TIMEOUT', 0],
        ['CREATE', 'b', 'TIMEOUT', 0],
        ['CREATE', 'b/s', 'TIMEOUT', 0],
      );
      await takeLock(peer, 'a', 'LEASE', 10_000);
      await takeLock(peer, 'b/s', 'LEASE', 10_000);
      await harness.advance(5000);
      await expectReply(peer, ['FLUSH', 0], 0);
      await expectReply(peer, ['LIST'], ['a', 'b']);
      await harness.advance(5001);
      await expectReply(peer, ['FLUSH', 0], 2);
    },
  },
  {
    id: 'S4.many-expire-at-once',
    title: 'five hundred sessions with one deadline are all gone after it, the others stay',
    async run(harness) {
      const peer = await harness.connect();
      for (let i = 0; i < 500; i++) {
        await expectOk(peer, ['CREATE', `short-${i}`, 'TIMEOUT', 10]);
        if (i % 10 === 0) await expectOk(peer, ['CREATE', `long-${i}`, 'TIMEOUT', 3600]);
      }
      await expectReply(peer, ['COUNT'], 550);
      await harness.advance(10_001);
      await expectReply(peer, ['COUNT'], 50);
      assert.ok(
        (await textsOf(peer, 'LIST')).every((id) => id.startsWith('long-')),
        'only the long-lived are listed',
      );
    },
  },
];
