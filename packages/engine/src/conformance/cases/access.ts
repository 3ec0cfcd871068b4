// Section 4: which commands count as access and renew a life, and which do not.
import assert from 'node:assert/strict';
import { expectOk, expectReply, integerOf, refused, takeLock, textOf, type Words } from '../expectations.js';
import type { ConformanceCase, ConformancePeer } from '../harness.js';

/** Sends a command that is expected to succeed, whatever it answers. */
type Step = (peer: ConformancePeer) => Promise<unknown>;

const say =
  (...words: Words): Step =>
  async (peer) => {
    const reply = await peer.call(...words);
    assert.ok(!(reply instanceof Error), `${words.join(' ')}: ${String(reply)}`);
  };

const refusedStep =
  (code: string, ...words: Words): Step =>
  (peer) =>
    expectReply(peer, words, refused(code));

const nullStep =
  (...words: Words): Step =>
  (peer) =>
    expectReply(peer, words, null);

async function withKey(peer: ConformancePeer, use: (key: number) => Promise<unknown>): Promise<void> {
  const key = await takeLock(peer, 'held');
  await use(key);
}

/** On session `a` with variable n of 1, data d and a timeout of 100 s; `held` is another session. */
const renewing: readonly (readonly [slug: string, step: Step])[] = [
  ['dataget', say('DATAGET', 'a')],
  ['dataget-rev', say('DATAGET', 'a', 'REV')],
  ['getval', say('GETVAL', 'a', 'n')],
  ['getval-of-a-missing-variable', say('GETVAL', 'a', 'none')],
  ['getall', say('GETALL', 'a')],
  ['getobject', say('GETOBJECT', 'a')],
  ['setval', say('SETVAL', 'a', 'n', '2')],
  ['delval', say('DELVAL', 'a', 'n')],
  ['inc', say('INC', 'a', 'n')],
  ['add', say('ADD', 'a', 'n', 2)],
  ['muldiv', say('MULDIV', 'a', 'n', 2, 3)],
  ['dataset', say('DATASET', 'a', 'e')],
  ['timeout-with-seconds', say('TIMEOUT', 'a', 100)],
  ['ctl-touch', say('CTL', 'a', 'TOUCH')],
  ['copy-reads-its-source', say('COPY', 'a', 'b')],
  ['subnew', say('SUBNEW', 'a')],
  ['slock', say('SLOCK', 'a')],
  ['rename', async (peer) => expectOk(peer, ['RENAME', 'a', 'b'], ['RENAME', 'b', 'a'])],
];

const notRenewing: readonly (readonly [slug: string, step: Step])[] = [
  ['timeout-without-seconds', say('TIMEOUT', 'a')],
  ['ctl-exist', say('CTL', 'a', 'EXIST')],
  ['ctl-ttl', say('CTL', 'a', 'TTL')],
  ['ctl-age', say('CTL', 'a', 'AGE')],
  ['ctl-tla', say('CTL', 'a', 'TLA')],
  ['ctl-ctime', say('CTL', 'a', 'CTIME')],
  ['peek', say('DATAGET', 'a', 'PEEK')],
  ['peek-with-revision', say('DATAGET', 'a', 'REV', 'PEEK')],
  ['ctl-now', say('CTL', 'a', 'NOW')],
  ['ctl-rev', say('CTL', 'a', 'REV')],
  ['ctl-lock', say('CTL', 'a', 'LOCK')],
  ['locks', say('LOCKS')],
  ['locks-of-one', say('LOCKS', 'a')],
  ['sublist', say('SUBLIST', 'a')],
  ['find', say('FIND', 'n', '1')],
  ['listvar', say('LISTVAR', 'n')],
  ['list', say('LIST')],
  ['list-cursor', say('LIST', 'CURSOR', 0)],
  ['count', say('COUNT')],
  ['flush-that-keeps-it', say('FLUSH', 3600)],
  ['dropwhere-that-keeps-it', say('DROPWHERE', 'n', '1', 'EXCEPT', 'a')],
  ['refused-create', refusedStep('DUPSESSION', 'CREATE', 'a')],
  ['refused-rename', refusedStep('DUPSESSION', 'RENAME', 'a', 'held')],
  ['refused-copy', refusedStep('DUPSESSION', 'COPY', 'a', 'held')],
  ['refused-copy-onto', refusedStep('DUPSESSION', 'COPY', 'held', 'a')],
  ['refused-arithmetic', refusedStep('NOTANUMBER', 'ADD', 'a', 'n', 'x')],
  ['refused-setval', refusedStep('NOWLOCK', 'SETVAL', 'a', 'KEY', 1, 'VARS', 1, 'n', '2')],
  ['refused-delval', refusedStep('NOWLOCK', 'DELVAL', 'a', 'KEY', 1, 'UNSET', 1, 'n')],
  ['refused-drop', refusedStep('NOWLOCK', 'DROP', 'a', 'KEY', 1)],
  ['refused-dataset', refusedStep('STALE', 'DATASET', 'a', 'e', 'IFREV', 1)],
  ['forbidden-dataset', nullStep('DATASET', 'a', 'e', 'NX')],
  ['refused-sunlock', refusedStep('NOWLOCK', 'SUNLOCK', 'a', 1)],
  ['refused-sextend', refusedStep('NOWLOCK', 'SEXTEND', 'a', 1, 'LEASE', 1000)],
  ['malformed', refusedStep('ERR', 'SETVAL', 'a', 'n')],
];

