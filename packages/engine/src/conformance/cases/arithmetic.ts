// Section 3: INC, ADD and MULDIV. Each line: the value there is, the command, its answer; a refusal keeps the value.
import { type Expected, expectOk, expectReply, refused } from '../expectations.js';
import type { ConformanceCase } from '../harness.js';

type Operation = readonly ['INC'] | readonly ['ADD', string] | readonly ['MULDIV', string, string];
type Row = readonly [slug: string, title: string, value: string | null, operation: Operation, answer: Expected];

const notANumber = refused('NOTANUMBER');
const wrong = refused('ERR');

const rows: readonly Row[] = [
  ['inc', 'INC adds one', '41', ['INC'], '42'],
  ['inc-missing', 'a missing variable counts as 0', null, ['INC'], '1'],
  ['inc-negative', 'from below 0', '-1', ['INC'], '0'],
  ['inc-decimal', 'a decimal stays one', '1.5', ['INC'], '2.5'],
  ['inc-int64-maximum', 'the largest integer is reached', '9223372036854775806', ['INC'], '9223372036854775807'],
  ['inc-overflow', 'beyond it is ERR', '9223372036854775807', ['INC'], wrong],
  ['inc-2-to-the-53', 'integers beyond 2^53 are exact', '9007199254740992', ['INC'], '9007199254740993'],
  ['inc-text', 'text is NOTANUMBER', 'three', ['INC'], notANumber],
  ['inc-empty', 'an empty value is NOTANUMBER', '', ['INC'], notANumber],
  ['inc-space', 'a number with a space is none', ' 5', ['INC'], notANumber],
  ['inc-trailing', 'a number with something behind it is none', '5 apples', ['INC'], notANumber],
  ['inc-hexadecimal', 'hexadecimal digits are no number', '0x10', ['INC'], notANumber],
  ['inc-infinity', 'Infinity is no number', 'Infinity', ['INC'], notANumber],
  ['inc-nan', 'NaN is no number', 'NaN', ['INC'], notANumber],
  ['inc-minus', 'a sign alone is no number', '-', ['INC'], notANumber],
  ['inc-point', 'a point alone is no number', '.', ['INC'], notANumber],
  ['inc-two-points', 'two points are no number', '1.2.3', ['INC'], notANumber],
  ['inc-exponent-cut', 'an exponent without digits is no number', '1e', ['INC'], notANumber],
  ['inc-grouped', 'grouped digits are no number', '1,000', ['INC'], notANumber],
  ['inc-plus', 'a leading + is no number', '+5', ['INC'], notANumber],
  ['inc-beyond-64-bits', 'an integer beyond 64 bits is ERR', '9223372036854775808', ['INC'], wrong],
  ['inc-exponent', 'a number with an exponent is a decimal', '1e3', ['INC'], '1001'],
  ['inc-zeros', 'leading zeros are read over', '007', ['INC'], '8'],
  ['add', 'ADD adds integers', '40', ['ADD', '2'], '42'],
  ['add-missing', 'to a missing variable', null, ['ADD', '7'], '7'],
  ['add-negative', 'a negative amount', '40', ['ADD', '-50'], '-10'],
  ['add-zero', 'nothing', '5', ['ADD', '0'], '5'],
  ['add-int64-minimum', 'down to the least integer', '-9223372036854775807', ['ADD', '-1'], '-9223372036854775808'],
  ['add-underflow', 'below it is ERR', '-9223372036854775808', ['ADD', '-1'], wrong],
  ['add-overflow', 'above the largest is ERR', '1', ['ADD', '9223372036854775807'], wrong],
  ['add-exact', 'large integers are exact', '9007199254740993', ['ADD', '9007199254740993'], '18014398509481986'],
  ['add-decimal', 'decimals are IEEE doubles', '0.1', ['ADD', '0.2'], '0.30000000000000004'],
  ['add-decimal-to-integer', 'an integer and a decimal', '1', ['ADD', '0.5'], '1.5'],
  ['add-whole-decimal', 'a whole result has no point', '0.5', ['ADD', '0.5'], '1'],
  ['add-fraction-form', 'a number may begin with its point', '.5', ['ADD', '.25'], '0.75'],
  ['add-large-decimal', 'from 1e21 on as ECMAScript prints it', '1e21', ['ADD', '0.0'], '1e+21'],
  ['add-before-1e21', 'below 1e21 in digits', '123456789012345680000.0', ['ADD', '0'], '123456789012345680000'],
  ['add-small-decimal', 'below 1e-6 with an exponent', '0.0000001', ['ADD', '0'], '1e-7'],
  ['add-printed-exponent', 'a number as it was printed is read again', '1e+21', ['ADD', '0.5'], '1e+21'],
  ['add-infinite', 'a sum beyond the doubles is ERR', '1.7e308', ['ADD', '1.7e308'], wrong],
  ['add-infinite-operand', 'an operand beyond the doubles is ERR', '1', ['ADD', '1e999'], wrong],
  ['add-operand-beyond-64-bits', 'an amount beyond 64 bits is ERR', '-1', ['ADD', '9223372036854775808'], wrong],
  ['add-text', 'an amount that is no number', '1', ['ADD', 'two'], notANumber],
  ['add-empty', 'an empty amount', '1', ['ADD', ''], notANumber],
  ['add-to-text', 'to a value that is no number', 'one', ['ADD', '2'], notANumber],
  ['muldiv', 'value * multiplier / divisor', '10', ['MULDIV', '6', '4'], '15'],
  ['muldiv-inexact', 'a decimal where the division is not exact', '7', ['MULDIV', '1', '2'], '3.5'],
  ['muldiv-third', 'in shortest form', '1', ['MULDIV', '1', '3'], '0.3333333333333333'],
  ['muldiv-decimal', 'with decimals', '2.5', ['MULDIV', '119', '100'], '2.975'],
  ['muldiv-missing', 'of a missing variable is 0', null, ['MULDIV', '5', '3'], '0'],
  ['muldiv-negative', 'signs', '-10', ['MULDIV', '3', '-5'], '6'],
  [
    'muldiv-128-bits',
    'the product may have 128 bits',
    '9223372036854775807',
    ['MULDIV', '9223372036854775807', '9223372036854775807'],
    '9223372036854775807',
  ],
  [
    'muldiv-128-bits-lower',
    'to the least integer',
    '-9223372036854775808',
    ['MULDIV', '9223372036854775807', '9223372036854775807'],
    '-9223372036854775808',
  ],
  [
    'muldiv-exact-beyond-2-to-the-53',
    'an exact result stays an integer',
    '9007199254740993',
    ['MULDIV', '6', '2'],
    '27021597764222979',
  ],
  ['muldiv-overflow', 'a result beyond 64 bits is ERR', '9223372036854775807', ['MULDIV', '2', '1'], wrong],
  [
    'muldiv-overflow-by-sign',
    'the least integer has no opposite',
    '-9223372036854775808',
    ['MULDIV', '1', '-1'],
    wrong,
  ],
  ['muldiv-by-zero', 'a divisor of 0 is ERR', '1', ['MULDIV', '1', '0'], wrong],
  ['muldiv-by-decimal-zero', 'also as a decimal', '1', ['MULDIV', '1', '0.0'], wrong],
  ['muldiv-text', 'of text', 'one', ['MULDIV', '1', '2'], notANumber],
  ['muldiv-by-text', 'by text', '1', ['MULDIV', '1', 'two'], notANumber],
];

