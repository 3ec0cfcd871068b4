// Section 3: variables and data as bytes.
import { entries, expectOk, expectReply, integerOf, refused } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const hostile = Buffer.from('a\0b\r\nc$5\r\n*1\r\n');

export const variableCases: readonly ConformanceCase[] = [
  {
    id: 'S3.values-are-bytes',
    title: 'every byte from 0 to 255 survives in a value',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'all', every, 'hostile', hostile]);
      await expectReply(peer, ['GETVAL', 'a', 'all'], every);
      await expectReply(peer, ['GETALL', 'a'], entries(['all', every], ['hostile', hostile]));
      await expectReply(peer, ['FIND', 'hostile', hostile], ['a']);
      await expectReply(peer, ['LISTVAR', 'all'], entries(['a', every]));
    },
  },
  {
    id: 'S3.data-and-class-are-bytes',
    title: 'NUL, CR and LF survive in data and class',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'CLASS', hostile, 'DATA', every]);
      await expectReply(peer, ['DATAGET', 'a'], every);
      await expectOk(peer, ['DATASET', 'a', hostile]);
      await expectReply(peer, ['DATAGET', 'a'], hostile);
      const revision = await integerOf(peer, 'CTL', 'a', 'REV');
      const whole = entries(['class', hostile], ['data', hostile], ['rev', revision], ['vars', entries()]);
      await expectReply(peer, ['GETOBJECT', 'a'], whole);
    },
  },
  {
    id: 'S3.names-are-bytes',
    title: 'names of any bytes but control characters',
    async run(harness) {
      const peer = await harness.connect();
      const name = Buffer.from([0xff, 0x20, 0x80]);
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', name, 'v', 'naïve', 'w']);
      await expectReply(peer, ['GETVAL', 'a', name], 'v');
      await expectReply(peer, ['GETALL', 'a'], entries([name, 'v'], ['naïve', 'w']));
    },
  },
  {
    id: 'S3.empty-is-not-missing',
    title: 'an empty value, empty data and an empty class are values',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a', 'CLASS', '', 'DATA', ''], ['SETVAL', 'a', 'n', '']);
      await expectReply(peer, ['GETVAL', 'a', 'n', 'default'], '');
      await expectReply(peer, ['DATAGET', 'a'], '');
      await expectReply(peer, ['FIND', 'n', ''], ['a']);
      await expectReply(peer, ['DELVAL', 'a', 'n'], 1);
      await expectReply(peer, ['FIND', 'n', ''], []);
    },
  },
  {
    id: 'S3.getval-default',
    title: 'the default comes where the session lacks the variable, null where there is no default',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'n', 'v']);
      await expectReply(peer, ['GETVAL', 'a', 'n', 'default'], 'v');
      await expectReply(peer, ['GETVAL', 'a', 'm', 'default'], 'default');
      await expectReply(peer, ['GETVAL', 'a', 'm', ''], '');
      await expectReply(peer, ['GETVAL', 'a', 'm'], null);
      await expectReply(peer, ['GETALL', 'a'], entries(['n', 'v']));
    },
  },
  {
    id: 'S3.variables-keep-their-order',
    title: 'GETALL answers variables in the order in which they were first set',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a'],
        ['SETVAL', 'a', 'z', '1', 'a', '2', 'm', '3'],
        ['SETVAL', 'a', 'a', 'new', 'b', '4'],
      );
      await expectReply(peer, ['GETALL', 'a'], entries(['z', '1'], ['a', 'new'], ['m', '3'], ['b', '4']));
    },
  },
  {
    id: 'S3.a-variable-set-again-goes-last',
    title: 'removed and set again, a variable stands at the end',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2', 'z', '3']);
      await expectReply(peer, ['DELVAL', 'a', 'x'], 1);
      await expectOk(peer, ['SETVAL', 'a', 'x', '4']);
      await expectReply(peer, ['GETALL', 'a'], entries(['y', '2'], ['z', '3'], ['x', '4']));
    },
  },
  {
    id: 'S3.values-grow-and-shrink',
    title: 'a value that becomes longer or shorter leaves its neighbours alone',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2', 'z', '3']);
      for (const length of [10, 1000, 0, 70_000, 3, 1]) {
        const value = 'v'.repeat(length);
        await expectOk(peer, ['SETVAL', 'a', 'y', value]);
        await expectReply(peer, ['GETALL', 'a'], entries(['x', '1'], ['y', value], ['z', '3']));
      }
    },
  },
  {
    id: 'S3.data-grows-and-shrinks',
    title: 'data that becomes longer or shorter leaves the variables alone',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      for (const length of [10, 1000, 0, 100_000, 3, 1_000_000, 1]) {
        const data = 'd'.repeat(length);
        await expectOk(peer, ['DATASET', 'a', data]);
        await expectReply(peer, ['DATAGET', 'a'], data);
        await expectReply(peer, ['GETALL', 'a'], entries(['x', '1'], ['y', '2']));
      }
    },
  },
  {
    id: 'S3.a-name-twice-in-one-command',
    title: 'of a name given twice the last value stays',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2', 'x', '3']);
      await expectReply(peer, ['GETALL', 'a'], entries(['x', '3'], ['y', '2']));
      await expectReply(peer, ['FIND', 'x', '1'], []);
      await expectReply(peer, ['DELVAL', 'a', 'x', 'x'], 1);
    },
  },
  {
    id: 'S3.delval-counts',
    title: 'DELVAL answers how many variables there were',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      await expectReply(peer, ['DELVAL', 'a', 'none'], 0);
      await expectReply(peer, ['DELVAL', 'a', 'x', 'none', 'y'], 2);
      await expectReply(peer, ['DELVAL', 'a', 'x'], 0);
      await expectReply(peer, ['GETALL', 'a'], entries());
    },
  },
  {
    id: 'S3.many-variables',
    title: 'a thousand variables in one command keep order and values',
    async run(harness) {
      const peer = await harness.connect();
      const list = Array.from({ length: 1000 }, (_, i) => [`name-${i}`, `value-${i * 7}`] as const);
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', ...list.flat()]);
      await expectReply(peer, ['GETALL', 'a'], entries(...list));
      await expectReply(peer, ['GETVAL', 'a', 'name-999'], 'value-6993');
      await expectReply(peer, ['DELVAL', 'a', ...list.slice(0, 500).map(([name]) => name)], 500);
      await expectReply(peer, ['GETALL', 'a'], entries(...list.slice(500)));
    },
  },
  {
    id: 'S3.variables-have-a-cap',
    title: 'more variables than the limit are BADLEN; those there are may be written',
    needs: ['limits'],
    async run(harness) {
      await harness.configure({ maxVariablesPerSession: 3 });
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1', 'y', '2']);
      await expectReply(peer, ['SETVAL', 'a', 'z', '3', 'v', '4'], refused('BADLEN'));
      await expectReply(peer, ['GETALL', 'a'], entries(['x', '1'], ['y', '2']));
      await expectOk(peer, ['SETVAL', 'a', 'z', '3'], ['SETVAL', 'a', 'x', '5']);
      await expectReply(peer, ['INC', 'a', 'w'], refused('BADLEN'));
      await expectReply(peer, ['DATASET', 'a', 'd', 'VARS', 1, 'w', '1'], refused('BADLEN'));
      await expectReply(peer, ['DATAGET', 'a'], null);
      await expectReply(peer, ['INC', 'a', 'x'], '6');
      await expectOk(peer, ['DATASET', 'a', 'd', 'VARS', 1, 'w', '1', 'UNSET', 1, 'z']);
      await expectReply(peer, ['GETALL', 'a'], entries(['x', '6'], ['y', '2'], ['w', '1']));
    },
  },
  {
    id: 'S3.sessions-are-apart',
    title: 'variables of one session are none of another, also when ids begin alike',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a'],
        ['CREATE', 'ab'],
        ['CREATE', 'a b'],
        ['SETVAL', 'a', 'n', '1'],
        ['SETVAL', 'ab', 'n', '2'],
      );
      await expectReply(peer, ['GETVAL', 'a', 'n'], '1');
      await expectReply(peer, ['GETVAL', 'ab', 'n'], '2');
      await expectReply(peer, ['GETVAL', 'a b', 'n'], null);
    },
  },
  {
    id: 'S3.a-new-session-has-nothing-of-the-old',
    title: 'dropped and made again, a session is empty',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(
        peer,
        ['CREATE', 'a', 'CLASS', 'c', 'DATA', 'd', 'TIMEOUT', 7],
        ['SETVAL', 'a', 'n', 'v'],
        ['CREATE', 'b'],
      );
      const usual = await integerOf(peer, 'TIMEOUT', 'b');
      await expectReply(peer, ['DROP', 'a'], 1);
      await expectOk(peer, ['CREATE', 'a']);
      await expectReply(
        peer,
        ['GETOBJECT', 'a'],
        entries(['class', ''], ['data', null], ['rev', 0], ['vars', entries()]),
      );
      await expectReply(peer, ['TIMEOUT', 'a'], usual);
    },
  },
];
