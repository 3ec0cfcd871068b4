import {
  commands,
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
} from '@msession/protocol';
import { describe, expect, test } from 'vitest';
import { compileReply } from './reply-shape.js';

const bytes = (text: string) => Buffer.from(text);

describe('replies become what the schema promises, in RESP2 and RESP3', () => {
  const getobject = compileReply(commands.GETOBJECT.reply);
  const object = { class: 'shop', data: null, rev: 7, vars: new Map([['a', '1']]) };

  test('a record from a RESP3 map', () => {
    const value = new ReplyMap([
      ['class', bytes('shop')],
      ['data', null],
      ['rev', 7],
      [bytes('vars'), new ReplyMap([[bytes('a'), bytes('1')]])],
    ]);
    expect(getobject(value, 'utf8')).toEqual(object);
  });

  test('the same record from a RESP2 array', () => {
    const value: ReplyValue = ['class', bytes('shop'), 'data', null, 'rev', 7, 'vars', [bytes('a'), bytes('1')]];
    expect(getobject(value, 'utf8')).toEqual(object);
  });

  test('a field that this client does not know is passed on, a missing one is BAD_REPLY', () => {
    const value: ReplyValue = ['class', bytes(''), 'data', null, 'rev', 0, 'vars', [], 'color', new ReplyDouble(1.5)];
    expect(getobject(value, 'utf8')).toMatchObject({ color: 1.5 });
    expect(() => getobject(['class', bytes('')], 'utf8')).toThrow(/field data/);
  });

  test('maps keep the order of the wire, whatever the names look like', () => {
    const read = compileReply(commands.GETALL.reply);
    const value: ReplyValue = [bytes('10'), bytes('a'), bytes('2'), bytes('b'), bytes('__proto__'), bytes('c')];
    expect([...(read(value, 'utf8') as Map<string, string>).keys()]).toEqual(['10', '2', '__proto__']);
  });

  test('LIST tells a page from a list of two ids', () => {
    const read = compileReply(commands.LIST.reply);
    expect(read([bytes('a'), bytes('b')], 'utf8')).toEqual(['a', 'b']);
    expect(read([bytes('0'), [bytes('a')]], 'utf8')).toEqual(['0', ['a']]);
    expect(read([bytes('0'), []], 'utf8')).toEqual(['0', []]);
    expect(read([], 'utf8')).toEqual([]);
  });

  test('SLOCK and DATAGET answer alone or in twos', () => {
    expect(compileReply(commands.SLOCK.reply)(5, 'utf8')).toBe(5);
    expect(compileReply(commands.SLOCK.reply)([5, null], 'utf8')).toEqual([5, null]);
    expect(compileReply(commands.DATAGET.reply)([null, 0], 'utf8')).toEqual([null, 0]);
    expect(compileReply(commands.DATAGET.reply)(null, 'utf8')).toBe(null);
  });

  test('bytes survive as Buffers', () => {
    const binary = Buffer.from([0, 255, 13, 10]);
    expect(compileReply(commands.DATAGET.reply)(binary, 'buffer')).toEqual(binary);
    expect(compileReply(commands.PING.reply)(binary, 'buffer')).toEqual(binary);
    expect(compileReply(commands.PING.reply)('PONG', 'buffer')).toBe('PONG');
  });

  test('without a schema wrappers are taken off', () => {
    const read = compileReply({ type: 'any' });
    const value: ReplyValue = [
      new ReplyVerbatim('txt', 'v'),
      new ReplySet([1, true]),
      new ReplyMap([['k', bytes('x')]]),
    ];
    expect(read(value, 'utf8')).toEqual(['v', [1, true], new Map([['k', 'x']])]);
    expect(() => read([new ReplyError('ERR', 'inside')], 'utf8')).toThrow(/not an error/);
  });

  test.each([
    ['DROP', bytes('1')],
    ['CREATE', 'FINE'],
    ['GETALL', [bytes('odd')]],
    ['FIND', bytes('a')],
    ['SLOCK', 'OK'],
    ['GETVAL', 5],
  ] as const)('%s with a reply of another shape is BAD_REPLY', (name, value) => {
    expect(() => compileReply(commands[name].reply)(value, 'utf8')).toThrow(
      expect.objectContaining({ code: 'BAD_REPLY', isOutcomeUnknown: true }),
    );
  });
});