function wordsOf(operation: Operation): readonly [string, ...string[]] {
  const [name, ...operands] = operation;
  return [name, 'a', 'n', ...operands];
}

export const arithmeticCases: readonly ConformanceCase[] = [
  ...rows.map(
    ([slug, title, value, operation, answer]): ConformanceCase => ({
      id: `S3.arithmetic.${slug}`,
      title: `${operation.join(' ')} of ${value ?? 'nothing'}: ${title}`,
      async run(harness) {
        const peer = await harness.connect();
        await expectOk(peer, ['CREATE', 'a']);
        if (value !== null) await expectOk(peer, ['SETVAL', 'a', 'n', value]);
        await expectReply(peer, wordsOf(operation), answer);
        await expectReply(peer, ['GETVAL', 'a', 'n'], typeof answer === 'string' ? answer : value);
      },
    }),
  ),
  {
    id: 'S3.arithmetic.of-many-at-once',
    title: 'a hundred INC from ten callers make a hundred',
    async run(harness) {
      const peers = await Promise.all(Array.from({ length: 10 }, () => harness.connect()));
      const [peer] = peers;
      if (peer === undefined) return;
      await expectOk(peer, ['CREATE', 'a']);
      await Promise.all(peers.flatMap((each) => Array.from({ length: 10 }, () => each.call('INC', 'a', 'n'))));
      await expectReply(peer, ['GETVAL', 'a', 'n'], '100');
    },
  },
  {
    id: 'S3.arithmetic.result-is-found',
    title: 'FIND finds the new value and not the old',
    async run(harness) {
      const peer = await harness.connect();
      await expectOk(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'n', '1']);
      await expectReply(peer, ['FIND', 'n', '1'], ['a']);
      await expectReply(peer, ['ADD', 'a', 'n', 4], '5');
      await expectReply(peer, ['FIND', 'n', '5'], ['a']);
      await expectReply(peer, ['FIND', 'n', '1'], []);
    },
  },
];
