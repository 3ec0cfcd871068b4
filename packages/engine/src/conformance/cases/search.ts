// Section 7: FIND, LISTVAR, DROPWHERE, COUNT and LIST, which speak of all sessions at one moment.
import assert from 'node:assert/strict';
import { type ReplyValue, replyText } from '@msession/protocol';
import { entries, expectOk, expectReply, refused, takeLock, textOf, textsOf } from '../expectations.js';
import type { ConformanceCase, ConformancePeer } from '../harness.js';

/** All ids that a listing by pages answers, and how many pages it took. */
async function pagesOf(
  peer: ConformancePeer,
  options: readonly (string | number)[],
  between: (page: number) => Promise<unknown> = async () => undefined,
): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let cursor = '0';
  let pages = 0;
  do {
    const reply = await peer.call('LIST', 'CURSOR', cursor, ...options);
    assert.ok(Array.isArray(reply) && reply.length === 2, 'LIST CURSOR answers a cursor and a page');
    const [next, page] = reply as readonly ReplyValue[];
    assert.ok(Array.isArray(page), 'a page is an array of ids');
    ids.push(...page.map((id: ReplyValue) => replyText(id) ?? ''));
    cursor = replyText(next) ?? '';
    pages++;
    assert.ok(pages < 10_000, 'a listing must come to its end');
    await between(pages);
  } while (cursor !== '0');
  return { ids, pages };
}

