// Section 5: taking, holding and giving back a lock, once and repeatedly.
import assert from 'node:assert/strict';
import { entries, expectOk, expectReply, integerOf, refused, takeLock } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const lockCases: readonly ConformanceCase[] = [
  {
    id: 'S5.a-lock-is-exclusive',
    title: 'while one holds it another gets LOCKED at once; released, it is free',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectOk(one, ['CREATE', 'a']);
      const key = await takeLock(one, 'a');
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await expectReply(other, ['SLOCK', 'a', 'WAIT', 0], refused('LOCKED'));
      await expectReply(one, ['SUNLOCK', 'a', key], 1);
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.locks-are-per-session',
    title: 'one caller may hold locks of several sessions, of a parent and its subs too',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectOk(one, ['CREATE', 'a'], ['CREATE', 'b'], ['CREATE', 'a/s']);
      await takeLock(one, 'a');
      await takeLock(one, 'b');
      await takeLock(other, 'a/s');
    },
  },
  {
    id: 'S5.no-re-entrancy',
    title: 'SLOCK of a lock that the same connection holds is LOCKED at once, whatever WAIT says',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await takeLock(peer, 'a');
      await expectReply(peer, ['SLOCK', 'a'], refused('LOCKED'));
      await expectReply(peer, ['SLOCK', 'a', 'WAIT', 60_000], refused('LOCKED'));
      await expectReply(peer, ['SLOCK', 'a', 'WAIT', 60_000, 'CREATE', 'BIND'], refused('LOCKED'));
    },
  },
  {
    id: 'S5.keys-grow',
    title: 'every key is greater than all before it, across sessions and callers',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectOk(one, ['CREATE', 'a'], ['CREATE', 'b']);
      let last = 0;
      for (let i = 0; i < 50; i++) {
        const peer = i % 3 === 0 ? other : one;
        const id = i % 2 === 0 ? 'a' : 'b';
        const key = await takeLock(peer, id);
        assert.ok(key > last, `key ${i + 1} must be greater than the one before`);
        last = key;
        await expectReply(peer, ['SUNLOCK', id, key], 1);
        if (i % 10 === 0) await harness.advance(1);
      }
    },
  },
  {
    id: 'S5.keys-grow-across-drop',
    title: 'dropping and making a session anew does not bring keys or revisions back',
    async run(harness) {
      const peer = await harness.connect();
      const seen: number[] = [];
      for (let i = 0; i < 5; i++) {
        await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
        seen.push(await integerOf(peer, 'CTL', 'a', 'REV'), await takeLock(peer, 'a'));
        await expectReply(peer, ['DROP', 'a'], 1);
      }
      assert.deepEqual(
        [...new Set(seen)].sort((left, right) => left - right),
        seen,
        'keys and revisions never repeat',
      );
    },
  },
  {
    id: 'S5.keys-follow-the-clock',
    title: 'a key is at least the microseconds since 1970',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await harness.advance(5000);
      const key = await takeLock(peer, 'a');
      assert.ok(key >= Math.floor(harness.nowMs()) * 1000, 'the key must not lie before the clock');
    },
  },
  {
    id: 'S5.sunlock-wants-the-key',
    title: 'another key, greater or less, is NOWLOCK and frees nothing',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['SUNLOCK', 'a', 1], refused('NOWLOCK'));
      const key = await takeLock(peer, 'a');
      for (const wrong of [0, 1, key - 1, key + 1])
        await expectReply(peer, ['SUNLOCK', 'a', wrong], refused('NOWLOCK'));
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
    },
  },
  {
    id: 'S5.sunlock-from-another-connection',
    title: 'the key is what counts, not the connection that took the lock',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectOk(one, ['CREATE', 'a']);
      const key = await takeLock(one, 'a');
      await expectReply(other, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      await expectReply(one, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S5.sunlock-writes-and-frees',
    title: 'SUNLOCK DATA writes data, class and variables and frees in one step',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'CLASS', 'old', 'DATA', 'old'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      const key = await takeLock(peer, 'a');
      await expectReply(
        peer,
        [
          'SUNLOCK',
          'a',
          key,
          'DATA',
          'new',
          'CLASS',
          'c',
          'VARS',
          2,
          'x',
          '3',
          'z',
          '4',
          'UNSET',
          1,
          'y',
          'TIMEOUT',
          60,
        ],
        1,
      );
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      const variables = entries(['x', '3'], ['z', '4']);
      await expectReply(
        peer,
        ['GETOBJECT', 'a'],
        entries(['class', 'c'], ['data', 'new'], ['rev', revision], ['vars', variables]),
      );
      await expectReply(peer, ['TIMEOUT', 'a'], 60);
      await takeLock(other, 'a');
    },
  },
  {
    id: 'S5.a-stale-key-writes-nothing',
    title: 'after another took the lock, SUNLOCK and DATASET with the old key change nothing',
    async run(harness) {
      const slow = await harness.connect();
      const quick = await harness.connect();
      await expectOk(slow, ['CREATE', 'a', 'DATA', 'd'], ['SETVAL', 'a', 'n', '1']);
      const stale = await takeLock(slow, 'a', 'LEASE', 1000);
      await harness.advance(1001);
      const key = await takeLock(quick, 'a');
      await expectReply(slow, ['SUNLOCK', 'a', stale, 'DATA', 'e', 'VARS', 1, 'n', '2'], refused('NOWLOCK'));
      await expectReply(slow, ['DATASET', 'a', 'e', 'KEY', stale], refused('NOWLOCK'));
      await expectReply(slow, ['SEXTEND', 'a', stale, 'LEASE', 5000], refused('NOWLOCK'));
      await expectReply(slow, ['DATAGET', 'a'], 'd');
      await expectReply(slow, ['GETVAL', 'a', 'n'], '1');
      await expectReply(quick, ['SUNLOCK', 'a', key], 1);
      await expectReply(slow, ['SUNLOCK', 'a', stale], refused('NOWLOCK'));
    },
  },
  {
    id: 'S5.locks-are-cooperative',
    title: 'without a key, DATASET, SETVAL, DELVAL, INC and DROP are allowed to anyone while another holds the lock',
    async run(harness) {
      const holder = await harness.connect();
      const other = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      await takeLock(holder, 'a');
      await expectOk(other, ['DATASET', 'a', 'd'], ['SETVAL', 'a', 'n', '1']);
      await expectReply(other, ['INC', 'a', 'n'], '2');
      await expectReply(other, ['DELVAL', 'a', 'n'], 1);
      await expectReply(other, ['DROP', 'a'], 1);
      await expectReply(holder, ['CTL', 'a', 'EXIST'], 0);
    },
  },
  {
    id: 'S5.a-repeated-sunlock-answers-alike',
    title: 'SUNLOCK repeated with the key released last and the same data answers 1 again',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const plain = await takeLock(peer, 'a');
      for (let i = 0; i < 3; i++) await expectReply(peer, ['SUNLOCK', 'a', plain], 1);
      const key = await takeLock(peer, 'a');
      for (let i = 0; i < 3; i++) await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd', 'VARS', 1, 'n', 'v'], 1);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S5.a-repeated-sunlock-writes-once',
    title: 'the second time writes nothing: the revision stays',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const key = await takeLock(peer, 'a');
      const before = await integerOf(peer, 'CTL', 'a', 'REV');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'e', 'IFREV', before], 1);
      const written = await integerOf(peer, 'CTL', 'a', 'REV');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'e', 'IFREV', before], 1);
      await expectReply(peer, ['CTL', 'a', 'REV'], written);
    },
  },
  {
    id: 'S5.a-repeated-sunlock-with-other-data',
    title: 'other data is NOWLOCK and not written',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd'], 1);
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'e'], refused('NOWLOCK'));
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S5.a-repeated-sunlock-of-an-older-key',
    title: 'once another key was released, the one before is NOWLOCK',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const first = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', first], 1);
      const second = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', second], 1);
      await expectReply(peer, ['SUNLOCK', 'a', first], refused('NOWLOCK'));
      await expectReply(peer, ['SUNLOCK', 'a', second], 1);
    },
  },
  {
    id: 'S5.a-repeated-sunlock-while-another-holds',
    title: 'it answers 1 and leaves the lock with who holds it now',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectOk(one, ['CREATE', 'a']);
      const first = await takeLock(one, 'a');
      await expectReply(one, ['SUNLOCK', 'a', first, 'DATA', 'd'], 1);
      const second = await takeLock(other, 'a');
      await expectReply(one, ['SUNLOCK', 'a', first, 'DATA', 'd'], 1);
      await expectReply(one, ['SLOCK', 'a'], refused('LOCKED'));
      await expectReply(other, ['SUNLOCK', 'a', second, 'DATA', 'e'], 1);
      await expectReply(one, ['DATAGET', 'a'], 'e');
    },
  },
];
