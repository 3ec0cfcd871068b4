// Expected values are what PHP 8.2 answers to `(string) $value` and `(int) $value`.
import { describe, expect, test } from 'vitest';
import { toPhpArray, toPhpInteger, toPhpString } from './php-conversions.js';

describe('to string', () => {
  test.each([
    [null, ''],
    [undefined, ''],
    [true, '1'],
    [false, ''],
    ['', ''],
    ['äö', 'äö'],
    [0, '0'],
    [-5, '-5'],
    [9007199254740991, '9007199254740991'],
    [12345678901234567890n, '12345678901234567890'],
    [0.1 + 0.2, '0.3'],
    [1.5, '1.5'],
    [-1.5e-7, '-1.5E-7'],
    [0.0001, '0.0001'],
    [0.00001, '1.0E-5'],
    [0.000012345, '1.2345E-5'],
    [1 / 3, '0.33333333333333'],
    [123456789.12345678, '123456789.12346'],
    [123456789012345.67, '1.2345678901235E+14'],
    [99999999999999.9, '1.0E+14'],
    [9999999999999.9, '9999999999999.9'],
    [1e22, '1.0E+22'],
    [1e25, '1.0E+25'],
    [2.5e20, '2.5E+20'],
    [1e100, '1.0E+100'],
    [-0, '-0'],
    [Number.POSITIVE_INFINITY, 'INF'],
    [Number.NEGATIVE_INFINITY, '-INF'],
    [Number.NaN, 'NAN'],
    [[1, 2], 'Array'],
    [{}, 'Object'],
    [{ toString: () => 'own text' }, 'own text'],
    [Object.create(null), 'Object'],
    [() => 1, 'Object'],
  ])('%o is %j', (value, expected) => {
    expect(toPhpString(value)).toBe(expected);
  });

  test('bytes stay bytes, and are copied', () => {
    const bytes = Buffer.from([0, 255]);
    const text = toPhpString(bytes);
    bytes.fill(1);
    expect(text).toEqual(Buffer.from([0, 255]));
    expect(toPhpString(new Uint8Array([7]))).toEqual(Buffer.from([7]));
  });
});

describe('to integer', () => {
  test.each([
    ['12abc', 12],
    [' 12', 12],
    ['5 ', 5],
    ['\t\n 5', 5],
    ['1e3', 1000],
    ['1.9e2x', 190],
    ['1e', 1],
    ['abc', 0],
    ['', 0],
    ['0x1A', 0],
    ['0b11', 0],
    ['012', 12],
    ['.5', 0],
    ['-7.9', -7],
    ['+3', 3],
    ['--1', 0],
    ['  -4x', -4],
    ['99999999999999999999', 9223372036854775807n],
    ['-99999999999999999999', -9223372036854775808n],
    ['9007199254740993', 9007199254740993n],
    ['1e1000', 0],
    [1.9, 1],
    [-1.9, -1],
    [-0.5, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    [1e18, 1000000000000000000n],
    [1e19, -8446744073709551616n],
    [true, 1],
    [false, 0],
    [null, 0],
    [undefined, 0],
    [[], 0],
    [[0], 1],
    [{}, 1],
    [Buffer.from('42x'), 42],
    [7n, 7],
  ])('%o is %s', (value, expected) => {
    expect(toPhpInteger(value)).toBe(expected);
  });
});

describe('to array', () => {
  test('objects, arrays and Maps have names and values; indexes are names', () => {
    expect(toPhpArray({ a: 1, b: null, c: [1] })).toEqual([
      ['a', '1'],
      ['b', ''],
      ['c', 'Array'],
    ]);
    expect(toPhpArray(['x', true])).toEqual([
      ['0', 'x'],
      ['1', '1'],
    ]);
    expect(
      toPhpArray(
        new Map<unknown, unknown>([
          ['k', 1.5],
          [2, 'two'],
        ]),
      ),
    ).toEqual([
      ['k', '1.5'],
      ['2', 'two'],
    ]);
  });

  test.each([[null], [undefined], ['text'], [5], [true], [Buffer.from('x')]])('%o is none', (value) => {
    expect(toPhpArray(value)).toBe(undefined);
  });
});
