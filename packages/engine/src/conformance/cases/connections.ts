// Section 10, as far as an engine can show it: long replies, long requests, many callers.
import assert from 'node:assert/strict';
import { entries, expectOk, expectReply, textsOf } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const connectionCases: readonly ConformanceCase[] = [
  {
    id: 'S10.list-without-cursor-is-whole',
    title: 'LIST without CURSOR answers two thousand ids in one reply',
    async run(harness) {
      const peer = await harness.connect();
      const ids = Array.from({ length: 2000 }, (_, i) => `session-${i}`);
      await Promise.all(ids.map((id) => peer.call('CREATE', id)));
      assert.deepEqual(await textsOf(peer, 'LIST'), ids, 'all ids in order of creation');
    },
  },
  {
    id: 'S10.replies-come-in-order',
    title: 'calls made without waiting are answered each with its own reply',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const replies = await Promise.all(Array.from({ length: 500 }, () => peer.call('INC', 'a', 'n')));
      assert.deepEqual(
        replies.map(String),
        Array.from({ length: 500 }, (_, i) => String(i + 1)),
        'in order',
      );
    },
  },
  {
    id: 'S10.many-callers',
    title: 'a hundred connections work side by side',
    async run(harness) {
      const peers = await Promise.all(Array.from({ length: 100 }, () => harness.connect()));
      await Promise.all(peers.map((peer, i) => peer.call('CREATE', `c-${i}`, 'DATA', `d-${i}`)));
      await Promise.all(peers.map((peer, i) => expectReply(peer, ['DATAGET', `c-${99 - i}`], `d-${99 - i}`)));
    },
  },
  {
    id: 'S10.a-large-value',
    title: 'a megabyte in and out again',
    async run(harness) {
      const peer = await harness.connect();
      const large = Buffer.alloc(1024 * 1024, 'msession\r\n');
      await expectOk(peer, ['DATASET', 'a', large, 'VARS', 1, 'n', large]);
      await expectReply(peer, ['DATAGET', 'a'], large);
      await expectReply(peer, ['GETALL', 'a'], entries(['n', large]));
    },
  },
];
