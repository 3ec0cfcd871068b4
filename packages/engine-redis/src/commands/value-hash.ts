import { createHash } from 'node:crypto';

/** What stands for a value in the index: the same as the part `value-hash` of the scripts computes. */
export function valueHash(value: Buffer): string {
  const hash = createHash('sha1');
  if (value.length > 1024) hash.update(`${value.length}:`).update(value.subarray(0, 256)).update(value.subarray(-256));
  else hash.update(value);
  return hash.digest('hex').slice(0, 16);
}
