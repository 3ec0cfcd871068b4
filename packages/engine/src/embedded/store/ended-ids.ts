// Ids that ended, as bytes outside the heap in memory that is used again: where sessions come and go by the ten thousand a
// second, strings and maps of them would be most of what the collector has to do, and memory that goes up and down with it.
import { copyBytes, sameBytes } from '../copy-bytes.js';

const firstRoom = 64;
const firstBytes = 4096;
/** Room that is kept when it is emptied. */
const keptRoom = 2 ** 16;

export class EndedIds {
  count = 0;
  #hashes = new Uint32Array(firstRoom);
  #filed = new Uint32Array(firstRoom);
  /** Where each id ends in `#bytes`; it begins where the one before ends. */
  #ends = new Uint32Array(firstRoom);
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  /** Open addressing: number of an id and 1, or 0; twice as many as there is room for ids. */
  #slots = new Uint32Array(2 * firstRoom);

  /** Enters an id, its hash, and the second under which it is filed; of one that is there already, the second alone. */
  add(hash: number, id: Uint8Array, filedSecond: number): void {
    const known = this.#find(hash, id, 0, id.length);
    if (known >= 0) {
      this.#filed[known] = filedSecond;
      return;
    }
    if (this.count === this.#hashes.length) this.#grow(2 * this.count);
    const number = this.count++;
    const at = this.#startOf(number);
    this.#makeRoomFor(at + id.length);
    copyBytes(id, 0, id.length, this.#bytes, at);
    this.#hashes[number] = hash;
    this.#filed[number] = filedSecond;
    this.#ends[number] = at + id.length;
    this.#enter(number);
  }

  has(hash: number, bytes: Uint8Array, start: number, end: number): boolean {
    return this.#find(hash, bytes, start, end) >= 0;
  }

  hashAt(number: number): number {
    return this.#hashes[number] as number;
  }

  filedAt(number: number): number {
    return this.#filed[number] as number;
  }

  /** Copies an id; answers its length. */
  copyId(number: number, target: Uint8Array, at: number): number {
    const start = this.#startOf(number);
    const end = this.#ends[number] as number;
    copyBytes(this.#bytes, start, end, target, at);
    return end - start;
  }

  clear(): void {
    this.count = 0;
    if (this.#hashes.length > keptRoom) {
      this.#hashes = new Uint32Array(firstRoom);
      this.#filed = new Uint32Array(firstRoom);
      this.#ends = new Uint32Array(firstRoom);
      this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
      this.#slots = new Uint32Array(2 * firstRoom);
    } else this.#slots.fill(0);
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] as number);
  }

  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0) return -1;
      if (this.#hashes[number] !== hash) continue;
      const from = this.#startOf(number);
      const length = (this.#ends[number] as number) - from;
      if (length === end - start && sameBytes(this.#bytes, from, bytes, start, length)) return number;
    }
  }

  #enter(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[number] as number) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #grow(room: number): void {
    this.#hashes = copied(this.#hashes, room);
    this.#filed = copied(this.#filed, room);
    this.#ends = copied(this.#ends, room);
    this.#slots = new Uint32Array(2 * room);
    for (let number = 0; number < this.count; number++) this.#enter(number);
  }

  #makeRoomFor(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const longer = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.#bytes.length));
    this.#bytes.copy(longer);
    this.#bytes = longer;
  }
}

function copied(from: Uint32Array, room: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(room);
  to.set(from);
  return to;
}
