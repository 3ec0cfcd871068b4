// Section 5: what KEY guards, and LOCKS, which shows who holds and who waits.
import assert from 'node:assert/strict';
import {
  assertReply,
  entries,
  expectOk,
  expectReply,
  recordsOf,
  refused,
  takeLock,
  waitersArrive,
} from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const lockKeyCases: readonly ConformanceCase[] = [
  {
    id: 'S5.dataset-with-key',
    title: 'DATASET KEY writes only if the key holds the lock',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      await expectReply(peer, ['DATASET', 'a', 'e', 'KEY', 1], refused('NOWLOCK'));
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['DATASET', 'a', 'e', 'KEY', key + 1], refused('NOWLOCK'));
      await expectReply(peer, ['DATAGET', 'a'], 'd');
      await expectOk(peer, ['DATASET', 'a', 'e', 'KEY', key], ['DATASET', 'a', 'f', 'KEY', key]);
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
      await expectReply(peer, ['DATASET', 'a', 'g', 'KEY', key], refused('NOWLOCK'));
      await expectReply(peer, ['DATAGET', 'a'], 'f');
    },
  },
  {
    id: 'S5.dataset-with-key-makes-no-session',
    title: 'DATASET KEY on a missing session is NOWLOCK: nobody holds a lock there',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['DATASET', 'a', 'd', 'KEY', 1], refused('NOWLOCK'));
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
    },
  },
  {
    id: 'S5.setval-with-key',
    title: 'SETVAL KEY k VARS n … writes only if k holds the lock',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1']);
      await expectReply(peer, ['SETVAL', 'a', 'KEY', 1, 'VARS', 1, 'x', '2'], refused('NOWLOCK'));
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SETVAL', 'a', 'KEY', key + 1, 'VARS', 1, 'x', '2'], refused('NOWLOCK'));
      await expectReply(peer, ['GETALL', 'a'], entries(['x', '1']));
      await expectOk(peer, ['SETVAL', 'a', 'KEY', key, 'VARS', 2, 'x', '2', 'y', '3']);
      await expectReply(peer, ['GETALL', 'a'], entries(['x', '2'], ['y', '3']));
    },
  },
  {
    id: 'S5.delval-with-key',
    title: 'DELVAL KEY k UNSET n … removes only if k holds the lock',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      await expectReply(peer, ['DELVAL', 'a', 'KEY', 1, 'UNSET', 1, 'x'], refused('NOWLOCK'));
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['DELVAL', 'a', 'KEY', key, 'UNSET', 3, 'x', 'y', 'none'], 2);
      await expectReply(peer, ['GETALL', 'a'], entries());
    },
  },
  {
    id: 'S5.a-variable-called-key',
    title: 'the plain forms of SETVAL and DELVAL still reach variables called KEY, VARS and UNSET',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'KEY', 'v'], ['SETVAL', 'a', 'VARS', '1', 'UNSET', '2']);
      await expectReply(peer, ['GETALL', 'a'], entries(['KEY', 'v'], ['VARS', '1'], ['UNSET', '2']));
      await expectOk(peer, ['SETVAL', 'a', 'KEY', 'w', 'x', '3']);
      await expectReply(peer, ['GETVAL', 'a', 'KEY'], 'w');
      await expectReply(peer, ['DELVAL', 'a', 'KEY', 'VARS'], 2);
    },
  },
  {
    id: 'S5.drop-with-key',
    title: 'DROP KEY destroys only if the key holds the lock',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['DROP', 'a', 'KEY', 1], refused('NOWLOCK'));
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['DROP', 'a', 'KEY', key + 1], refused('NOWLOCK'));
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
      await expectReply(peer, ['DROP', 'a', 'KEY', key], 1);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
    },
  },
  {
    id: 'S5.locks-shows-and-hides',
    title: 'ids are hashed unless show-ids is on, alike for the same id; notes lose the query of a URL',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ showIds: false });
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'secret-id']);
      await takeLock(peer, 'secret-id', 'NOTE', 'web1 http://shop/page?token=secret-query');
      const shown = async () => recordsOf(await peer.call('LOCKS', 'secret-id'))[0];
      const first = await shown();
      const text = (field: string) => String(first?.get(field));
      assert.ok(text('id').length > 0 && !text('id').includes('secret-id'), 'the id must not be shown');
      assert.ok(!text('note').includes('secret-query'), 'the query must not be shown');
      assert.match(text('note'), /^web1 http:\/\/shop\/page/, 'the rest of the note is shown');
      assert.deepEqual((await shown())?.get('id'), first?.get('id'), 'one id is shown in one way');
      await harness.configure({ showIds: true });
      assertReply((await shown())?.get('id'), 'secret-id', 'the id with show-ids');
      assert.ok(!String((await shown())?.get('note')).includes('secret-query'), 'the query stays hidden');
    },
  },
  {
    id: 'S5.locks-of-one-session',
    title: 'LOCKS id shows that lock only, and nothing where it is free',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['CREATE', 'b'], ['CREATE', 'c']);
      const key = await takeLock(peer, 'a');
      await takeLock(peer, 'b');
      assert.deepEqual(
        recordsOf(await peer.call('LOCKS', 'a')).map((record) => record.get('key')),
        [key],
        'LOCKS a',
      );
      assert.equal(recordsOf(await peer.call('LOCKS')).length, 2, 'two locks are held');
      await expectReply(peer, ['LOCKS', 'c'], []);
    },
  },
  {
    id: 'S5.locks-says-unbound',
    title: 'bound is 0 without BIND, the note empty without NOTE, the lease 30 seconds without LEASE',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await takeLock(peer, 'a');
      const [record] = recordsOf(await peer.call('LOCKS', 'a'));
      assertReply(record?.get('bound'), 0, 'bound');
      assertReply(record?.get('note'), '', 'note');
      assertReply(record?.get('waiters'), [], 'waiters');
      assert.equal(Number(record?.get('untilMs')) - Number(record?.get('sinceMs')), 30_000, 'the default lease');
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 30_000);
    },
  },
  {
    id: 'S5.waiters-are-shown-in-order',
    title: 'LOCKS lists who waits in the order in which they will be served',
    async run(harness) {
      const holder = await harness.connect();
      await expectOk(holder, ['CREATE', 'a']);
      const key = await takeLock(holder, 'a');
      const notes = ['first', 'second', 'third'];
      for (const [at, note] of notes.entries()) {
        const peer = await harness.connect();
        void peer.call('SLOCK', 'a', 'WAIT', 60_000, 'NOTE', note).catch(() => undefined);
        await waitersArrive(harness, 'a', at + 1);
      }
      const [record] = recordsOf(await holder.call('LOCKS', 'a'));
      assert.deepEqual(
        recordsOf(record?.get('waiters')).map((waiter) => String(waiter.get('note'))),
        notes,
        'waiters',
      );
      await expectReply(holder, ['SUNLOCK', 'a', key], 1);
    },
  },
];
