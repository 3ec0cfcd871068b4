// Section 1: RENAME and COPY.
import { entries, expectOk, expectReply, integerOf, refused, takeLock, textOf } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const renamingCases: readonly ConformanceCase[] = [
  {
    id: 'S1.rename-moves-everything',
    title: 'RENAME moves data, class, revision, variables and timeout; the old id is gone',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a', 'CLASS', 'c', 'DATA', 'd', 'TIMEOUT', 99],
        ['SETVAL', 'a', 'x', '1', 'y', '2'],
      );
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      await expectOk(peer, ['RENAME', 'a', 'b']);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
      const variables = entries(['x', '1'], ['y', '2']);
      await expectReply(
        peer,
        ['GETOBJECT', 'b'],
        entries(['class', 'c'], ['data', 'd'], ['rev', revision], ['vars', variables]),
      );
      await expectReply(peer, ['TIMEOUT', 'b'], 99);
      await expectReply(peer, ['LIST'], ['b']);
    },
  },
  {
    id: 'S1.rename-to-a-taken-id',
    title: 'DUPSESSION, and both stay as they are',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', '1'], ['CREATE', 'b', 'DATA', '2']);
      await expectReply(peer, ['RENAME', 'a', 'b'], refused('DUPSESSION'));
      await expectReply(peer, ['DATAGET', 'a'], '1');
      await expectReply(peer, ['DATAGET', 'b'], '2');
    },
  },
  {
    id: 'S1.rename-to-itself-is-ok',
    title: 'OK for a session that lives, NOSESSION for one that does not',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['RENAME', 'a', 'a'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd'], ['RENAME', 'a', 'a']);
      await expectReply(peer, ['DATAGET', 'a'], 'd');
    },
  },
  {
    id: 'S1.rename-keeps-the-kind',
    title: 'a session does not become a sub-session, nor the other way round: ERR',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s'], ['CREATE', 'q']);
      await expectReply(peer, ['RENAME', 'q', 'p/q'], refused('ERR'));
      await expectReply(peer, ['RENAME', 'p/s', 's'], refused('ERR'));
      await expectReply(peer, ['LIST'], ['p', 'q']);
    },
  },
  {
    id: 'S1.rename-keeps-the-parent',
    title: 'a sub-session is renamed under its parent only',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s', 'DATA', 'd'], ['CREATE', 'q']);
      await expectReply(peer, ['RENAME', 'p/s', 'q/s'], refused('ERR'));
      await expectOk(peer, ['RENAME', 'p/s', 'p/t']);
      await expectReply(peer, ['SUBLIST', 'p'], ['t']);
      await expectReply(peer, ['DATAGET', 'p/t'], 'd');
    },
  },
  {
    id: 'S1.rename-takes-the-subs-along',
    title: 'sub-sessions move under the new id, with all they have',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'p'],
        ['CREATE', 'p/s', 'DATA', 'd'],
        ['SETVAL', 'p/s', 'n', 'v'],
        ['CREATE', 'p/t'],
      );
      await expectOk(peer, ['RENAME', 'p', 'q']);
      await expectReply(peer, ['SUBLIST', 'q'], ['s', 't']);
      await expectReply(peer, ['DATAGET', 'q/s'], 'd');
      await expectReply(peer, ['CTL', 'p/s', 'EXIST'], 0);
      await expectReply(peer, ['FIND', 'n', 'v'], ['q/s']);
      await expectOk(peer, ['CREATE', 'p']);
      await expectReply(peer, ['SUBLIST', 'p'], []);
    },
  },
  {
    id: 'S1.rename-wants-room-for-the-subs',
    title: 'BADLEN, and nothing changes, when the id of a sub-session would have more than 255 bytes',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/sub']);
      await expectReply(peer, ['RENAME', 'p', 'q'.repeat(252)], refused('BADLEN'));
      await expectReply(peer, ['CTL', 'p/sub', 'EXIST'], 1);
      await expectReply(peer, ['COUNT'], 1);
      await expectOk(peer, ['RENAME', 'p', 'q'.repeat(251)]);
    },
  },
  {
    id: 'S1.rename-keeps-the-place-and-the-age',
    title: 'a renamed session keeps when it was made and its place in the order of creation',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'n', 'v'], ['CREATE', 'b'], ['SETVAL', 'b', 'n', 'v']);
      const made = await integerOf(peer, 'CTL', 'a', 'CTIME');
      await harness.advance(10_000);
      await expectOk(peer, ['RENAME', 'a', 'z']);
      await expectReply(peer, ['CTL', 'z', 'CTIME'], made);
      await expectReply(peer, ['CTL', 'z', 'AGE'], 10);
      await expectReply(peer, ['FIND', 'n', 'v'], ['z', 'b']);
    },
  },
  {
    id: 'S1.rename-to-a-reserved-id',
    title: 'DUPSESSION: an id that a lock reserves is spoken for',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const key = await takeLock(peer, 'b', 'CREATE');
      await expectReply(peer, ['RENAME', 'a', 'b'], refused('DUPSESSION'));
      await expectReply(peer, ['SUNLOCK', 'b', key], 1);
      await expectOk(peer, ['RENAME', 'a', 'b']);
    },
  },
  {
    id: 'S1.copy-is-a-second-session',
    title: 'COPY takes data, class, variables and timeout; the two are apart afterwards',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'CLASS', 'c', 'DATA', 'd', 'TIMEOUT', 99], ['SETVAL', 'a', 'n', '1']);
      await expectOk(peer, ['COPY', 'a', 'b'], ['SETVAL', 'b', 'n', '2'], ['DATASET', 'b', 'e']);
      await expectReply(peer, ['GETVAL', 'a', 'n'], '1');
      await expectReply(peer, ['DATAGET', 'a'], 'd');
      await expectReply(peer, ['TIMEOUT', 'b'], 99);
      await expectReply(
        peer,
        ['GETOBJECT', 'b'],
        entries(
          ['class', 'c'],
          ['data', 'e'],
          ['rev', await integerOf(peer, 'CTL', 'b', 'REV')],
          ['vars', entries(['n', '2'])],
        ),
      );
      await expectReply(peer, ['LIST'], ['a', 'b']);
    },
  },
  {
    id: 'S1.copy-has-no-lock-and-no-subs',
    title: 'the lock and the sub-sessions stay with the original',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await textOf(peer, 'SUBNEW', 'a');
      const key = await takeLock(peer, 'a');
      await expectOk(peer, ['COPY', 'a', 'b']);
      await expectReply(peer, ['CTL', 'b', 'LOCK'], 0);
      await expectReply(peer, ['SUBLIST', 'b'], []);
      await expectReply(peer, ['SUNLOCK', 'b', key], refused('NOWLOCK'));
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
    },
  },
  {
    id: 'S1.copy-refusals',
    title: 'NOSESSION without a source, DUPSESSION onto a session that lives, itself included',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['COPY', 'a', 'b'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'a', 'DATA', '1'], ['CREATE', 'b', 'DATA', '2']);
      await expectReply(peer, ['COPY', 'a', 'b'], refused('DUPSESSION'));
      await expectReply(peer, ['COPY', 'a', 'a'], refused('DUPSESSION'));
      await expectReply(peer, ['DATAGET', 'b'], '2');
    },
  },
  {
    id: 'S1.copy-begins-its-own-life',
    title: 'a copy is as old as the copying',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await harness.advance(30_000);
      await expectOk(peer, ['COPY', 'a', 'b']);
      await expectReply(peer, ['CTL', 'b', 'AGE'], 0);
      await expectReply(peer, ['CTL', 'a', 'AGE'], 30);
    },
  },
];