async function make(peer: ConformancePeer, count: number, prefix = 'id'): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(4, '0')}`);
  await Promise.all(ids.map((id) => peer.call('CREATE', id)));
  return ids;
}

export const searchCases: readonly ConformanceCase[] = [
  {
    id: 'S7.find-in-order-of-creation',
    title: 'FIND answers ids in the order in which the sessions were made, not the variables',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'c'], ['CREATE', 'a'], ['CREATE', 'b']);
      for (const id of ['b', 'a', 'c']) await expectOk(peer, ['SETVAL', id, 'user', 'ada']);
      await expectReply(peer, ['FIND', 'user', 'ada'], ['c', 'a', 'b']);
      await expectOk(peer, ['SETVAL', 'c', 'user', 'bob'], ['SETVAL', 'c', 'user', 'ada']);
      await expectReply(peer, ['FIND', 'user', 'ada'], ['c', 'a', 'b']);
    },
  },
  {
    id: 'S7.find-compares-whole-values',
    title: 'a value is found whole: no prefix, no other case, no other form of a number',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'n', '10']);
      for (const value of ['1', '100', '10 ', '10.0', '']) await expectReply(peer, ['FIND', 'n', value], []);
      await expectReply(peer, ['FIND', 'n', '10'], ['a']);
      await expectReply(peer, ['FIND', 'N', '10'], []);
    },
  },
  {
    id: 'S7.find-long-values',
    title: 'long values that differ in their last byte are told apart',
    async run(harness) {
      const peer = await harness.connect();
      const long = 'v'.repeat(5000);
      await expectOk(
        peer,
        ['CREATE', 'a'],
        ['CREATE', 'b'],
        ['SETVAL', 'a', 'n', `${long}1`],
        ['SETVAL', 'b', 'n', `${long}2`],
      );
      await expectReply(peer, ['FIND', 'n', `${long}1`], ['a']);
      await expectReply(peer, ['FIND', 'n', `${long}2`], ['b']);
      await expectReply(peer, ['FIND', 'n', long], []);
    },
  },
  {
    id: 'S7.find-is-exact-before-and-after',
    title: 'what was set before the first search on a name is found, and what is set after it',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'n', '1'], ['CREATE', 'b']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
      await expectOk(peer, ['SETVAL', 'b', 'n', '1']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a', 'b']);
      await expectOk(peer, ['DATASET', 'c', 'd', 'VARS', 1, 'n', '1']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a', 'b', 'c']);
    },
  },
  {
    id: 'S7.find-after-every-write',
    title: 'FIND and LISTVAR are exact after overwriting, DELVAL, arithmetic, COPY, RENAME, CLONE and DROP',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['FIND', 'n', '1'], []);
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'n', '1']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
      await expectOk(peer, ['SETVAL', 'a', 'n', '2']);
      await expectReply(peer, ['FIND', 'n', '1'], []);
      await expectReply(peer, ['FIND', 'n', '2'], ['a']);
      await expectReply(peer, ['INC', 'a', 'n'], '3');
      await expectReply(peer, ['FIND', 'n', '2'], []);
      await expectReply(peer, ['FIND', 'n', '3'], ['a']);
      await expectOk(peer, ['COPY', 'a', 'b']);
      await expectReply(peer, ['FIND', 'n', '3'], ['a', 'b']);
      await expectOk(peer, ['RENAME', 'a', 'z']);
      await expectReply(peer, ['FIND', 'n', '3'], ['z', 'b']);
      await expectReply(peer, ['LISTVAR', 'n'], entries(['z', '3'], ['b', '3']));
      await expectOk(peer, ['CREATE', 'b/s'], ['SETVAL', 'b/s', 'n', '3']);
      const sub = await textOf(peer, 'SUBNEW', 'b', 'CLONE', 's');
      await expectReply(peer, ['FIND', 'n', '3'], ['z', 'b', 'b/s', `b/${sub}`]);
      await expectReply(peer, ['DELVAL', 'z', 'n'], 1);
      await expectReply(peer, ['FIND', 'n', '3'], ['b', 'b/s', `b/${sub}`]);
      await expectReply(peer, ['DROP', 'b'], 1);
      await expectReply(peer, ['FIND', 'n', '3'], []);
      await expectReply(peer, ['LISTVAR', 'n'], entries());
    },
  },
  {
    id: 'S7.find-after-expiry',
    title: 'an expired session is not found; a session of the same id, without the variable, neither',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 10], ['SETVAL', 'a', 'n', '1']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
      await harness.advance(10_001);
      await expectReply(peer, ['FIND', 'n', '1'], []);
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['FIND', 'n', '1'], []);
    },
  },
  {
    id: 'S7.find-after-flush',
    title: 'a flushed session is not found',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'TIMEOUT', 0], ['SETVAL', 'a', 'n', '1']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
      await harness.advance(1000);
      await expectReply(peer, ['FLUSH', 1], 1);
      await expectReply(peer, ['FIND', 'n', '1'], []);
    },
  },
  {
    id: 'S7.find-refused-writes',
    title: 'a write that was refused leaves no trace in the index',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd'], ['SETVAL', 'a', 'n', '1']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
      await expectReply(peer, ['SETVAL', 'a', 'KEY', 1, 'VARS', 1, 'n', '2'], refused('NOWLOCK'));
      await expectReply(peer, ['DATASET', 'a', 'e', 'IFREV', 1, 'VARS', 1, 'n', '2'], refused('STALE'));
      await expectReply(peer, ['DATASET', 'a', 'e', 'NX', 'UNSET', 1, 'n'], null);
      await expectReply(peer, ['FIND', 'n', '2'], []);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
    },
  },
  {
    id: 'S7.find-does-not-see-the-reserved',
    title: 'a reserved id is in no search until something is written',
    async run(harness) {
      const peer = await harness.connect();
      const key = await takeLock(peer, 'a', 'CREATE');
      await expectReply(peer, ['LISTVAR', 'n'], entries());
      await expectReply(peer, ['SUNLOCK', 'a', key, 'VARS', 1, 'n', '1'], 1);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
    },
  },
  {
    id: 'S7.find-many',
    title: 'among three hundred sessions exactly the ten are found',
    async run(harness) {
      const peer = await harness.connect();
      const ids = await make(peer, 300);
      await Promise.all(ids.map((id, i) => peer.call('SETVAL', id, 'group', String(i % 30))));
      const expected = ids.filter((_, i) => i % 30 === 7);
      await expectReply(peer, ['FIND', 'group', '7'], expected);
      await peer.call('DROP', expected[0] ?? '');
      await expectReply(peer, ['FIND', 'group', '7'], expected.slice(1));
    },
  },
  {
    id: 'S7.listvar',
    title: 'LISTVAR answers all sessions that have the variable with its value, in order of creation',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'b'],
        ['CREATE', 'a'],
        ['CREATE', 'c'],
        ['SETVAL', 'a', 'n', '1'],
        ['SETVAL', 'b', 'n', ''],
      );
      await expectReply(peer, ['LISTVAR', 'n'], entries(['b', ''], ['a', '1']));
      await expectReply(peer, ['LISTVAR', 'none'], entries());
    },
  },
  {
    id: 'S7.dropwhere',
    title: 'DROPWHERE destroys what matches and answers how many',
    async run(harness) {
      const peer = await harness.connect();
      for (const [id, user] of [
        ['a', 'ada'],
        ['b', 'bob'],
        ['c', 'ada'],
      ] as const) {
        await expectOk(peer, ['CREATE', id], ['SETVAL', id, 'user', user]);
      }
      await expectReply(peer, ['DROPWHERE', 'user', 'eve'], 0);
      await expectReply(peer, ['DROPWHERE', 'user', 'ada'], 2);
      await expectReply(peer, ['DROPWHERE', 'user', 'ada'], 0);
      await expectReply(peer, ['LIST'], ['b']);
    },
  },
  {
    id: 'S7.dropwhere-except-one-that-does-not-match',
    title: 'EXCEPT with an id that does not match, or is not there, changes nothing',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'user', 'ada'], ['CREATE', 'b']);
      await expectReply(peer, ['DROPWHERE', 'user', 'ada', 'EXCEPT', 'none'], 1);
      await expectReply(peer, ['LIST'], ['b']);
    },
  },
  {
    id: 'S7.count-is-exact',
    title: 'COUNT follows CREATE, DATASET, UNIQ, COPY, RENAME, DROP and expiry',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['COUNT'], 0);
      await expectOk(
        peer,
        ['CREATE', 'a', 'TIMEOUT', 10],
        ['DATASET', 'b', 'd'],
        ['DATASET', 'b', 'e'],
        ['COPY', 'b', 'c'],
      );
      await textOf(peer, 'UNIQ', 20);
      await expectReply(peer, ['COUNT'], 4);
      await expectOk(peer, ['RENAME', 'c', 'd']);
      await expectReply(peer, ['COUNT'], 4);
      await expectReply(peer, ['DROP', 'd'], 1);
      await expectReply(peer, ['COUNT'], 3);
      await harness.advance(10_001);
      await expectReply(peer, ['COUNT'], 2);
    },
  },
  {
    id: 'S7.list-all',
    title: 'LIST answers all ids, in order of creation',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['LIST'], []);
      await expectOk(peer, ['CREATE', 'c'], ['CREATE', 'a'], ['CREATE', 'b']);
      await expectReply(peer, ['LIST'], ['c', 'a', 'b']);
    },
  },
  {
    id: 'S7.list-by-pages',
    title: 'with CURSOR every session comes exactly once while nothing changes, COUNT about so many a page',
    async run(harness) {
      const peer = await harness.connect();
      const ids = await make(peer, 250);
      const byDefault = await pagesOf(peer, []);
      assert.deepEqual([...byDefault.ids].sort(), ids, 'pages of the default size');
      const byTen = await pagesOf(peer, ['COUNT', 10]);
      assert.deepEqual([...byTen.ids].sort(), ids, 'pages of ten');
      assert.ok(byTen.pages > byDefault.pages, 'smaller pages are more pages');
      assert.deepEqual([...(await pagesOf(peer, ['COUNT', 100_000])).ids].sort(), ids, 'one page');
    },
  },
  {
    id: 'S7.list-of-nothing-by-pages',
    title: 'with no session the first page is empty and the last',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['LIST', 'CURSOR', 0], ['0', []]);
    },
  },
  {
    id: 'S7.list-while-sessions-come-and-go',
    title: 'a session that lives through the whole listing is listed at least once',
    async run(harness) {
      const peer = await harness.connect();
      const ids = await make(peer, 200);
      const { ids: listed } = await pagesOf(peer, ['COUNT', 7], async (page) => {
        await peer.call('DROP', ids[page * 3] ?? 'none');
        await peer.call('DROP', ids[199 - page * 2] ?? 'none');
        for (let i = 0; i < 20 && page < 20; i++) await peer.call('CREATE', `new-${page}-${i}`);
      });
      const seen = new Set(listed);
      const survivors = (await textsOf(peer, 'LIST')).filter((id) => id.startsWith('id-'));
      assert.ok(survivors.length > 50, 'many lived through');
      assert.deepEqual(
        survivors.filter((id) => !seen.has(id)),
        [],
        'none that lived through was left out',
      );
    },
  },
  {
    id: 'S7.list-while-everything-goes',
    title: 'a listing goes on and ends when all its sessions were dropped meanwhile',
    async run(harness) {
      const peer = await harness.connect();
      await make(peer, 50);
      const { ids } = await pagesOf(peer, ['COUNT', 5], async (page) => {
        if (page === 1) await peer.call('FLUSH', 0);
      });
      assert.ok(ids.length < 50, 'what went is not listed');
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S7.list-match',
    title: 'MATCH knows *, ?, sets, ranges and the backslash',
    async run(harness) {
      const peer = await harness.connect();
      const ids = ['visit-1', 'visit-2', 'visit-10', 'other', 'a*b', 'axb', 'a[b', 'a\\b'];
      for (const id of ids) await expectOk(peer, ['CREATE', id]);
      const patterns: readonly (readonly [string, readonly string[]])[] = [
        ['*', ids],
        ['visit-*', ['visit-1', 'visit-2', 'visit-10']],
        ['visit-?', ['visit-1', 'visit-2']],
        ['visit-[2-9]', ['visit-2']],
        ['visit-[12]', ['visit-1', 'visit-2']],
        ['visit-[^1]', ['visit-2']],
        ['*-1*', ['visit-1', 'visit-10']],
        ['*t*e*', ['other']],
        ['a\\*b', ['a*b']],
        ['a?b', ['a*b', 'axb', 'a[b', 'a\\b']],
        ['a[*x]b', ['a*b', 'axb']],
        ['a\\[b', ['a[b']],
        ['a\\\\b', ['a\\b']],
        ['visit', []],
        ['', []],
        ['VISIT-1', []],
        ['.*', []],
      ];
      for (const [pattern, expected] of patterns) {
        await expectReply(peer, ['LIST', 'MATCH', pattern], expected);
        const byPages = await pagesOf(peer, ['MATCH', pattern, 'COUNT', 2]);
        assert.deepEqual([...byPages.ids].sort(), [...expected].sort(), `pages of ${pattern}`);
      }
    },
  },
  {
    id: 'S7.list-match-many-stars',
    title: 'a pattern of many stars is answered, without a match',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'.repeat(250)]);
      await expectReply(peer, ['LIST', 'MATCH', `${'a*'.repeat(12)}b`], []);
    },
  },
];
