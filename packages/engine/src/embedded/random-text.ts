// Random letters and digits from the CSPRNG, which never blocks. Bytes above the largest multiple of 62 are thrown
// away, so that every character is as likely as any other.
import { randomFillSync } from 'node:crypto';

const alphabet = Buffer.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const largestFair = 256 - (256 % alphabet.length);
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Bytes of that many random characters. */
export function randomText(length: number): Buffer {
  const text = Buffer.alloc(length);
  for (let i = 0; i < length; ) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const byte = pool[used] as number;
    pool[used++] = 0;
    if (byte < largestFair) text[i++] = alphabet[byte % alphabet.length] as number;
  }
  return text;
}

/** The characters of which random text is made. */
export const randomAlphabet: readonly number[] = [...alphabet];
