// Section 3: the shapes of replies in RESP3 and RESP2, and what is wrong with a request.
import assert from 'node:assert/strict';
import { ReplyError, ReplyMap } from '@msession/protocol';
import {
  assertReply,
  entries,
  expectOk,
  expectReply,
  integerOf,
  recordsOf,
  refused,
  takeLock,
  textOf,
  type Words,
  waitersArrive,
} from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

const malformed: readonly (readonly [slug: string, words: Words])[] = [
  ['create-without-id', ['CREATE']],
  ['create-with-an-unknown-option', ['CREATE', 'a', 'COLOUR', 'red']],
  ['create-with-an-option-twice', ['CREATE', 'a', 'CLASS', 'x', 'CLASS', 'y']],
  ['create-with-an-option-cut-short', ['CREATE', 'a', 'TIMEOUT']],
  ['create-with-a-timeout-that-is-none', ['CREATE', 'a', 'TIMEOUT', 'soon']],
  ['setval-with-a-name-without-value', ['SETVAL', 'there', 'n']],
  ['setval-with-nothing', ['SETVAL', 'there']],
  ['getval-with-too-much', ['GETVAL', 'there', 'n', 'default', 'more']],
  ['delval-with-nothing', ['DELVAL', 'there']],
  ['inc-without-a-name', ['INC', 'there']],
  ['add-without-a-number', ['ADD', 'there', 'n']],
  ['dataset-without-data', ['DATASET', 'there']],
  ['dataset-with-vars-cut-short', ['DATASET', 'there', 'd', 'VARS', 2, 'n', 'v', 'm']],
  ['dataset-with-no-count', ['DATASET', 'there', 'd', 'VARS', 'n', 'v']],
  ['dataset-with-a-count-of-0', ['DATASET', 'there', 'd', 'UNSET', 0]],
  ['dataset-with-xx-and-nx', ['DATASET', 'there', 'd', 'XX', 'NX']],
  ['dataset-with-a-negative-ifrev', ['DATASET', 'there', 'd', 'IFREV', -1]],
  ['slock-with-a-lease-of-0', ['SLOCK', 'there', 'LEASE', 0]],
  ['slock-with-a-negative-wait', ['SLOCK', 'there', 'WAIT', -1]],
  ['slock-with-a-lease-of-more-than-a-day', ['SLOCK', 'there', 'LEASE', 86_400_001]],
  ['sunlock-without-key', ['SUNLOCK', 'there']],
  ['sunlock-with-a-key-that-is-none', ['SUNLOCK', 'there', 'mine']],
  ['sextend-without-lease', ['SEXTEND', 'there', 1]],
  ['ctl-with-an-unknown-word', ['CTL', 'there', 'COLOUR']],
  ['ctl-without-word', ['CTL', 'there']],
  ['count-with-an-argument', ['COUNT', 'all']],
  ['list-with-a-cursor-that-is-none', ['LIST', 'CURSOR', 'start']],
  ['list-with-pages-of-0', ['LIST', 'CURSOR', 0, 'COUNT', 0]],
  ['find-without-value', ['FIND', 'n']],
  ['dropwhere-without-value', ['DROPWHERE', 'n']],
  ['uniq-of-0', ['UNIQ', 0]],
  ['uniq-of-256', ['UNIQ', 256]],
  ['randstr-of-0', ['RANDSTR', 0]],
  ['flush-of-less-than-0', ['FLUSH', -1]],
  ['flush-without-seconds', ['FLUSH']],
  ['timeout-with-a-fraction', ['TIMEOUT', 'there', '1.5']],
  ['timeout-beyond-2-to-the-53', ['TIMEOUT', 'there', '9007199254740993']],
];

