// Section 7: one command is one step, of one session and of many.
import assert from 'node:assert/strict';
import { assertReply, entries, expectOk, expectReply, integerOf, refused, takeLock } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const atomicityCases: readonly ConformanceCase[] = [
  {
    id: 'S7.setval-is-all-or-none',
    title: 'one bad name among many, and none is set',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1']);
      await expectReply(peer, ['SETVAL', 'a', 'x', '2', 'y', '3', 'bad\nname', '4'], refused('ERR'));
      await expectReply(peer, ['SETVAL', 'a', 'x', '2', 'n'.repeat(300), '4'], refused('BADLEN'));
      await expectReply(peer, ['SETVAL', 'a', 'x', '2', 'y'], refused('ERR'));
      await expectReply(peer, ['GETALL', 'a'], entries(['x', '1']));
    },
  },
  {
    id: 'S7.dataset-in-one-step',
    title: 'DATASET writes data, class, variables and timeout together and creates the session',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'a', 'd', 'CLASS', 'c', 'VARS', 2, 'user', 'ada', 'cart', '3', 'TIMEOUT', 60]);
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      const variables = entries(['user', 'ada'], ['cart', '3']);
      await expectReply(
        peer,
        ['GETOBJECT', 'a'],
        entries(['class', 'c'], ['data', 'd'], ['rev', revision], ['vars', variables]),
      );
      await expectReply(peer, ['TIMEOUT', 'a'], 60);
      await expectReply(peer, ['FIND', 'user', 'ada'], ['a']);
      await expectReply(peer, ['COUNT'], 1);
    },
  },
  {
    id: 'S7.dataset-keeps-the-rest',
    title: 'DATASET without CLASS and VARS keeps class and variables',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a', 'CLASS', 'c', 'DATA', 'd'],
        ['SETVAL', 'a', 'n', 'v'],
        ['DATASET', 'a', 'e'],
      );
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      const variables = entries(['n', 'v']);
      await expectReply(
        peer,
        ['GETOBJECT', 'a'],
        entries(['class', 'c'], ['data', 'e'], ['rev', revision], ['vars', variables]),
      );
    },
  },
  {
    id: 'S7.dataset-keeps-the-index',
    title: 'VARS and UNSET change what FIND finds in the same step',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'a', 'd', 'VARS', 2, 'user', 'ada', 'role', 'admin']);
      await expectReply(peer, ['FIND', 'user', 'ada'], ['a']);
      await expectReply(peer, ['FIND', 'role', 'admin'], ['a']);
      await expectOk(peer, ['DATASET', 'a', 'e', 'VARS', 1, 'user', 'bob', 'UNSET', 1, 'role']);
      await expectReply(peer, ['FIND', 'user', 'ada'], []);
      await expectReply(peer, ['FIND', 'user', 'bob'], ['a']);
      await expectReply(peer, ['FIND', 'role', 'admin'], []);
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'f', 'VARS', 1, 'role', 'guest', 'UNSET', 1, 'user'], 1);
      await expectReply(peer, ['FIND', 'user', 'bob'], []);
      await expectReply(peer, ['FIND', 'role', 'guest'], ['a']);
    },
  },
  {
    id: 'S7.unset-of-what-is-not-there',
    title: 'UNSET of a missing variable is no fault',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'a', 'd', 'UNSET', 2, 'x', 'y'], ['DATASET', 'a', 'd', 'UNSET', 1, 'x']);
      await expectReply(peer, ['GETALL', 'a'], entries());
    },
  },
  {
    id: 'S7.a-name-set-and-unset',
    title: 'a name in both VARS and UNSET is set, in whichever order they stand',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'a', 'd', 'VARS', 1, 'n', '1', 'UNSET', 1, 'n']);
      await expectReply(peer, ['GETVAL', 'a', 'n'], '1');
      await expectOk(peer, ['DATASET', 'a', 'd', 'UNSET', 1, 'n', 'VARS', 1, 'n', '2']);
      await expectReply(peer, ['GETVAL', 'a', 'n'], '2');
      await expectReply(peer, ['FIND', 'n', '2'], ['a']);
    },
  },
  {
    id: 'S7.xx',
    title: 'XX writes only to a session that exists, null otherwise',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['DATASET', 'a', 'd', 'XX'], null);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
      await expectReply(peer, ['DATASET', 'none/s', 'd', 'XX'], null);
      await expectOk(peer, ['CREATE', 'a'], ['DATASET', 'a', 'd', 'XX']);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S7.nx',
    title: 'NX writes only if there is no session, null otherwise; one without data counts',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'a', 'd', 'NX']);
      await expectReply(peer, ['DATASET', 'a', 'e', 'NX', 'VARS', 1, 'n', 'v'], null);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
      await expectReply(peer, ['GETALL', 'a'], entries());
      await expectOk(peer, ['CREATE', 'b']);
      await expectReply(peer, ['DATASET', 'b', 'd', 'NX'], null);
    },
  },
  {
    id: 'S7.xx-on-a-reservation',
    title: 'a reserved id has no session: XX is null, NX writes',
    async run(harness) {
      const holder = await harness.connect();
      const other = await harness.connect();
      await takeLock(holder, 'a', 'CREATE');
      await expectReply(other, ['DATASET', 'a', 'd', 'XX'], null);
      await expectOk(other, ['DATASET', 'a', 'd', 'NX']);
    },
  },
  {
    id: 'S7.dataset-needs-all-its-conditions',
    title: 'KEY and IFREV together: both must hold',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      await expectReply(peer, ['DATASET', 'a', 'e', 'KEY', 1, 'IFREV', revision], refused('NOWLOCK'));
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['DATASET', 'a', 'e', 'KEY', key, 'IFREV', 5], refused('STALE'));
      await expectReply(peer, ['DATAGET', 'a'], 'd');
      await expectOk(peer, ['DATASET', 'a', 'e', 'KEY', key, 'IFREV', revision, 'XX']);
    },
  },
  {
    id: 'S7.racing-creates',
    title: 'of many CREATE of one id at once exactly one makes it',
    async run(harness) {
      const peers = await Promise.all(Array.from({ length: 8 }, () => harness.connect()));
      const replies = await Promise.all(peers.map((peer, i) => peer.call('CREATE', 'a', 'DATA', `by-${i}`)));
      const made = replies.indexOf('OK');
      assert.equal(replies.filter((reply) => reply === 'OK').length, 1, 'exactly one OK');
      for (const [i, reply] of replies.entries())
        if (i !== made) assertReply(reply, refused('DUPSESSION'), 'the others');
      const [peer] = peers;
      if (peer !== undefined) await expectReply(peer, ['DATAGET', 'a'], `by-${made}`);
    },
  },
  {
    id: 'S7.racing-ifrev',
    title: 'of many writes with one IFREV at once exactly one is written',
    async run(harness) {
      const peers = await Promise.all(Array.from({ length: 8 }, () => harness.connect()));
      const [peer] = peers;
      if (peer === undefined) return;
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      const replies = await Promise.all(
        peers.map((each, i) => each.call('DATASET', 'a', `by-${i}`, 'IFREV', revision)),
      );
      assert.equal(replies.filter((reply) => reply === 'OK').length, 1, 'exactly one OK');
      await expectReply(peer, ['DATAGET', 'a'], `by-${replies.indexOf('OK')}`);
    },
  },
  {
    id: 'S7.racing-locks',
    title: 'of many SLOCK of one id at once exactly one gets it',
    async run(harness) {
      const peers = await Promise.all(Array.from({ length: 8 }, () => harness.connect()));
      const replies = await Promise.all(peers.map((peer) => peer.call('SLOCK', 'a', 'CREATE')));
      assert.equal(replies.filter((reply) => typeof reply === 'number').length, 1, 'exactly one key');
    },
  },
  {
    id: 'S7.lock-read-write-loses-nothing',
    title: 'ten callers that lock, read, add one and write under the key count to a hundred',
    async run(harness) {
      const peers = await Promise.all(Array.from({ length: 10 }, () => harness.connect()));
      const [peer] = peers;
      if (peer === undefined) return;
      await expectOk(peer, ['CREATE', 'a', 'DATA', '0']);
      await Promise.all(
        peers.map(async (each) => {
          for (let i = 0; i < 10; i++) {
            const answer = await each.call('SLOCK', 'a', 'WAIT', 60_000, 'DATA');
            assert.ok(Array.isArray(answer), 'every caller gets the lock in its turn');
            const next = Number(String(answer[1])) + 1;
            await expectReply(each, ['SUNLOCK', 'a', Number(answer[0]), 'DATA', String(next)], 1);
          }
        }),
      );
      await expectReply(peer, ['DATAGET', 'a'], '100');
    },
  },
];
