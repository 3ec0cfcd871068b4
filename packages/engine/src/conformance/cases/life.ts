// Section 4: timeouts, what renews a life and what does not, expiry.
import assert from 'node:assert/strict';
import {
  assertReply,
  entries,
  expectOk,
  expectReply,
  integerOf,
  refused,
  takeLock,
  textOf,
  textsOf,
  type Words,
} from '../expectations.js';
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

export const lifeCases: readonly ConformanceCase[] = [
  {
    id: 'S4.timeout-is-since-the-last-access',
    title: 'a session lives its seconds after each access, and is gone after them',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd', 'TIMEOUT', 10]);
      for (let i = 0; i < 3; i++) {
        await harness.advance(9000);
        await expectReply(peer, ['DATAGET', 'a'], 'd');
      }
      await harness.advance(10_001);
      await expectReply(peer, ['DATAGET', 'a'], null);
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S4.a-session-ends-at-its-deadline',
    title: 'a millisecond before it lives, at its deadline it does not',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 10]);
      await harness.advance(9999);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
      await harness.advance(1);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
    },
  },
  {
    id: 'S4.a-default-changed-later',
    title: 'another default is for sessions made later',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ defaultTimeoutSeconds: 50 });
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await harness.configure({ defaultTimeoutSeconds: 70 });
      await expectOk(peer, ['CREATE', 'b']);
      await expectReply(peer, ['TIMEOUT', 'a'], 50);
      await expectReply(peer, ['TIMEOUT', 'b'], 70);
      await expectReply(peer, ['TIMEOUT', 'a', -1], 70);
    },
  },
  {
    id: 'S4.timeout-absent-is-the-default',
    title: 'CREATE without TIMEOUT takes the default',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ defaultTimeoutSeconds: 50 });
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['DATASET', 'b', 'd']);
      const id = await textOf(peer, 'UNIQ', 20);
      for (const each of ['a', 'b', id]) await expectReply(peer, ['TIMEOUT', each], 50);
      await harness.advance(50_001);
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S4.timeout-absent-keeps',
    title: 'DATASET and SUNLOCK without TIMEOUT keep what is in force',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 77], ['DATASET', 'a', 'd']);
      const key = await takeLock(peer, 'a');
      await expectReply(peer, ['SUNLOCK', 'a', key, 'DATA', 'e'], 1);
      await expectReply(peer, ['TIMEOUT', 'a'], 77);
    },
  },
  {
    id: 'S4.timeout-0-never-expires',
    title: 'wherever TIMEOUT 0 stands, the session never expires',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a', 'TIMEOUT', 0],
        ['DATASET', 'b', 'd', 'TIMEOUT', 0],
        ['CREATE', 'c'],
        ['CREATE', 'd'],
      );
      const id = await textOf(peer, 'UNIQ', 20, 'TIMEOUT', 0);
      await expectReply(peer, ['TIMEOUT', 'c', 0], 0);
      const key = await takeLock(peer, 'd');
      await expectReply(peer, ['SUNLOCK', 'd', key, 'TIMEOUT', 0], 1);
      const sub = await textOf(peer, 'SUBNEW', 'a', 'TIMEOUT', 0);
      await harness.advance(10 * 365 * 86_400_000);
      assert.deepEqual(await textsOf(peer, 'LIST'), ['a', 'b', 'c', 'd', id], 'all are still there');
      await expectReply(peer, ['CTL', `a/${sub}`, 'TTL'], -1);
    },
  },
  {
    id: 'S4.timeout-below-0-is-the-default',
    title: 'wherever a TIMEOUT below 0 stands, it means the default',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'usual']);
      const usual = await integerOf(peer, 'TIMEOUT', 'usual');
      await expectOk(
        peer,
        ['CREATE', 'a', 'TIMEOUT', -1],
        ['DATASET', 'b', 'd', 'TIMEOUT', -5],
        ['CREATE', 'c', 'TIMEOUT', 7],
      );
      await expectReply(peer, ['TIMEOUT', 'c', -1], usual);
      for (const id of ['a', 'b', 'c']) await expectReply(peer, ['TIMEOUT', id], usual);
      await expectOk(peer, ['DATASET', 'c', 'd', 'TIMEOUT', 7], ['DATASET', 'c', 'd', 'TIMEOUT', -1]);
      await expectReply(peer, ['TIMEOUT', 'c'], usual);
    },
  },
  {
    id: 'S4.timeout-counts-from-now',
    title: 'a new timeout begins with the command that sets it',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 100]);
      await harness.advance(90_000);
      await expectReply(peer, ['TIMEOUT', 'a', 20], 20);
      await expectReply(peer, ['CTL', 'a', 'TTL'], 20);
      await harness.advance(19_000);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
      await harness.advance(1001);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 0);
    },
  },
  {
    id: 'S4.timeout-in-sunlock',
    title: 'SUNLOCK TIMEOUT changes the timeout, with and without DATA',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 100]);
      await expectReply(peer, ['SUNLOCK', 'a', await takeLock(peer, 'a'), 'TIMEOUT', 200], 1);
      await expectReply(peer, ['TIMEOUT', 'a'], 200);
      await expectReply(peer, ['SUNLOCK', 'a', await takeLock(peer, 'a'), 'DATA', 'd', 'TIMEOUT', 300], 1);
      await expectReply(peer, ['TIMEOUT', 'a'], 300);
    },
  },
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
    id: 'S4.ctl-rounds',
    title: 'TTL rounds up, so that it is never 0 while the session lives; AGE and TLA round down',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 10]);
      await harness.advance(9500);
      await expectReply(peer, ['CTL', 'a', 'TTL'], 1);
      await expectReply(peer, ['CTL', 'a', 'AGE'], 9);
      await expectReply(peer, ['CTL', 'a', 'TLA'], 9);
    },
  },
  {
    id: 'S4.ctl-times',
    title: 'CTIME is when the session was made, AGE how long ago, TLA since the last access',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 0]);
      const made = Math.floor(harness.nowMs() / 1000);
      await harness.advance(100_000);
      await expectReply(peer, ['CTL', 'a', 'TOUCH'], 1);
      await harness.advance(23_000);
      await expectReply(peer, ['CTL', 'a', 'CTIME'], made);
      await expectReply(peer, ['CTL', 'a', 'AGE'], 123);
      await expectReply(peer, ['CTL', 'a', 'TLA'], 23);
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