export const replyCases: readonly ConformanceCase[] = [
  {
    id: 'S3.getall-is-a-map',
    title: 'GETALL is a map in RESP3',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      const reply = await peer.call('GETALL', 'a');
      assert.ok(reply instanceof ReplyMap, 'GETALL must be a map in RESP3');
      assertReply(reply, entries(['x', '1'], ['y', '2']), 'GETALL');
    },
  },
  {
    id: 'S3.getall-is-flat-in-resp2',
    title: 'GETALL is name, value, name, value in RESP2',
    needs: ['resp2'],
    async run(harness) {
      const peer = await harness.connect({ protocol: 2 });
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      await expectReply(peer, ['GETALL', 'a'], ['x', '1', 'y', '2']);
    },
  },
  {
    id: 'S3.listvar-is-a-map',
    title: 'LISTVAR is a map of id and value in RESP3',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1']);
      const reply = await peer.call('LISTVAR', 'x');
      assert.ok(reply instanceof ReplyMap, 'LISTVAR must be a map in RESP3');
      assertReply(reply, entries(['a', '1']), 'LISTVAR');
    },
  },
  {
    id: 'S3.listvar-is-flat-in-resp2',
    title: 'LISTVAR is id, value, id, value in RESP2',
    needs: ['resp2'],
    async run(harness) {
      const peer = await harness.connect({ protocol: 2 });
      await expectOk(peer, ['CREATE', 'a'], ['CREATE', 'b'], ['SETVAL', 'a', 'x', '1'], ['SETVAL', 'b', 'x', '2']);
      await expectReply(peer, ['LISTVAR', 'x'], ['a', '1', 'b', '2']);
    },
  },
  {
    id: 'S3.getobject',
    title: 'GETOBJECT: class, data, rev, vars, the last a nested map',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'CLASS', 'shop', 'DATA', 'd'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      const reply = await peer.call('GETOBJECT', 'a');
      assert.ok(reply instanceof ReplyMap && reply.get('vars') instanceof ReplyMap, 'maps in RESP3');
      const variables = entries(['x', '1'], ['y', '2']);
      assertReply(
        reply,
        entries(['class', 'shop'], ['data', 'd'], ['rev', revision], ['vars', variables]),
        'GETOBJECT',
      );
    },
  },
  {
    id: 'S3.getobject-in-resp2',
    title: 'GETOBJECT is flat in RESP2, with a flat array for the variables',
    needs: ['resp2'],
    async run(harness) {
      const peer = await harness.connect({ protocol: 2 });
      await expectOk(peer, ['CREATE', 'a', 'CLASS', 'shop'], ['SETVAL', 'a', 'x', '1']);
      await expectReply(peer, ['GETOBJECT', 'a'], ['class', 'shop', 'data', null, 'rev', 0, 'vars', ['x', '1']]);
    },
  },
  {
    id: 'S3.getobject-of-a-bare-session',
    title: 'no class is empty, no data null, no revision 0',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(
        peer,
        ['GETOBJECT', 'a'],
        entries(['class', ''], ['data', null], ['rev', 0], ['vars', entries()]),
      );
    },
  },
  {
    id: 'S3.slock-data',
    title: 'SLOCK DATA answers [key, data]',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      const reply = await peer.call('SLOCK', 'a', 'DATA');
      assert.ok(Array.isArray(reply) && typeof reply[0] === 'number', 'the key is an integer');
      assertReply(reply, [reply[0] as number, 'd'], 'SLOCK DATA');
    },
  },
  {
    id: 'S3.slock-data-without-data',
    title: 'data is null where there is none',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      const reply = await peer.call('SLOCK', 'a', 'DATA');
      assert.ok(Array.isArray(reply) && typeof reply[0] === 'number', 'the key is an integer');
      assertReply(reply, [reply[0] as number, null], 'SLOCK DATA');
    },
  },
  {
    id: 'S3.keys-and-revisions-are-integers',
    title: 'keys and revisions are integers below 2^53',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      for (const value of [await integerOf(peer, 'SLOCK', 'a'), await integerOf(peer, 'CTL', 'a', 'REV')]) {
        assert.ok(Number.isSafeInteger(value) && value > 0, `${value} must be a positive integer below 2^53`);
      }
    },
  },
  {
    id: 'S3.dataget-rev',
    title: 'DATAGET REV answers [data, revision], also where there is no data yet',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['DATAGET', 'a', 'REV'], [null, 0]);
      await expectOk(peer, ['DATASET', 'a', 'd']);
      await expectReply(peer, ['DATAGET', 'a', 'REV'], ['d', await integerOf(peer, 'CTL', 'a', 'REV')]);
    },
  },
  {
    id: 'S3.nulls-in-resp2',
    title: 'RESP2 has the same nulls',
    needs: ['resp2'],
    async run(harness) {
      const peer = await harness.connect({ protocol: 2 });
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['DATAGET', 'a'], null);
      await expectReply(peer, ['DATAGET', 'none', 'REV'], [null, 0]);
      await expectReply(peer, ['GETVAL', 'a', 'n'], null);
      await expectReply(peer, ['DATASET', 'a', 'd', 'NX'], null);
    },
  },
  {
    id: 'S3.locks-records',
    title: 'LOCKS answers maps that say who holds, since when, until when, with which note, and who waits',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ showIds: true });
      const peer = await harness.connect();
      const waiting = await harness.connect();
      await expectReply(peer, ['LOCKS'], []);
      await expectOk(peer, ['CREATE', 'a']);
      const since = harness.nowMs();
      const key = await takeLock(peer, 'a', 'LEASE', 5000, 'BIND', 'NOTE', 'web1 42 /page');
      await harness.advance(100);
      const waited = waiting.call('SLOCK', 'a', 'WAIT', 1000, 'NOTE', 'web2');
      await waitersArrive(harness, 'a', 1);
      const [record, ...others] = recordsOf(await peer.call('LOCKS'));
      assert.ok(record !== undefined && others.length === 0, 'one lock is held');
      const names = ['id', 'key', 'connection', 'bound', 'note', 'sinceMs', 'untilMs', 'waiters'];
      assert.deepEqual([...record.keys()], names, 'the fields of a lock');
      assertReply(record.get('id'), 'a', 'id');
      assertReply(record.get('key'), key, 'key');
      assertReply(record.get('bound'), 1, 'bound');
      assertReply(record.get('note'), 'web1 42 /page', 'note');
      assertReply(record.get('sinceMs'), Math.floor(since), 'sinceMs');
      assertReply(record.get('untilMs'), Math.floor(since + 5000), 'untilMs');
      const [waiter, ...more] = recordsOf(record.get('waiters'));
      assert.ok(waiter !== undefined && more.length === 0, 'one request waits');
      assert.deepEqual([...waiter.keys()], ['connection', 'note', 'sinceMs', 'untilMs'], 'the fields of a waiter');
      assertReply(waiter.get('note'), 'web2', 'note of the waiter');
      assertReply(waiter.get('untilMs'), Math.floor(since + 1100), 'untilMs of the waiter');
      assert.notEqual(waiter.get('connection'), record.get('connection'), 'two connections have two numbers');
      await expectReply(peer, ['SUNLOCK', 'a', key], 1);
      await waited;
    },
  },
  {
    id: 'S3.errors-leave-the-connection',
    title: 'a refused command does not disturb the next',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['GETVAL', 'a', 'n'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(peer, ['CREATE', 'a'], refused('DUPSESSION'));
      await expectReply(peer, ['COUNT'], 1);
    },
  },
  {
    id: 'S3.errors-tell-no-secrets',
    title: 'no id, value or data stands in the message of an error',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'secret-id', 'DATA', 'secret-data'],
        ['SETVAL', 'secret-id', 'n', 'secret-value'],
      );
      const commands: Words[] = [
        ['CREATE', 'secret-id'],
        ['INC', 'secret-id', 'n'],
        ['DATASET', 'secret-id', 'secret-data', 'IFREV', 1],
        ['SUNLOCK', 'secret-id', 1, 'DATA', 'secret-data'],
        ['GETVAL', 'secret-no-id', 'n'],
        ['RENAME', 'secret-id', 'secret-id/sub'],
      ];
      for (const words of commands) {
        const reply = await peer.call(...words);
        assert.ok(reply instanceof ReplyError, `${words[0]} must be refused`);
        assert.ok(!reply.message.includes('secret'), `the message of ${words[0]} tells: ${reply.message}`);
        assert.ok(reply.message.length > 0, `${words[0]} says what is wrong`);
      }
    },
  },
  {
    id: 'S3.words-in-any-case',
    title: 'options and words are read without regard to case',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['create', 'a', 'class', 'c', 'Data', 'd', 'timeout', 60]);
      await expectReply(peer, ['ctl', 'a', 'exist'], 1);
      await expectReply(peer, ['dataget', 'a'], 'd');
      await expectReply(peer, ['DataSet', 'a', 'e', 'nx'], null);
    },
  },
  {
    id: 'S3.options-in-any-order',
    title: 'options stand in any order behind the positions',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['DATASET', 'a', 'd', 'TIMEOUT', 50, 'VARS', 1, 'n', 'v', 'CLASS', 'c', 'NX']);
      await expectOk(peer, ['DATASET', 'b', 'd', 'NX', 'CLASS', 'c', 'VARS', 1, 'n', 'v', 'TIMEOUT', 50]);
      for (const id of ['a', 'b']) {
        await expectReply(peer, ['TIMEOUT', id], 50);
        await expectReply(peer, ['GETVAL', id, 'n'], 'v');
      }
    },
  },
  {
    id: 'S3.uniq-makes-a-session',
    title: 'UNIQ answers letters and digits of that length; the session is there with class, data and timeout',
    async run(harness) {
      const peer = await harness.connect();
      const id = await textOf(peer, 'UNIQ', 32, 'CLASS', 'c', 'DATA', 'd', 'TIMEOUT', 60);
      assert.match(id, /^[0-9A-Za-z]{32}$/, 'the id that UNIQ answered');
      await expectReply(peer, ['DATAGET', id], 'd');
      await expectReply(peer, ['TIMEOUT', id], 60);
      await expectReply(peer, ['LIST'], [id]);
      assert.match(await textOf(peer, 'UNIQ', 255), /^[0-9A-Za-z]{255}$/, 'the longest id');
    },
  },
  {
    id: 'S3.uniq-runs-out',
    title: 'UNIQ never answers an id that is taken; when all of a length are, it is ERR',
    async run(harness) {
      const peer = await harness.connect();
      const ids = new Set<string>();
      for (let i = 0; i < 62; i++) ids.add(await textOf(peer, 'UNIQ', 1));
      assert.equal(ids.size, 62, 'there are 62 ids of one letter or digit, and each comes once');
      await expectReply(peer, ['UNIQ', 1], refused('ERR'));
      await expectReply(peer, ['COUNT'], 62);
    },
  },
  {
    id: 'S3.randstr',
    title: 'RANDSTR answers letters and digits, other ones each time, and makes no session',
    async run(harness) {
      const peer = await harness.connect();
      const first = await textOf(peer, 'RANDSTR', 40);
      assert.match(first, /^[0-9A-Za-z]{40}$/, 'what RANDSTR answered');
      assert.notEqual(await textOf(peer, 'RANDSTR', 40), first, 'it is random');
      assert.equal((await textOf(peer, 'RANDSTR', 65_536)).length, 65_536, 'the longest');
      await expectReply(peer, ['RANDSTR', 65_537], refused('ERR'));
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S3.serialize',
    title: 'SERIALIZE answers OK',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SERIALIZE']);
      await expectReply(peer, ['CTL', 'a', 'EXIST'], 1);
    },
  },
  {
    id: 'S3.values-have-a-cap',
    title: 'a value or data above max-value-size is BADLEN and changes nothing',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ maxValueBytes: 1000 });
      const peer = await harness.connect();
      const longest = 'v'.repeat(1000);
      const longer = 'v'.repeat(1001);
      await expectOk(peer, ['CREATE', 'a', 'DATA', longest], ['SETVAL', 'a', 'n', longest]);
      await expectReply(peer, ['CREATE', 'b', 'DATA', longer], refused('BADLEN'));
      await expectReply(peer, ['SETVAL', 'a', 'n', longer], refused('BADLEN'));
      await expectReply(peer, ['SETVAL', 'a', 'm', 'short', 'n', longer], refused('BADLEN'));
      await expectReply(peer, ['DATASET', 'a', longer], refused('BADLEN'));
      await expectReply(peer, ['DATASET', 'b', 'd', 'VARS', 1, 'n', longer], refused('BADLEN'));
      await expectReply(peer, ['GETALL', 'a'], entries(['n', longest]));
      await expectReply(peer, ['COUNT'], 1);
    },
  },
  ...malformed.map(
    ([slug, words]): ConformanceCase => ({
      id: `S3.malformed.${slug}`,
      title: `${words.join(' ')} is ERR and changes nothing`,
      async run(harness) {
        const peer = await harness.connect();
        await expectOk(peer, ['CREATE', 'there']);
        await expectReply(peer, words, refused('ERR'));
        await expectReply(peer, ['LIST'], ['there']);
        await expectReply(peer, ['DATAGET', 'there'], null);
        await expectReply(peer, ['CTL', 'there', 'LOCK'], 0);
      },
    }),
  ),
];
