// Section 1: the built-in session `globals`.
import { entries, expectOk, expectReply, refused, takeLock } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

const century = 100 * 365 * 86_400;

export const globalsCases: readonly ConformanceCase[] = [
  {
    id: 'S1.globals-always-exists',
    title: 'globals is there from the start, without variables',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['CTL', 'globals', 'EXIST'], 1);
      await expectReply(peer, ['GETALL', 'globals'], entries());
      await expectReply(peer, ['CREATE', 'globals'], refused('DUPSESSION'));
    },
  },
  {
    id: 'S1.globals-counts',
    title: 'INC on globals counts, for everyone',
    async run(harness) {
      const one = await harness.connect();
      const other = await harness.connect();
      await expectReply(one, ['INC', 'globals', 'counter'], '1');
      await expectReply(other, ['INC', 'globals', 'counter'], '2');
      await expectReply(one, ['GETVAL', 'globals', 'counter'], '2');
    },
  },
  {
    id: 'S1.globals-is-not-dropped',
    title: 'DROP answers ERR and changes nothing',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['SETVAL', 'globals', 'n', 'v']);
      await expectReply(peer, ['DROP', 'globals'], refused('ERR'));
      await expectReply(peer, ['GETVAL', 'globals', 'n'], 'v');
    },
  },
  {
    id: 'S1.globals-is-not-renamed',
    title: 'RENAME of globals is ERR, to globals DUPSESSION',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['RENAME', 'globals', 'b'], refused('ERR'));
      await expectReply(peer, ['RENAME', 'a', 'globals'], refused('DUPSESSION'));
      await expectReply(peer, ['COPY', 'a', 'globals'], refused('DUPSESSION'));
      await expectReply(peer, ['LIST'], ['a']);
    },
  },
  {
    id: 'S1.globals-has-no-timeout',
    title: 'TIMEOUT answers ERR, with and without seconds',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['TIMEOUT', 'globals'], refused('ERR'));
      await expectReply(peer, ['TIMEOUT', 'globals', 5], refused('ERR'));
      await expectReply(peer, ['DATASET', 'globals', 'd', 'TIMEOUT', 5], refused('ERR'));
      await expectReply(peer, ['DATAGET', 'globals'], null);
      const key = await takeLock(peer, 'globals');
      await expectReply(peer, ['SUNLOCK', 'globals', key, 'TIMEOUT', 5], refused('ERR'));
      await expectReply(peer, ['SUNLOCK', 'globals', key], 1);
      await expectReply(peer, ['CTL', 'globals', 'TTL'], -1);
    },
  },
  {
    id: 'S1.globals-never-expires',
    title: 'a century later its variables are still there',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['SETVAL', 'globals', 'n', 'v']);
      await harness.advance(century * 1000);
      await expectReply(peer, ['GETVAL', 'globals', 'n'], 'v');
    },
  },
  {
    id: 'S1.globals-stays-when-flushed',
    title: 'FLUSH passes globals by',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['SETVAL', 'globals', 'n', 'v'], ['CREATE', 'a']);
      await harness.advance(5000);
      await expectReply(peer, ['FLUSH', 0], 1);
      await expectReply(peer, ['GETVAL', 'globals', 'n'], 'v');
    },
  },
  {
    id: 'S1.globals-is-not-found',
    title: 'COUNT, LIST, FIND, LISTVAR and DROPWHERE pass globals by',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['SETVAL', 'globals', 'n', 'v']);
      await expectReply(peer, ['COUNT'], 0);
      await expectReply(peer, ['LIST'], []);
      await expectReply(peer, ['FIND', 'n', 'v'], []);
      await expectReply(peer, ['LISTVAR', 'n'], entries());
      await expectReply(peer, ['DROPWHERE', 'n', 'v'], 0);
      await expectReply(peer, ['GETVAL', 'globals', 'n'], 'v');
    },
  },
  {
    id: 'S1.globals-holds-data-and-a-lock',
    title: 'DATASET, DATAGET and SLOCK work on globals as on others',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'globals', 'd', 'XX']);
      await expectReply(peer, ['DATASET', 'globals', 'e', 'NX'], null);
      const key = await takeLock(peer, 'globals');
      await expectReply(peer, ['SUNLOCK', 'globals', key, 'DATA', 'f'], 1);
      await expectReply(peer, ['DATAGET', 'globals'], 'f');
    },
  },
];
