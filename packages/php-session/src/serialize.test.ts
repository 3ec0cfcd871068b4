import { describe, expect, it } from 'vitest';
import {
  PhpArray,
  PhpEnum,
  PhpFloat,
  PhpObject,
  PhpReference,
  type PhpSerializable,
  PhpSessionError,
  serialize,
  unserialize,
} from './index.js';

const read = (text: string, options = {}) => unserialize(Buffer.from(text, 'latin1'), options);
const write = (value: unknown, options = {}) => serialize(value, options).toString('latin1');

function errorOf(action: () => unknown): PhpSessionError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(PhpSessionError);
    return error as PhpSessionError;
  }
  throw new Error('nothing was thrown');
}

describe('unserialize', () => {
  it.each([
    ['N;', null],
    ['b:1;', true],
    ['i:-7;', -7],
    ['i:+7;', 7],
    ['i:9007199254740993;', 9007199254740993n],
    ['i:-9223372036854775808;', -9223372036854775808n],
    ['d:0.5;', 0.5],
    ['d:1.0E+25;', 1e25],
    ['d:-INF;', Number.NEGATIVE_INFINITY],
    ['d:-0;', -0],
    ['s:4:"a"\0;";', 'a"\0;'],
    ['S:3:"a\\41\\00";', 'aA\0'],
    ['a:0:{}', []],
    ['a:2:{i:0;s:1:"x";i:1;N;}', ['x', null]],
    ['a:1:{s:1:"k";b:0;}', { k: false }],
  ])('reads %j', (text, value) => expect(read(text)).toStrictEqual(value));

  it('reads NAN', () => expect(read('d:NAN;')).toBeNaN());

  it('reads bytes that are no UTF-8 as a Buffer, and every string on request', () => {
    expect(read('s:2:"\xff\xfe";')).toEqual(Buffer.from([0xff, 0xfe]));
    expect(read('s:1:"a";', { strings: 'bytes' })).toEqual(Buffer.from('a'));
    expect(write(read('a:1:{s:1:"\xff";i:1;}'))).toBe('a:1:{s:1:"\xff";i:1;}');
  });

  it('keeps a whole float a float, or makes it a number on request', () => {
    const float = read('d:10;');
    expect(float).toBeInstanceOf(PhpFloat);
    expect(Number(float) + 1).toBe(11);
    expect(JSON.stringify({ float })).toBe('{"float":10}');
    expect(write(float)).toBe('d:10;');
    expect(read('d:10;', { floats: 'number' })).toBe(10);
  });

  it('keeps the order of mixed keys in a PhpArray', () => {
    const array = read('a:3:{i:5;s:1:"a";s:1:"x";s:1:"b";i:2;s:1:"c";}') as PhpArray;
    expect([...array]).toEqual([
      [5, 'a'],
      ['x', 'b'],
      [2, 'c'],
    ]);
  });

  it('takes the last of repeated keys at the place of the first, as PHP does', () => {
    expect(read('a:2:{s:1:"a";i:1;s:1:"a";i:2;}')).toEqual({ a: 2 });
  });

  it('gives an object met twice as one instance', () => {
    const [first, second] = read('a:2:{i:0;O:3:"Foo":1:{s:6:"\0Foo\0a";i:1;}i:1;r:2;}') as [PhpObject, PhpObject];
    expect(second).toBe(first);
    expect(first.className).toBe('Foo');
    expect(first.get('a')).toBe(1);
    expect(write(first.set('a', 2))).toBe('O:3:"Foo":1:{s:6:"\0Foo\0a";i:2;}');
  });

  it('binds references: both slots hold one PhpReference', () => {
    const value = read('a:2:{s:1:"a";i:1;s:1:"b";R:2;}') as { a: PhpReference; b: PhpReference };
    expect(value.a).toBe(value.b);
    value.b.value = 7;
    expect(write(value)).toBe('a:2:{s:1:"a";i:7;s:1:"b";R:2;}');
  });

  it('reads an array that holds itself by reference, and JSON of it ends', () => {
    const text = 'a:1:{i:0;a:1:{i:0;R:2;}}';
    const value = read(text);
    expect(write(value)).toBe(text);
    expect(JSON.stringify(value)).toBe('[{"$reference":[{"$same":0}]}]');
  });

  it('keeps the payload of a Serializable class and the case of an enum', () => {
    const values = read('a:2:{i:0;C:3:"Old":4:{a};}}i:1;E:11:"Suit:Hearts";}') as [PhpSerializable, PhpEnum];
    expect(Buffer.from(values[0].payload).toString()).toBe('a};}');
    expect(values[1]).toEqual(new PhpEnum('Suit', 'Hearts'));
  });

  it('pollutes no prototype', () => {
    const value = read('a:1:{s:9:"__proto__";a:1:{s:5:"admin";b:1;}}');
    expect(value).toBeInstanceOf(PhpArray);
    expect((value as PhpArray).get('__proto__')).toEqual({ admin: true });
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.assign({}, value)).not.toHaveProperty('admin');
    expect(write(value)).toBe('a:1:{s:9:"__proto__";a:1:{s:5:"admin";b:1;}}');
  });

  it.each([
    ['', 0],
    ['x:1;', 0],
    ['i:1', 2],
    ['i:x;', 2],
    ['i:9223372036854775808;', 2],
    ['b:2;', 2],
    ['d:1.2.3;', 2],
    ['s:5:"abc";', 10],
    ['s:1:"ab";', 6],
    ['a:1:{N;N;}', 5],
    ['a:1:{i:0;N;', 11],
    ['a:2:{i:0;N;}', 11],
    ['a:999999999:{', 2],
    ['a:1:{i:0;R:9;}', 9],
    ['a:1:{i:0;r:1;}', 9],
    ['E:3:"Foo";', 0],
    ['O:0:"":0:{}', 2],
    ['i:1;i:2;', 4],
  ])('refuses %j and names the offset', (text, offset) => {
    const error = errorOf(() => read(text));
    expect(error.code).toBe('MALFORMED');
    expect(error.message).toContain(`offset ${error.offset}`);
    expect(error.offset).toBe(offset);
  });

  it('names no data in its message', () => {
    expect(errorOf(() => read('a:1:{s:8:"password";s:9:"swordfish"')).message).not.toMatch(/password|swordfish/);
  });

  it('limits depth and size', () => {
    const nested = (depth: number) => `${'a:1:{i:0;'.repeat(depth)}N;${'}'.repeat(depth)}`;
    expect(write(read(nested(512)))).toBe(nested(512));
    expect(errorOf(() => read(nested(513))).code).toBe('TOO_DEEP');
    expect(errorOf(() => read(nested(100_000))).code).toBe('TOO_DEEP');
    expect(write(read(nested(1000), { maxDepth: 1000 }), { maxDepth: 1000 })).toBe(nested(1000));
    expect(() => read('N;', { maxDepth: 1001 })).toThrow('maxDepth is 1001; it must be 1 to 1000');
    const error = errorOf(() => read('s:10:"0123456789";', { maxBytes: 10 }));
    expect(error).toMatchObject({ code: 'TOO_LARGE', message: 'the PHP data has 18 bytes; maxBytes is 10' });
  });
});

