// Section 1: what an id and a name may be, and how sub-sessions hang on their parents.
import assert from 'node:assert/strict';
import { entries, expectOk, expectReply, refused, takeLock, textOf, textsOf } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

export const idCases: readonly ConformanceCase[] = [
  {
    id: 'S1.an-id-has-255-bytes-at-most',
    title: '255 bytes work, 256 are BADLEN',
    async run(harness) {
      const peer = await harness.connect();
      const longest = 'i'.repeat(255);
      await expectOk(peer, ['CREATE', longest], ['SETVAL', longest, 'n', 'v']);
      await expectReply(peer, ['GETVAL', longest, 'n'], 'v');
      await expectReply(peer, ['LIST'], [longest]);
      await expectReply(peer, ['CREATE', 'i'.repeat(256)], refused('BADLEN'));
      await expectReply(peer, ['COUNT'], 1);
    },
  },
  {
    id: 'S1.an-id-is-not-empty',
    title: 'an empty id is ERR',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['CREATE', ''], refused('ERR'));
      await expectReply(peer, ['CTL', '', 'EXIST'], refused('ERR'));
    },
  },
  {
    id: 'S1.an-id-has-no-control-characters',
    title: 'NUL, CR, LF, TAB and DEL in an id are ERR',
    async run(harness) {
      const peer = await harness.connect();
      for (const byte of [0, 9, 10, 13, 31, 127]) {
        await expectReply(peer, ['CREATE', Buffer.from([97, byte, 98])], refused('ERR'));
      }
      await expectReply(peer, ['COUNT'], 0);
    },
  },
  {
    id: 'S1.an-id-is-any-other-bytes',
    title: 'spaces, UTF-8 and bytes that are no UTF-8 are kept as they are',
    async run(harness) {
      const peer = await harness.connect();
      const raw = Buffer.from([0xff, 0xfe, 0x20, 0x80]);
      await expectOk(peer, ['CREATE', 'größe 1'], ['CREATE', raw]);
      await expectReply(peer, ['LIST'], ['größe 1', raw]);
      await expectReply(peer, ['CTL', raw, 'EXIST'], 1);
      await expectReply(peer, ['CTL', Buffer.from([0xff, 0xfe, 0x20, 0x81]), 'EXIST'], 0);
    },
  },
  {
    id: 'S1.ids-differ-by-case',
    title: 'ids and names are compared byte for byte',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'Visit'], ['CREATE', 'visit'], ['SETVAL', 'visit', 'Name', '1', 'name', '2']);
      await expectReply(peer, ['GETALL', 'visit'], entries(['Name', '1'], ['name', '2']));
      await expectReply(peer, ['GETALL', 'Visit'], entries());
    },
  },
  {
    id: 'S1.a-name-follows-the-rules-of-ids',
    title: 'a name of 255 bytes works; longer is BADLEN; empty or with control characters ERR; slashes are free',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'n'.repeat(255), 'v'], ['SETVAL', 'a', 'x/y/z', 'w']);
      await expectReply(peer, ['GETVAL', 'a', 'n'.repeat(255)], 'v');
      await expectReply(peer, ['GETVAL', 'a', 'x/y/z'], 'w');
      await expectReply(peer, ['SETVAL', 'a', 'n'.repeat(256), 'v'], refused('BADLEN'));
      await expectReply(peer, ['SETVAL', 'a', '', 'v'], refused('ERR'));
      await expectReply(peer, ['SETVAL', 'a', 'with\nline', 'v'], refused('ERR'));
    },
  },
  {
    id: 'S1.an-id-has-one-slash-at-most',
    title: 'two slashes, or nothing on one side of it, are ERR',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s']);
      for (const id of ['p/s/t', '/s', 'p/', '/', '//']) await expectReply(peer, ['CREATE', id], refused('ERR'));
    },
  },
  {
    id: 'S1.create-of-a-sub-wants-its-parent',
    title: 'CREATE parent/sub is NOSESSION until the parent lives',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['CREATE', 'p/s'], refused('NOSESSION'));
      await expectReply(peer, ['CTL', 'p/s', 'EXIST'], 0);
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s']);
      await expectReply(peer, ['CREATE', 'p/s'], refused('DUPSESSION'));
      await expectReply(peer, ['SUBLIST', 'p'], ['s']);
    },
  },
  {
    id: 'S1.dataset-of-a-sub-wants-its-parent',
    title: 'DATASET makes a sub-session only while the parent lives',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['DATASET', 'p/s', 'd'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'p'], ['DATASET', 'p/s', 'd']);
      await expectReply(peer, ['DATAGET', 'p/s'], 'd');
    },
  },
  {
    id: 'S1.slock-create-of-a-sub-wants-its-parent',
    title: 'SLOCK CREATE reserves a sub-session only while the parent lives',
    async run(harness) {
      const peer = await harness.connect();
      await expectReply(peer, ['SLOCK', 'p/s', 'CREATE'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'p']);
      const key = await takeLock(peer, 'p/s', 'CREATE');
      await expectReply(peer, ['SUBLIST', 'p'], []);
      await expectReply(peer, ['SUNLOCK', 'p/s', key, 'DATA', 'd'], 1);
      await expectReply(peer, ['SUBLIST', 'p'], ['s']);
    },
  },
  {
    id: 'S1.copy-to-a-sub-wants-its-parent',
    title: 'COPY to parent/sub is NOSESSION until the parent lives',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'DATA', 'd']);
      await expectReply(peer, ['COPY', 'a', 'p/s'], refused('NOSESSION'));
      await expectOk(peer, ['CREATE', 'p'], ['COPY', 'a', 'p/s']);
      await expectReply(peer, ['DATAGET', 'p/s'], 'd');
    },
  },
  {
    id: 'S1.no-nesting',
    title: 'SUBNEW of a sub-session is ERR',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s']);
      await expectReply(peer, ['SUBNEW', 'p/s'], refused('ERR'));
      await expectReply(peer, ['SUBLIST', 'p'], ['s']);
    },
  },
  {
    id: 'S1.subnew-answers-a-bare-id',
    title: 'SUBNEW answers 40 hexadecimal characters; the session is id/sub',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p']);
      const first = await textOf(peer, 'SUBNEW', 'p');
      const second = await textOf(peer, 'SUBNEW', 'p');
      assert.match(first, /^[0-9a-f]{40}$/, 'the id that SUBNEW answered');
      assert.notEqual(first, second, 'two sub-sessions must not have one id');
      await expectReply(peer, ['CTL', `p/${first}`, 'EXIST'], 1);
      await expectReply(peer, ['SUBLIST', 'p'], [first, second]);
    },
  },
  {
    id: 'S1.subnew-is-empty',
    title: 'a new sub-session has no data, class or variables, whatever its parent has',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'CLASS', 'c', 'DATA', 'd'], ['SETVAL', 'p', 'n', 'v']);
      const sub = await textOf(peer, 'SUBNEW', 'p');
      const nothing = entries(['class', ''], ['data', null], ['rev', 0], ['vars', entries()]);
      await expectReply(peer, ['GETOBJECT', `p/${sub}`], nothing);
    },
  },
  {
    id: 'S1.subnew-clone-copies',
    title: 'SUBNEW CLONE copies data, class and variables of a sub-session named by its bare id',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s', 'CLASS', 'c', 'DATA', 'd'], ['SETVAL', 'p/s', 'n', '1']);
      const sub = await textOf(peer, 'SUBNEW', 'p', 'CLONE', 's');
      await expectReply(peer, ['DATAGET', `p/${sub}`], 'd');
      await expectReply(peer, ['GETVAL', `p/${sub}`, 'n'], '1');
      await expectOk(peer, ['SETVAL', `p/${sub}`, 'n', '2'], ['DATASET', `p/${sub}`, 'e']);
      await expectReply(peer, ['GETVAL', 'p/s', 'n'], '1');
      await expectReply(peer, ['DATAGET', 'p/s'], 'd');
    },
  },
  {
    id: 'S1.subnew-clone-of-nothing',
    title: 'CLONE of a sub-session that is not there is NOSESSION and makes none',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p']);
      await expectReply(peer, ['SUBNEW', 'p', 'CLONE', 'none'], refused('NOSESSION'));
      await expectReply(peer, ['SUBLIST', 'p'], []);
    },
  },
  {
    id: 'S1.subnew-clone-has-its-own-timeout',
    title: 'a clone has the timeout that SUBNEW gives it',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p', 'TIMEOUT', 900], ['CREATE', 'p/s', 'TIMEOUT', 100]);
      const sub = await textOf(peer, 'SUBNEW', 'p', 'CLONE', 's', 'TIMEOUT', 200);
      await expectReply(peer, ['TIMEOUT', `p/${sub}`], 200);
    },
  },
  {
    id: 'S1.subnew-wants-room-for-the-id',
    title: 'the whole id of a sub-session has 255 bytes at most: SUBNEW of a longer one is BADLEN',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'.repeat(214)], ['CREATE', 'p'.repeat(215)]);
      await textOf(peer, 'SUBNEW', 'p'.repeat(214));
      await expectReply(peer, ['SUBNEW', 'p'.repeat(215)], refused('BADLEN'));
    },
  },
  {
    id: 'S1.every-command-works-on-a-sub',
    title: 'a sub-session is a session: variables, data, arithmetic, lock, timeout, drop',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s'], ['SETVAL', 'p/s', 'n', '41'], ['DATASET', 'p/s', 'd']);
      await expectReply(peer, ['INC', 'p/s', 'n'], '42');
      await expectReply(peer, ['GETALL', 'p/s'], entries(['n', '42']));
      await expectReply(peer, ['TIMEOUT', 'p/s', 77], 77);
      const key = await takeLock(peer, 'p/s');
      await expectReply(peer, ['SUNLOCK', 'p/s', key, 'DATA', 'e'], 1);
      await expectReply(peer, ['DATAGET', 'p/s'], 'e');
      await expectReply(peer, ['DROP', 'p/s'], 1);
      await expectReply(peer, ['CTL', 'p', 'EXIST'], 1);
      await expectReply(peer, ['GETALL', 'p'], entries());
    },
  },
  {
    id: 'S1.drop-takes-the-subs',
    title: 'DROP of a parent destroys its sub-sessions, and only its own',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s'], ['CREATE', 'p2'], ['CREATE', 'p2/s']);
      await expectReply(peer, ['DROP', 'p'], 1);
      await expectReply(peer, ['CTL', 'p/s', 'EXIST'], 0);
      await expectReply(peer, ['CTL', 'p2/s', 'EXIST'], 1);
      await expectOk(peer, ['CREATE', 'p']);
      await expectReply(peer, ['SUBLIST', 'p'], []);
    },
  },
  {
    id: 'S1.sublist-in-order-of-creation',
    title: 'SUBLIST answers bare ids in order of creation, without those that went',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/c'], ['CREATE', 'p/a'], ['CREATE', 'p/b']);
      await expectReply(peer, ['SUBLIST', 'p'], ['c', 'a', 'b']);
      await expectReply(peer, ['DROP', 'p/a'], 1);
      await expectOk(peer, ['CREATE', 'p/a']);
      await expectReply(peer, ['SUBLIST', 'p'], ['c', 'b', 'a']);
    },
  },
  {
    id: 'S1.subs-have-a-cap',
    title: 'more sub-sessions than the limit are BADLEN, however they are made',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ maxSubSessionsPerSession: 2 });
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/a']);
      await textOf(peer, 'SUBNEW', 'p');
      await expectReply(peer, ['SUBNEW', 'p'], refused('BADLEN'));
      await expectReply(peer, ['CREATE', 'p/b'], refused('BADLEN'));
      await expectReply(peer, ['DATASET', 'p/b', 'd'], refused('BADLEN'));
      await expectReply(peer, ['DROP', 'p/a'], 1);
      await expectOk(peer, ['CREATE', 'p/b']);
    },
  },
  {
    id: 'S1.find-includes-subs',
    title: 'FIND and LISTVAR name sub-sessions by their whole id; COUNT and LIST leave them out',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'p'], ['CREATE', 'p/s'], ['SETVAL', 'p/s', 'user', 'ada']);
      await expectReply(peer, ['FIND', 'user', 'ada'], ['p/s']);
      await expectReply(peer, ['LISTVAR', 'user'], entries(['p/s', 'ada']));
      await expectReply(peer, ['COUNT'], 1);
      await expectReply(peer, ['LIST'], ['p']);
    },
  },
  {
    id: 'S1.dropwhere-looks-at-own-variables',
    title: 'DROPWHERE drops whole sessions by their own variables and counts parents',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'user', 'ada'], ['CREATE', 'a/s'], ['CREATE', 'b']);
      await expectOk(peer, ['SETVAL', 'a/s', 'user', 'ada'], ['CREATE', 'b/s'], ['SETVAL', 'b/s', 'user', 'ada']);
      await expectReply(peer, ['DROPWHERE', 'user', 'ada'], 1);
      assert.deepEqual(await textsOf(peer, 'LIST'), ['b'], 'b does not match by itself');
      await expectReply(peer, ['CTL', 'a/s', 'EXIST'], 0);
      await expectReply(peer, ['CTL', 'b/s', 'EXIST'], 1);
    },
  },
  {
    id: 'S1.dropwhere-except',
    title: 'EXCEPT keeps that session with all its subs',
    async run(harness) {
      const peer = await harness.connect();
      for (const id of ['a', 'b', 'c']) await expectOk(peer, ['CREATE', id], ['SETVAL', id, 'user', 'ada']);
      await expectOk(peer, ['CREATE', 'b/s'], ['SETVAL', 'b/s', 'user', 'ada']);
      await expectReply(peer, ['DROPWHERE', 'user', 'ada', 'EXCEPT', 'b'], 2);
      await expectReply(peer, ['LIST'], ['b']);
      await expectReply(peer, ['FIND', 'user', 'ada'], ['b', 'b/s']);
    },
  },
  {
    id: 'S1.dropwhere-except-a-sub',
    title: 'EXCEPT with the id of a sub-session keeps its parent, without which it could not live',
    async run(harness) {
      const peer = await harness.connect();
      for (const id of ['a', 'b']) await expectOk(peer, ['CREATE', id], ['SETVAL', id, 'user', 'ada']);
      await expectOk(peer, ['CREATE', 'a/s']);
      await expectReply(peer, ['DROPWHERE', 'user', 'ada', 'EXCEPT', 'a/s'], 1);
      await expectReply(peer, ['CTL', 'a/s', 'EXIST'], 1);
    },
  },
];