function renewalCase(slug: string, step: Step, renews: boolean): ConformanceCase {
  return {
    id: `S4.${renews ? 'renews' : 'renews-not'}.${slug}`,
    title: renews ? 'counts as access' : 'does not count as access',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'held'], ['CREATE', 'a', 'DATA', 'd', 'TIMEOUT', 100], ['SETVAL', 'a', 'n', '1']);
      await harness.advance(60_000);
      await step(peer);
      await expectReply(peer, ['CTL', 'a', 'TLA'], renews ? 0 : 60);
      await expectReply(peer, ['CTL', 'a', 'TTL'], renews ? 100 : 40);
      await harness.advance(40_001);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], renews ? 1 : 0);
    },
  };
}

export const accessCases: readonly ConformanceCase[] = [
  ...renewing.map(([slug, step]) => renewalCase(slug, step, true)),
  {
    id: 'S4.renews.sextend-and-sunlock',
    title: 'SEXTEND and SUNLOCK, with and without data, count as access',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'held', 'TIMEOUT', 1000]);
      await withKey(peer, async (key) => {
        await harness.advance(10_000);
        await expectReply(peer, ['SEXTEND', 'held', key, 'LEASE', 60_000], 1);
        await expectReply(peer, ['CTL', 'held', 'TLA'], 0);
        await harness.advance(10_000);
        await expectReply(peer, ['SUNLOCK', 'held', key], 1);
        await expectReply(peer, ['CTL', 'held', 'TLA'], 0);
      });
      await withKey(peer, async (key) => {
        await harness.advance(10_000);
        await expectReply(peer, ['SUNLOCK', 'held', key, 'DATA', 'd'], 1);
        await expectReply(peer, ['CTL', 'held', 'TLA'], 0);
      });
    },
  },
  {
    id: 'S4.renews.a-lock-granted-later',
    title: 'a lock granted after waiting renews at the moment of the grant',
    async run(harness) {
      const peer = await harness.connect();
      const waiting = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 1000]);
      await takeLock(peer, 'a', 'LEASE', 20_000);
      await integerOf(waiting, 'SLOCK', 'a', 'WAIT', 60_000, 'ASYNC');
      await harness.advance(20_000);
      await waiting.nextPush();
      await harness.advance(5000);
      await expectReply(peer, ['CTL', 'a', 'TLA'], 5);
    },
  },
  {
    id: 'S4.renews.subnew-clone-reads-its-source',
    title: 'SUBNEW CLONE counts as access to the sub-session it copies',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 1000], ['CREATE', 'p/s', 'TIMEOUT', 100]);
      await harness.advance(60_000);
      await textOf(peer, 'SUBNEW', 'p', 'CLONE', 's');
      await expectReply(peer, ['CTL', 'p/s', 'TLA'], 0);
    },
  },
  {
    id: 'S4.renews.a-sub-renews-its-parent',
    title: 'access to a sub-session renews its parent; access to the parent does not renew the sub',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 100], ['CREATE', 'p/s', 'TIMEOUT', 100]);
      await harness.advance(60_000);
      await expectReply(peer, ['GETVAL', 'p/s', 'n'], null);
      await expectReply(peer, ['CTL', 'p', 'TLA'], 0);
      await harness.advance(60_000);
      await expectReply(peer, ['GETVAL', 'p', 'n'], null);
      await expectReply(peer, ['CTL', 'p/s', 'TLA'], 60);
      await harness.advance(40_001);
      await expectReply(peer, ['CTL', 'p/s', 'EXIST'], 0);
      await expectReply(peer, ['CTL', 'p', 'EXIST'], 1);
    },
  },
  {
    id: 'S4.renews.making-a-sub-renews-its-parent',
    title: 'CREATE of a sub-session counts as access to its parent',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 100]);
      await harness.advance(60_000);
      await expectOk(peer, ['CREATE', 'p/s']);
      await expectReply(peer, ['CTL', 'p', 'TLA'], 0);
    },
  },
  ...notRenewing.map(([slug, step]) => renewalCase(slug, step, false)),
  {
    id: 'S4.renews-not.a-lock-refused',
    title: 'SLOCK that answers LOCKED does not count as access',
    async run(harness) {
      const peer = await harness.connect();
      const other = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 100]);
      await takeLock(peer, 'a', 'LEASE', 30_000);
      await harness.advance(20_000);
      await expectReply(other, ['SLOCK', 'a'], refused('LOCKED'));
      await expectReply(peer, ['CTL', 'a', 'TLA'], 20);
    },
  },
  {
    id: 'S4.renews-not.a-sub-not-renewed-leaves-its-parent',
    title: 'CTL and failed commands on a sub-session leave the parent alone, too',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 100], ['CREATE', 'p/s'], ['SETVAL', 'p/s', 'n', 'x']);
      await harness.advance(60_000);
      await expectReply(peer, ['CTL', 'p/s', 'TLA'], 60);
      await expectReply(peer, ['INC', 'p/s', 'n'], refused('NOTANUMBER'));
      await expectReply(peer, ['CREATE', 'p/s'], refused('DUPSESSION'));
      await expectReply(peer, ['CTL', 'p', 'TLA'], 60);
    },
  },
];