describe('serialize', () => {
  it.each([
    [{ 5: 'a', x: 'b' }, 'a:2:{i:5;s:1:"a";s:1:"x";s:1:"b";}'],
    [{ '05': 1 }, 'a:1:{s:2:"05";i:1;}'],
    [[1, undefined, 3], 'a:3:{i:0;i:1;i:1;N;i:2;i:3;}'],
    [{ a: undefined, b: 1 }, 'a:1:{s:1:"b";i:1;}'],
    [
      new Map<string | number, unknown>([
        ['b', 1],
        [0, 2],
      ]),
      'a:2:{s:1:"b";i:1;i:0;i:2;}',
    ],
    [new Date(0), 's:24:"1970-01-01T00:00:00.000Z";'],
    [Object(true), 'b:1;'],
    [2 ** 53, 'd:9007199254740992;'],
    [2n ** 53n, 'i:9007199254740992;'],
    ['é', 's:2:"\xc3\xa9";'],
    [Buffer.from([255]), 's:1:"\xff";'],
  ])('writes %o', (value, text) => expect(write(value)).toBe(text));

  it('writes what was put on an empty array by name: it may have been a map in PHP', () => {
    const cart = read('a:0:{}') as unknown as Record<string, unknown>;
    cart.apple = 2;
    expect(write(cart)).toBe('a:1:{s:5:"apple";i:2;}');
    const list = Object.assign(['x'], { name: 'y' });
    expect(write(list)).toBe('a:2:{i:0;s:1:"x";s:4:"name";s:1:"y";}');
  });

  it('writes one object twice as one object, but plain data as copies', () => {
    const object = new PhpObject('Foo');
    expect(write([object, object])).toBe('a:2:{i:0;O:3:"Foo":0:{}i:1;r:2;}');
    const plain = { a: 1 };
    expect(write([plain, plain])).toBe('a:2:{i:0;a:1:{s:1:"a";i:1;}i:1;a:1:{s:1:"a";i:1;}}');
  });

  it.each([
    [{ user: { hook: () => 1 } }, 'user.hook is a function', 'user.hook'],
    [{ list: [1, Symbol('x')] }, 'list[1] is a symbol', 'list[1]'],
    [{ n: 2n ** 63n }, 'n is an integer of more than 64 bits', 'n'],
    [{ t: '\ud800' }, 't holds half of a surrogate pair', 't'],
    [{ s: new Set() }, 's is a Set', 's'],
    [{ m: new Map([[{}, 1]]) }, 'm is a Map with a key', 'm'],
    [{ r: new PhpReference(new PhpReference(1)) }, 'r is a reference to a reference', 'r'],
    [new PhpObject(''), 'the value is an object without a class name', ''],
  ])('refuses %o with its path', (value, message, path) => {
    const error = errorOf(() => serialize(value));
    expect(error.code).toBe('UNENCODABLE');
    expect(error.message).toContain(message);
    expect(error.path).toBe(path);
  });

  it('ends on a cycle, and on output over the limit', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(errorOf(() => serialize(cycle)).code).toBe('TOO_DEEP');
    expect(errorOf(() => serialize('x'.repeat(100), { maxBytes: 50 })).code).toBe('TOO_LARGE');
  });

  it('ends a cycle in JSON through values with a form of their own', () => {
    const reference = new PhpReference(null);
    reference.value = Object.assign([], { toJSON: () => [reference] }) as never;
    expect(JSON.stringify({ reference })).toBe('{"reference":{"$reference":[{"$same":0}]}}');
    expect(JSON.stringify(new PhpObject('Foo', [['at', new Date(0) as never]]))).toContain(
      '"1970-01-01T00:00:00.000Z"',
    );
  });

  it('shows differences of PHP values in JSON, where frameworks look for them', () => {
    const json = (text: string) => JSON.stringify(read(text));
    const texts = [
      'O:3:"Foo":1:{s:1:"a";i:1;}',
      'O:3:"Foo":1:{s:1:"a";i:9223372036854775807;}',
      'O:3:"Bar":1:{s:1:"a";i:1;}',
      'a:2:{i:1;i:1;s:1:"x";i:2;}',
      'a:2:{s:1:"x";i:2;i:1;i:1;}',
      'C:3:"Foo":1:{a}',
      'C:3:"Foo":1:{\xff}',
      'E:3:"A:B";',
      'E:3:"A:C";',
    ];
    expect(new Set(texts.map(json)).size).toBe(texts.length);
  });
});

describe('PhpArray', () => {
  it('files keys as PHP does', () => {
    const array = new PhpArray([['5', 'a']]);
    expect(array.get(5)).toBe('a');
    expect(array.set(5, 'b').size).toBe(1);
    expect(array.push('c').get(6)).toBe('c');
    expect(array.set(Buffer.from('x'), 1).get('x')).toBe(1);
    expect(array.delete('5')).toBe(true);
    expect(array.has(5)).toBe(false);
    expect([...array.keys()]).toEqual([6, 'x']);
    expect([...array.values()]).toEqual(['c', 1]);
    expect(() => array.set(1.5, 1)).toThrow('a key of a PHP array is');
    expect(new PhpArray([[-5, 'x']]).push('y').has(0)).toBe(true);
  });
});
