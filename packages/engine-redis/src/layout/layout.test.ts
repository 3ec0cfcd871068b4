import { expect, test } from 'vitest';
import { slotOf } from './hash-slot.js';
import { KeyNames } from './key-names.js';
import { bucketCount, bucketOf, placeOf } from './place.js';

test('slots are those of Redis Cluster: of the whole key, or of what stands between its first braces', () => {
  // the vectors of the cluster specification, and of CLUSTER KEYSLOT
  expect(slotOf('123456789')).toBe(0x31c3);
  expect(slotOf('foo')).toBe(12182);
  expect(slotOf('{foo}.anything')).toBe(12182);
  expect(slotOf('a{}b{foo}')).not.toBe(12182);
});

test('a sub-session lies where its parent does', () => {
  const parent = placeOf(Buffer.from('visit'));
  const sub = placeOf(Buffer.from('visit/window'));
  expect(sub.bucket).toBe(parent.bucket);
  expect([String(sub.family), String(sub.sub), String(sub.id)]).toEqual(['visit', 'window', 'visit/window']);
  expect(parent.sub.length).toBe(0);
});

test('ids spread over all buckets', () => {
  const counts = new Array<number>(bucketCount).fill(0);
  for (let i = 0; i < 100 * bucketCount; i++) {
    const bucket = bucketOf(Buffer.from(`session-${i}`));
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  // a hundred each: five standard deviations either way
  expect(Math.min(...counts)).toBeGreaterThan(50);
  expect(Math.max(...counts)).toBeLessThan(150);
});

test('all keys of a bucket have its hash tag, and a prefix that would break it is refused', () => {
  const keys = new KeyNames('shop.example');
  expect(String(keys.family(7, Buffer.from('visit')))).toBe('shop.example:{7}:s:visit');
  expect(slotOf(keys.ofBucket(7, 'd'))).toBe(slotOf('7'));
  for (const prefix of ['', 'a{b', 'a}b', 'a b', 'x'.repeat(65)]) expect(() => new KeyNames(prefix)).toThrow(/prefix/);
});
