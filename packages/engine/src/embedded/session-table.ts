// Finds a session by its id's bytes, without making a string of them.
import { AddressTable } from './address-table.js';
import { sameBytes } from './copy-bytes.js';
import { headWord, idOffset } from './session-layout.js';
import { byteOffset, chunkOf, type SlabMemory } from './slab-memory.js';

const segmentBits = 6;
const shapeOffset = headWord.shape * 4;

export class SessionTable extends AddressTable {
  readonly #memory: SlabMemory;

  constructor(memory: SlabMemory) {
    super(segmentBits);
    this.#memory = memory;
  }

  /** What stands where the search for this hash begins: for the sake of having looked. */
  placeOf(hash: number): number {
    const segment = this.segments[hash >>> this.segmentShift] as Uint32Array;
    return segment[(hash << 1) & (segment.length - 1)] as number;
  }

  /** The first address under this hash, without a look at its id; 0 when there is none. */
  likely(hash: number): number {
    const segment = this.segments[hash >>> this.segmentShift] as Uint32Array;
    const mask = segment.length - 1;
    let at = (hash << 1) & mask;
    for (;;) {
      const address = segment[at + 1] as number;
      if (address === 0 || segment[at] === hash) return address;
      at = (at + 2) & mask;
    }
  }

  /** Address of the session with this id, or 0. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const segment = this.segments[hash >>> this.segmentShift] as Uint32Array;
    const mask = segment.length - 1;
    const length = end - start;
    let at = (hash << 1) & mask;
    for (;;) {
      const address = segment[at + 1] as number;
      if (address === 0) return 0;
      if (segment[at] === hash) {
        const head = this.#memory.bytes[chunkOf(address)] as Buffer;
        const offset = byteOffset(address);
        // the length of the id is the low byte of its word: one array to look into instead of two
        if (head[offset + shapeOffset] === length && sameBytes(head, offset + idOffset, bytes, start, length))
          return address;
      }
      at = (at + 2) & mask;
    }
  }
}
