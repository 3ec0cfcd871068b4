// HalfSipHash-1-3: a keyed 32-bit hash. Ids come from browsers, so the table must not be floodable with ids that
// collide; a secret key drawn at start is what prevents it, and 32-bit arithmetic is what JavaScript does fast.
import { randomBytes } from 'node:crypto';

export class HalfSipHash {
  #key0 = 0;
  #key1 = 0;

  constructor(key: Uint8Array = randomBytes(8)) {
    this.rekey(key);
  }

  /** Takes another key: from now on hashes are others. */
  rekey(key: Uint8Array): void {
    const view = new DataView(key.buffer, key.byteOffset, 8);
    this.#key0 = view.getInt32(0, true);
    this.#key1 = view.getInt32(4, true);
  }

  /** Hash of a range of bytes: an unsigned 32-bit integer. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    let v0 = this.#key0;
    let v1 = this.#key1;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ v1;
    const length = end - start;
    const wordsEnd = end - (length & 3);
    let position = start;
    for (; position < wordsEnd; position += 4) {
      const word =
        (bytes[position] as number) |
        ((bytes[position + 1] as number) << 8) |
        ((bytes[position + 2] as number) << 16) |
        ((bytes[position + 3] as number) << 24);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    let last = length << 24;
    const left = length & 3;
    if (left === 3) last |= (bytes[position + 2] as number) << 16;
    if (left >= 2) last |= (bytes[position + 1] as number) << 8;
    if (left >= 1) last |= bytes[position] as number;
    // the last word, then three rounds with 0xff: four rounds of the same shape
    v3 ^= last;
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      if (round === 0) {
        v0 ^= last;
        v2 ^= 0xff;
      }
    }
    return (v1 ^ v3) >>> 0;
  }
}
