// Section 4: how long a session lives, and what CTL tells of its times.
import assert from 'node:assert/strict';
import { expectOk, expectReply, integerOf, takeLock, textOf, textsOf } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const timeoutCases: readonly ConformanceCase[] = [
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
];
