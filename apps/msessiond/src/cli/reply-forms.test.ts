import { ReplyDouble, ReplyError, ReplyMap, ReplySet, type ReplyValue, ReplyVerbatim } from '@msession/protocol';
import { describe, expect, test } from 'vitest';
import { printableBytes } from './printable-bytes.js';
import { replyToJson } from './reply-json.js';
import { replyToPipe, replyToTerminal } from './reply-text.js';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const map = (...entries: [string, ReplyValue][]) => new ReplyMap(entries.map(([key, value]) => [bytes(key), value]));

describe('bytes on a screen', () => {
  test.each([
    [bytes('plain ä € 😀'), 'plain ä € 😀'],
    [bytes('a\nb\r\tc\\'), 'a\\nb\\r\\tc\\\\'],
    [bytes('\u001b[2J'), '\\x1b[2J'],
    [Buffer.of(0, 127, 255), '\\x00\\x7f\\xff'],
    [bytes('\u009b31m'), '\\xc2\\x9b31m'],
    [Buffer.of(0xe2, 0x82), '\\xe2\\x82'],
    [Buffer.of(0xf0, 0x9f, 0x98, 0x80, 0xf0), '😀\\xf0'],
    [Buffer.of(0xed, 0xa0, 0x80), '\\xed\\xa0\\x80'],
    [Buffer.of(0xc0, 0x80), '\\xc0\\x80'],
  ])('%j are shown as %s', (value, shown) => {
    expect(printableBytes(value)).toBe(shown);
  });
});

describe('JSON', () => {
  test.each<[ReplyValue, unknown]>([
    [null, null],
    ['OK', 'OK'],
    [7, 7],
    [2n ** 63n - 1n, '9223372036854775807'],
    [true, true],
    [bytes('ada'), 'ada'],
    [Buffer.of(255, 0), { base64: '/wA=' }],
    [new ReplyDouble(1.5), 1.5],
    [new ReplyDouble(Number.POSITIVE_INFINITY), 'Infinity'],
    [new ReplyVerbatim('txt', 'text'), 'text'],
    [new ReplySet([1, 2]), [1, 2]],
    [new ReplyError('NOSESSION', 'no'), { error: { code: 'NOSESSION', message: 'no' } }],
    [map(['a', bytes('1')], ['__proto__', null]), JSON.parse('{"a":"1","__proto__":null}')],
    [new ReplyMap([[Buffer.of(255), 1]]), { 'base64:/w==': 1 }],
    [
      [1, [bytes('x')]],
      [1, ['x']],
    ],
  ])('of value %#', (value, json) => {
    expect(JSON.parse(JSON.stringify(replyToJson(value)))).toEqual(json);
  });
});

describe('in a pipe', () => {
  test.each<[string, ReplyValue, string]>([
    ['null is an empty line', null, '\n'],
    ['bytes are themselves', Buffer.of(0, 255), '\0\xff\n'],
    ['a trailing newline of a value is kept', bytes('a\n'), 'a\n\n'],
    ['text is not given a second newline', new ReplyVerbatim('txt', 'a\n'), 'a\n'],
    ['a list is a line each', [bytes('a'), 2], 'a\n2\n'],
    ['no items are no lines', [], ''],
    ['a map is name, tab, value', map(['a', bytes('1')], ['b', null]), 'a\t1\nb\t\n'],
    ['what is nested is JSON', [map(['a', [1]])], '{"a":[1]}\n'],
  ])('%s', (_what, value, text) => {
    expect(replyToPipe(value).toString('latin1')).toBe(text);
  });
});

describe('on a terminal', () => {
  test.each<[ReplyValue, string]>([
    [null, '(null)'],
    [[], '(none)'],
    [map(), '(empty)'],
    [bytes('a\u001b'), 'a\\x1b'],
    [[bytes('a'), [bytes('b'), 3]], '1) a\n2) 1) b\n   2) 3'],
  ])('%j', (value, text) => {
    expect(replyToTerminal(value)).toBe(text);
  });

  test('maps and lists of maps are tables', () => {
    const table = replyToTerminal([
      map(['id', bytes('a')], ['key', 7]),
      map(['id', bytes('b')], ['note', bytes('me')]),
    ]);
    const cells = table.split('\n').map((line) =>
      line
        .split('│')
        .map((cell) => cell.trim())
        .filter(Boolean),
    );
    expect(cells).toContainEqual(['id', 'key', 'note']);
    expect(cells).toContainEqual(['a', '7', '(null)']);
    expect(cells).toContainEqual(['b', '(null)', 'me']);
    const lock = map(['sinceMs', 1_764_000_000_000], ['waiters', [map(['note', bytes('x')])]]);
    expect(replyToTerminal([lock])).toMatch(/since\s+│ waiters[\s\S]*16:00:00Z │ 1 /);
    expect(replyToTerminal(map(['user', bytes('ada')]))).toContain('│ user │ ada │');
  });
});
