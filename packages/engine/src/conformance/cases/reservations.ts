// Section 5: SLOCK CREATE reserves an id of which there is no session yet.
import assert from 'node:assert/strict';
import type { ReplyValue } from '@msession/protocol';
import {
  assertReply,
  entries,
  expectOk,
  expectReply,
  integerOf,
  refused,
  takeLock,
  type Words,
  waitersArrive,
} from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const reservationCases: readonly ConformanceCase[] = [
  {
    id: 'S5.create-only-reserves',
    title: 'SLOCK CREATE on a missing id reserves it: there is no session until something is written',
    async run(harness) {
      const peer = await harness.connect();
      const answer = await peer.call('SLOCK', 'a', 'CREATE', 'DATA');
      assert.ok(Array.isArray(answer), 'the lock is taken');
      assertReply(answer[1] as ReplyValue, null, 'data of a reserved id');
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
      await expectReply(peer, ['COUNT'], 0);
      await expectReply(peer, ['LIST'], []);
      await expectReply(peer, ['DATAGET', 'a'], null);
      await expectReply(peer, ['GETALL', 'a'], refused('NOSESSION'));
      await expectReply(peer, ['DELVAL', 'a', 'n'], refused('NOSESSION'));
      await expectReply(peer, ['TIMEOUT', 'a', 5], refused('NOSESSION'));
      await expectReply(peer, ['CTL', 'a', 'LOCK'], refused('NOSESSION'));
      await expectReply(peer, ['DROP', 'a'], refused('NOSESSION'));
      await expectReply(peer, ['RENAME', 'a', 'b'], refused('NOSESSION'));
      await expectReply(peer, ['SUBNEW', 'a'], refused('NOSESSION'));
      await expectReply(peer, ['SUNLOCK', 'a', Number(answer[0]), 'DATA', 'd'], 1);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
      await expectReply(peer, ['COUNT'], 1);
    },
  },
  {
    id: 'S5.create-on-a-session',
    title: 'SLOCK CREATE on a session that lives is SLOCK',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const answer = await peer.call('SLOCK', 'a', 'CREATE', 'DATA');
      assert.ok(Array.isArray(answer), 'the lock is taken');
      assertReply(answer[1] as ReplyValue, 'd', 'data');
    },
  },
  {
    id: 'S5.a-reservation-excludes',
    title: 'a reserved id is locked for others with CREATE, and no session for those without',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await takeLock(one, 'a', 'CREATE');
      await expectReply(other, ['SLOCK', 'a', 'CREATE'], refused('LOCKED'));
      await expectReply(other, ['SLOCK', 'a'], refused('NOSESSION'));
      await expectReply(one, ['SLOCK', 'a', 'CREATE', 'WAIT', 1000], refused('LOCKED'));
    },
  },
  ...(
    [
      ['create', ['CREATE', 'a']],
      ['dataset', ['DATASET', 'a', 'd']],
      ['dataset-nx', ['DATASET', 'a', 'd', 'NX']],
      ['setval', ['SETVAL', 'a', 'n', 'v']],
      ['copy', ['COPY', 'source', 'a']],
    ] satisfies [string, Words][]
  ).map(
    ([slug, words]): ConformanceCase => ({
      id: `S5.a-write-by-anyone-makes-it.${slug}`,
      title: `${words.join(' ')} on an id that another reserved makes the session; the lock stays`,
      async run(harness) {
        const holder = await harness.connect();
        const other = await harness.connect();
        await expectOk(holder, ['CREATE', 'source']);
        const key = await takeLock(holder, 'a', 'CREATE');
        await expectOk(other, words);
        await expectReply(other, ['CTL', 'a', 'EXIST'], 1);
        await expectReply(other, ['LIST'], ['source', 'a']);
        await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
        await expectReply(holder, ['SUNLOCK', 'a', key], 1);
        await expectReply(other, ['CTL', 'a', 'EXIST'], 1);
      },
    }),
  ),
  {
    id: 'S5.a-write-by-anyone-makes-it.inc',
    title: 'INC on an id that another reserved makes the session',
    async run(harness) {
      const holder = await harness.connect();
      const other = await harness.connect();
      await takeLock(holder, 'a', 'CREATE');
      await expectReply(other, ['INC', 'a', 'n'], '1');
      await expectReply(other, ['GETALL', 'a'], entries(['n', '1']));
    },
  },
  {
    id: 'S5.the-holder-writes-with-its-key',
    title: 'DATASET KEY and SETVAL KEY by the holder of a reservation make the session and keep the lock',
    async run(harness) {
      const peer = await harness.connect();
      const data = await takeLock(peer, 'a', 'CREATE');
      await expectOk(peer, ['DATASET', 'a', 'd', 'KEY', data]);
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 30_000);
      const variables = await takeLock(peer, 'b', 'CREATE');
      await expectOk(peer, ['SETVAL', 'b', 'KEY', variables, 'VARS', 1, 'n', 'v']);
      await expectReply(peer, ['GETALL', 'b'], entries(['n', 'v']));
    },
  },
  {
    id: 'S5.a-reservation-given-back',
    title: 'SUNLOCK without a write leaves nothing',
    async run(harness) {
      const peer = await harness.connect();
      const key = await takeLock(peer, 'a', 'CREATE');
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
      await expectReply(peer, ['LOCKS'], []);
      await expectReply(peer, ['SLOCK', 'a'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'a']);
    },
  },
  {
    id: 'S5.a-reservation-given-back-with-variables',
    title: 'SUNLOCK VARS without DATA makes the session',
    async run(harness) {
      const peer = await harness.connect();
      const key = await takeLock(peer, 'a', 'CREATE');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'VARS', 1, 'n', 'v', 'TIMEOUT', 60], 1);
      await expectReply(
        peer,
        ['GETOBJECT', 'a'],
        entries(['class', ''], ['data', null], ['rev', 0], ['vars', entries(['n', 'v'])]),
      );
      await expectReply(peer, ['TIMEOUT', 'a'], 60);
    },
  },
  {
    id: 'S5.a-reservation-given-back-with-a-class',
    title: 'SUNLOCK CLASS makes the session; UNSET and TIMEOUT alone do not',
    async run(harness) {
      const peer = await harness.connect();
      const first = await takeLock(peer, 'a', 'CREATE');
      await expectReply(peer, ['SUNLOCK', 'a', first, 'UNSET', 1, 'n', 'TIMEOUT', 60], 1);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
      const second = await takeLock(peer, 'a', 'CREATE');
      await expectReply(peer, ['SUNLOCK', 'a', second, 'CLASS', 'shop'], 1);
      const whole = entries(['class', 'shop'], ['data', null], ['rev', 0], ['vars', entries()]);
      await expectReply(peer, ['GETOBJECT', 'a'], whole);
    },
  },
  {
    id: 'S5.a-reservation-runs-out',
    title: 'when the lock ends without a write nothing is left: its key is NOSESSION, the id is free',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      const key = await takeLock(peer, 'a', 'CREATE', 'LEASE', 1000);
      await harness.advance(1001);
      await expectReply(peer, ['LOCKS'], []);
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], refused('NOSESSION'));
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
      await expectReply(other, ['SLOCK', 'a'], refused('NOSESSION'));
      await takeLock(other, 'a', 'CREATE');
    },
  },
  {
    id: 'S5.a-reservation-dies-with-its-connection',
    title: 'a bound reservation is gone when its connection closes',
    async run(harness) {
      const dying = await harness.connect();
      const other = await harness.connect();
      const key = await takeLock(dying, 'a', 'CREATE', 'BIND');
      await dying.close();
      await expectReply(other, ['SUNLOCK', 'a', key, 'DATA', 'd'], refused('NOSESSION'));
      await takeLock(other, 'a', 'CREATE');
    },
  },
  {
    id: 'S5.a-reservation-passes-along',
    title: 'waiters with CREATE are served in turn, whether or not the one before wrote',
    async run(harness) {
      const one = await harness.connect();
      const two = await harness.connect();
      const three = await harness.connect();
      const first = await takeLock(one, 'a', 'CREATE');
      const second = two.call('SLOCK', 'a', 'CREATE', 'WAIT', 60_000);
      await waitersArrive(harness, 'a', 1);
      const third = three.call('SLOCK', 'a', 'CREATE', 'DATA', 'WAIT', 60_000);
      await waitersArrive(harness, 'a', 2);
      await expectReply(one, ['SUNLOCK', 'a', first], 1);
      const key = await second;
      assert.equal(typeof key, 'number', 'the second has the lock');
      await expectReply(one, ['CTL', 'a', 'EXIST'], 0);
      await expectReply(two, ['SUNLOCK', 'a', Number(key), 'DATA', 'd'], 1);
      const answer = await third;
      assert.ok(Array.isArray(answer), 'the third has the lock');
      assertReply(answer[1] as ReplyValue, 'd', 'data that the third reads');
    },
  },
  {
    id: 'S5.a-reservation-may-be-extended',
    title: 'SEXTEND works on a reservation',
    async run(harness) {
      const peer = await harness.connect();
      const key = await takeLock(peer, 'a', 'CREATE', 'LEASE', 1000);
      await harness.advance(900);
      await expectReply(peer, ['SEXTEND', 'a', key, 'LEASE', 5000], 1);
      await harness.advance(4000);
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S5.a-reserved-sub-goes-with-its-parent',
    title: 'when the parent is dropped the reservation of a sub-session is gone',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p']);
      const key = await takeLock(peer, 'p/s', 'CREATE');
      await expectReply(peer, ['DROP', 'p'], 1);
      await expectReply(peer, ['SUNLOCK', 'p/s', key, 'DATA', 'd'], refused('NOSESSION'));
      await expectReply(peer, ['LOCKS'], []);
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s']);
    },
  },
  {
    id: 'S5.uniq-spares-the-reserved',
    title: 'UNIQ does not answer an id that a lock reserves',
    async run(harness) {
      const peer = await harness.connect();
      await takeLock(peer, 'z', 'CREATE');
      const ids = new Set<string>();
      for (let i = 0; i < 61; i++) ids.add(String(await peer.call('UNIQ', 1)));
      assert.ok(!ids.has('z'), 'the reserved id is spoken for');
      assert.equal(ids.size, 61, 'all others were answered');
      await integerOf(peer, 'COUNT');
    },
  },
];
