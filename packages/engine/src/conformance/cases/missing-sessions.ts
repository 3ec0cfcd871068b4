// Section 2: what each command answers when there is no session.
import { type Expected, expectOk, expectReply, refused, takeLock, type Words } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

const answers: readonly (readonly [slug: string, words: Words, expected: Expected])[] = [
  ['dataget', ['DATAGET', 'none'], null],
  ['dataget-rev', ['DATAGET', 'none', 'REV'], [null, 0]],
  ['getall', ['GETALL', 'none'], refused('NOSESSION')],
  ['getval', ['GETVAL', 'none', 'n'], refused('NOSESSION')],
  ['getval-default', ['GETVAL', 'none', 'n', 'default'], refused('NOSESSION')],
  ['setval', ['SETVAL', 'none', 'n', 'v'], refused('NOSESSION')],
  ['setval-key', ['SETVAL', 'none', 'KEY', 1, 'VARS', 1, 'n', 'v'], refused('NOSESSION')],
  ['delval', ['DELVAL', 'none', 'n'], refused('NOSESSION')],
  ['delval-key', ['DELVAL', 'none', 'KEY', 1, 'UNSET', 1, 'n'], refused('NOSESSION')],
  ['inc', ['INC', 'none', 'n'], refused('NOSESSION')],
  ['add', ['ADD', 'none', 'n', 5], refused('NOSESSION')],
  ['muldiv', ['MULDIV', 'none', 'n', 2, 3], refused('NOSESSION')],
  ['timeout', ['TIMEOUT', 'none'], refused('NOSESSION')],
  ['timeout-set', ['TIMEOUT', 'none', 60], refused('NOSESSION')],
  ['rename', ['RENAME', 'none', 'new'], refused('NOSESSION')],
  ['copy', ['COPY', 'none', 'new'], refused('NOSESSION')],
  ['drop', ['DROP', 'none'], refused('NOSESSION')],
  ['drop-key', ['DROP', 'none', 'KEY', 1], refused('NOSESSION')],
  ['getobject', ['GETOBJECT', 'none'], refused('NOSESSION')],
  ['subnew', ['SUBNEW', 'none'], refused('NOSESSION')],
  ['sublist', ['SUBLIST', 'none'], refused('NOSESSION')],
  ['slock', ['SLOCK', 'none'], refused('NOSESSION')],
  ['slock-wait', ['SLOCK', 'none', 'WAIT', 1000], refused('NOSESSION')],
  ['sunlock', ['SUNLOCK', 'none', 1], refused('NOSESSION')],
  ['sunlock-data', ['SUNLOCK', 'none', 1, 'DATA', 'd'], refused('NOSESSION')],
  ['sextend', ['SEXTEND', 'none', 1, 'LEASE', 1000], refused('NOSESSION')],
  ['locks', ['LOCKS', 'none'], []],
  ['ctl-exist', ['CTL', 'none', 'EXIST'], 0],
  ['ctl-ttl', ['CTL', 'none', 'TTL'], refused('NOSESSION')],
  ['ctl-age', ['CTL', 'none', 'AGE'], refused('NOSESSION')],
  ['ctl-tla', ['CTL', 'none', 'TLA'], refused('NOSESSION')],
  ['ctl-ctime', ['CTL', 'none', 'CTIME'], refused('NOSESSION')],
  ['ctl-touch', ['CTL', 'none', 'TOUCH'], refused('NOSESSION')],
  ['ctl-rev', ['CTL', 'none', 'REV'], refused('NOSESSION')],
  ['ctl-lock', ['CTL', 'none', 'LOCK'], refused('NOSESSION')],
];

const neverThere: readonly ConformanceCase[] = answers.map(([slug, words, expected]) => ({
  id: `S2.missing.${slug}`,
  title: `${words.join(' ')} on a session that never was`,
  async run(harness) {
    const peer = await harness.connect();
    await expectReply(peer, words, expected);
    await expectReply(peer, ['CTL', 'none', 'EXIST'], 0);
    await expectReply(peer, ['COUNT'], 0);
  },
}));

export const missingSessionCases: readonly ConformanceCase[] = [
  ...neverThere,
  {
    id: 'S2.expired-is-missing',
    title: 'every command answers for an expired session as for one that never was',
    async run(harness) {
      const peer = await harness.connect();
      for (const [, words, expected] of answers) {
        await expectOk(peer, ['CREATE', 'none', 'DATA', 'd', 'TIMEOUT', 10], ['SETVAL', 'none', 'n', '1']);
        await harness.advance(10_001);
        await expectReply(peer, words, expected);
      }
    },
  },
  {
    id: 'S2.dropped-is-missing',
    title: 'every command answers for a dropped session as for one that never was',
    async run(harness) {
      const peer = await harness.connect();
      for (const [, words, expected] of answers) {
        await expectOk(peer, ['CREATE', 'none', 'DATA', 'd'], ['SETVAL', 'none', 'n', '1']);
        await expectReply(peer, ['DROP', 'none'], 1);
        await expectReply(peer, words, expected);
      }
    },
  },
  {
    id: 'S2.now-always-answers',
    title: 'CTL NOW is the clock, in seconds since 1970, whatever the session',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['CTL', 'none', 'NOW'], Math.floor(harness.nowMs() / 1000));
      await harness.advance(5000);
      await expectReply(peer, ['CTL', 'globals', 'NOW'], Math.floor(harness.nowMs() / 1000));
    },
  },
  {
    id: 'S2.ctl-of-a-session-that-never-expires',
    title: 'TTL is -1',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 0]);
      await expectReply(peer, ['CTL', 'a', 'TTL'], -1);
    },
  },
  {
    id: 'S2.ctl-lock-counts-down',
    title: 'LOCK is what is left of the lease in milliseconds, 0 when the lock is free',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 0);
      await takeLock(peer, 'a', 'LEASE', 5000);
      await harness.advance(1500);
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 3500);
      await harness.advance(3500);
      await expectReply(peer, ['CTL', 'a', 'LOCK'], 0);
    },
  },
];
