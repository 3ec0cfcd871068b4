import { expect, test } from 'vitest';
import { HalfSipHash } from './half-sip-hash.js';

const key = Buffer.from('0001020304050607', 'hex');
const of = (hasher: HalfSipHash, text: string) => hasher.hash(Buffer.from(text), 0, Buffer.byteLength(text));

test('depends on the key, and on every byte and the length of the input', () => {
  const hasher = new HalfSipHash(key);
  const inputs = [
    '',
    '\0',
    '\0\0',
    'a',
    'b',
    'ab',
    'ba',
    'abc',
    'abd',
    'abcd',
    'abcde',
    'abcdefgh',
    'abcdefgi',
    'bbcdefgh',
  ];
  expect(new Set(inputs.map((input) => of(hasher, input))).size).toBe(inputs.length);
  expect(of(hasher, 'abc')).not.toBe(of(new HalfSipHash(Buffer.alloc(8)), 'abc'));
  expect(of(hasher, 'abc')).toBe(of(new HalfSipHash(key), 'abc'));
});

test('does not depend on where in a buffer the bytes stand', () => {
  const hasher = new HalfSipHash(key);
  const bytes = Buffer.from('xxxabcdefgyyy');
  expect(hasher.hash(bytes, 3, 10)).toBe(of(hasher, 'abcdefg'));
});

test('spreads ids that differ in their last digits evenly', () => {
  const hasher = new HalfSipHash(key);
  const buckets = new Uint32Array(256);
  const count = 256 * 400;
  for (let i = 0; i < count; i++) {
    const bucket = of(hasher, `s:${String(i).padStart(12, '0')}`) >>> 24;
    buckets[bucket] = (buckets[bucket] as number) + 1;
  }
  // chi-squared with 255 degrees of freedom: beyond 400 once in some billion times for a fair hash
  const chi = [...buckets].reduce((sum, seen) => sum + (seen - 400) ** 2 / 400, 0);
  expect(chi).toBeLessThan(400);
});
