// Section 5: leases that end, SEXTEND, BIND, and reservations by SLOCK CREATE.
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
