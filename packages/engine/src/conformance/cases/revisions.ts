// Section 6: revisions and IFREV.
import assert from 'node:assert/strict';
import { assertReply, expectOk, expectReply, integerOf, refused, takeLock, textOf } from '../expectations.js';
import type { ConformanceCase, ConformancePeer } from '../harness.js';

function revisionOf(peer: ConformancePeer, id: string): Promise<number> {
  return integerOf(peer, 'CTL', id, 'REV');
}

export const revisionCases: readonly ConformanceCase[] = [
  {
    id: 'S6.data-writes-change-it',
    title: 'every write of data gives a greater revision, of the same bytes, too',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['CTL', 'a', 'REV'], 0);
      let last = 0;
      for (const data of ['d', 'd', '', 'e']) {
        await expectOk(peer, ['DATASET', 'a', data]);
        const revision = await revisionOf(peer, 'a');
        assert.ok(revision > last, 'a later revision is greater');
        last = revision;
      }
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'f'], 1);
      assert.ok((await revisionOf(peer, 'a')) > last, 'SUNLOCK DATA changes it');
    },
  },
  {
    id: 'S6.variable-writes-do-not',
    title: 'SETVAL, DELVAL, INC, ADD, MULDIV, TIMEOUT and SUNLOCK without DATA leave the revision',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const revision = await revisionOf(peer, 'a');
      await expectOk(peer, ['SETVAL', 'a', 'n', '1']);
      await expectReply(peer, ['INC', 'a', 'n'], '2');
      await expectReply(peer, ['ADD', 'a', 'n', 2], '4');
      await expectReply(peer, ['MULDIV', 'a', 'n', 3, 2], '6');
      await expectReply(peer, ['DELVAL', 'a', 'n'], 1);
      await expectReply(peer, ['TIMEOUT', 'a', 60], 60);
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'VARS', 1, 'm', '1', 'CLASS', 'c'], 1);
      await expectReply(peer, ['CTL', 'a', 'REV'], revision);
    },
  },
  {
    id: 'S6.reads-tell-it',
    title: 'DATAGET REV, GETOBJECT and CTL REV tell the same revision',
    async run(harness) {
      const peer = await harness.connect();
      const id = await textOf(peer, 'UNIQ', 20, 'DATA', 'd');
      const revision = await revisionOf(peer, id);
      await expectReply(peer, ['DATAGET', id, 'REV'], ['d', revision]);
      const object = await peer.call('GETOBJECT', id);
      assert.ok(JSON.stringify(object).includes(String(revision)), 'GETOBJECT has the revision');
    },
  },
  {
    id: 'S6.ifrev',
    title: 'with IFREV the data is written only if the revision still is that one',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectOk(one, ['CREATE', 'a', 'DATA', 'd']);
      const read = await revisionOf(one, 'a');
      await expectOk(other, ['DATASET', 'a', 'e', 'IFREV', read]);
      await expectReply(one, ['DATASET', 'a', 'f', 'IFREV', read], refused('STALE'));
      await expectReply(one, ['DATAGET', 'a'], 'e');
      await expectOk(one, ['DATASET', 'a', 'f', 'IFREV', await revisionOf(one, 'a')]);
      await expectReply(one, ['DATAGET', 'a'], 'f');
    },
  },
  {
    id: 'S6.stale-writes-nothing',
    title: 'STALE leaves data, class, variables and timeout',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd', 'TIMEOUT', 60], ['SETVAL', 'a', 'n', '1', 'm', '2']);
      const whole = await peer.call('GETOBJECT', 'a');
      await expectReply(
        peer,
        ['DATASET', 'a', 'e', 'IFREV', 5, 'CLASS', 'c', 'VARS', 1, 'n', '3', 'UNSET', 1, 'm', 'TIMEOUT', 90],
        refused('STALE'),
      );
      assert.deepEqual(await peer.call('GETOBJECT', 'a'), whole, 'nothing may have changed');
      await expectReply(peer, ['TIMEOUT', 'a'], 60);
    },
  },
  {
    id: 'S6.ifrev-0-without-session',
    title: 'IFREV 0 creates the session if there is none',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'a', 'd', 'IFREV', 0]);
      await expectReply(peer, ['DATASET', 'a', 'e', 'IFREV', 0], refused('STALE'));
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S6.ifrev-0-without-data',
    title: 'IFREV 0 writes to a session that has no data yet',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['DATASET', 'a', 'd', 'IFREV', 0]);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S6.ifrev-0-with-empty-data',
    title: 'empty data is data: IFREV 0 is STALE',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', '']);
      await expectReply(peer, ['DATASET', 'a', 'd', 'IFREV', 0], refused('STALE'));
    },
  },
  {
    id: 'S6.ifrev-on-a-missing-session',
    title: 'any other IFREV on a missing session is STALE and makes none',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['DATASET', 'a', 'd', 'IFREV', 5], refused('STALE'));
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
    },
  },
  {
    id: 'S6.conditions-in-order',
    title: 'XX or NX before KEY, KEY before IFREV, IFREV before the parent',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['DATASET', 'a', 'd', 'XX', 'KEY', 1, 'IFREV', 5], null);
      await expectReply(peer, ['DATASET', 'a', 'd', 'KEY', 1, 'IFREV', 5], refused('NOWLOCK'));
      await expectReply(peer, ['DATASET', 'p/s', 'd', 'IFREV', 5], refused('STALE'));
      await expectReply(peer, ['DATASET', 'p/s', 'd', 'IFREV', 0], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      await expectReply(peer, ['DATASET', 'a', 'e', 'NX', 'KEY', 1, 'IFREV', 5], null);
    },
  },
  {
    id: 'S6.drop-does-not-fool-ifrev',
    title: 'after DROP and re-creation with the same data an old revision is STALE',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const read = await revisionOf(peer, 'a');
      await expectReply(peer, ['DROP', 'a'], 1);
      await expectReply(peer, ['DATASET', 'a', 'e', 'IFREV', read], refused('STALE'));
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      await expectReply(peer, ['DATASET', 'a', 'e', 'IFREV', read], refused('STALE'));
    },
  },
  {
    id: 'S6.copies-have-their-own',
    title: 'a copy and a clone have revisions of their own, 0 without data',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd'], ['COPY', 'a', 'b'], ['CREATE', 'c'], ['COPY', 'c', 'e']);
      assert.ok((await revisionOf(peer, 'b')) > (await revisionOf(peer, 'a')), 'the copy was written later');
      await expectReply(peer, ['CTL', 'e', 'REV'], 0);
      await expectOk(peer, ['CREATE', 'a/s', 'DATA', 'd']);
      const sub = await textOf(peer, 'SUBNEW', 'a', 'CLONE', 's');
      assert.ok((await revisionOf(peer, `a/${sub}`)) > (await revisionOf(peer, 'a/s')), 'the clone was written later');
    },
  },
  {
    id: 'S6.sunlock-ifrev',
    title: 'SUNLOCK DATA IFREV writes and frees if the revision still is that one',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const read = await revisionOf(peer, 'a');
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'e', 'IFREV', read], 1);
      await expectReply(peer, ['DATAGET', 'a'], 'e');
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 0);
    },
  },
  {
    id: 'S6.stale-keeps-the-lock',
    title: 'SUNLOCK DATA that is STALE writes nothing and keeps the lock',
    async run(harness) {
      const holder = await harness.connect();
      const other = await harness.connect();
      await expectOk(holder, ['CREATE', 'a', 'DATA', 'd']);
      const read = await revisionOf(holder, 'a');
      const key = await takeLock(holder, 'a');
      await expectOk(other, ['DATASET', 'a', 'e']);
      await expectReply(holder, ['SUNLOCK', 'a', key, 'DATA', 'f', 'IFREV', read], refused('STALE'));
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await expectReply(holder, ['DATAGET', 'a'], 'e');
      await expectReply(holder, ['SUNLOCK', 'a', key, 'DATA', 'f', 'IFREV', await revisionOf(holder, 'a')], 1);
      await expectReply(holder, ['DATAGET', 'a'], 'f');
    },
  },
  {
    id: 'S6.sunlock-ifrev-0-of-a-reservation',
    title: 'a reserved id has no data yet: IFREV 0 writes, any other is STALE',
    async run(harness) {
      const peer = await harness.connect();
      const key = await takeLock(peer, 'a', 'CREATE');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd', 'IFREV', 5], refused('STALE'));
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'd', 'IFREV', 0], 1);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S6.rename-keeps-it',
    title: 'RENAME is no write of data: IFREV goes on under the new id',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const read = await revisionOf(peer, 'a');
      await expectOk(peer, ['RENAME', 'a', 'b'], ['DATASET', 'b', 'e', 'IFREV', read]);
      assertReply(await peer.call('DATAGET', 'b'), 'e', 'DATAGET');
    },
  },
];
