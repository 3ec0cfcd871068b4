// Variables of one session, packed in one block in the order in which they were first set: a word with the bytes in
// use, a word with their number, then per variable the length of its name (1 byte), the length of its value (1 byte, or
// 255 and 4 bytes), name, value. For the few variables of a session a walk over packed bytes beats any table.
import { copyBytes, sameBytes } from './copy-bytes.js';
import { byteOffset, chunkOf, type SlabMemory } from './slab-memory.js';

const headBytes = 8;
const longValue = 255;

/** Where the last found or walked variable lies, in the bytes of `chunk`; overwritten by the next search. */
export interface VariablePlace {
  bytes: Buffer;
  entryStart: number;
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

export class VariableBlocks {
  readonly #memory: SlabMemory;
  /** The place that `find` and `walk` answer with. */
  readonly place: VariablePlace = {
    bytes: Buffer.alloc(0),
    entryStart: 0,
    nameStart: 0,
    nameEnd: 0,
    valueStart: 0,
    valueEnd: 0,
  };

  constructor(memory: SlabMemory) {
    this.#memory = memory;
  }

  count(block: number): number {
    if (block === 0) return 0;
    return (this.#memory.words[chunkOf(block)] as Uint32Array)[(byteOffset(block) >> 2) + 1] as number;
  }

  /** Bytes in use. */
  size(block: number): number {
    if (block === 0) return 0;
    return (this.#memory.words[chunkOf(block)] as Uint32Array)[byteOffset(block) >> 2] as number;
  }

  /** Fills `place` with the variable of this name; false when there is none. */
  find(block: number, name: Uint8Array, start: number, end: number): boolean {
    if (block === 0) return false;
    const bytes = this.#memory.bytes[chunkOf(block)] as Buffer;
    const origin = byteOffset(block);
    const limit = origin + ((this.#memory.words[chunkOf(block)] as Uint32Array)[origin >> 2] as number);
    const nameLength = end - start;
    let at = origin + headBytes;
    while (at < limit) {
      const length = bytes[at] as number;
      let valueLength = bytes[at + 1] as number;
      let nameStart = at + 2;
      if (valueLength === longValue) {
        valueLength = bytes.readUInt32LE(at + 2);
        nameStart += 4;
      }
      if (length === nameLength && sameBytes(bytes, nameStart, name, start, length)) {
        const place = this.place;
        place.bytes = bytes;
        place.entryStart = at;
        place.nameStart = nameStart;
        place.nameEnd = nameStart + length;
        place.valueStart = nameStart + length;
        place.valueEnd = nameStart + length + valueLength;
        return true;
      }
      at = nameStart + length + valueLength;
    }
    return false;
  }

  /** Calls back for each variable with `place` filled; the callback must not change the block. */
  walk(block: number, callback: (place: VariablePlace) => void): void {
    if (block === 0) return;
    const bytes = this.#memory.bytes[chunkOf(block)] as Buffer;
    const origin = byteOffset(block);
    const limit = origin + this.size(block);
    let at = origin + headBytes;
    while (at < limit) {
      const nameLength = bytes[at] as number;
      let valueLength = bytes[at + 1] as number;
      let nameStart = at + 2;
      if (valueLength === longValue) {
        valueLength = bytes.readUInt32LE(at + 2);
        nameStart += 4;
      }
      const place = this.place;
      place.bytes = bytes;
      place.entryStart = at;
      place.nameStart = nameStart;
      place.nameEnd = nameStart + nameLength;
      place.valueStart = place.nameEnd;
      place.valueEnd = place.nameEnd + valueLength;
      at = place.valueEnd;
      callback(place);
    }
  }

  /** Sets a variable; answers the block, which may be another one now. */
  set(
    block: number,
    name: Uint8Array,
    nameStart: number,
    nameEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): number {
    const valueLength = valueEnd - valueStart;
    if (this.find(block, name, nameStart, nameEnd)) {
      const place = this.place;
      const oldLength = place.valueEnd - place.valueStart;
      if (oldLength === valueLength) {
        copyBytes(value, valueStart, valueEnd, place.bytes, place.valueStart);
        return block;
      }
      return this.#replace(block, name, nameStart, nameEnd, value, valueStart, valueEnd);
    }
    const entryBytes = entrySize(nameEnd - nameStart, valueLength);
    const oldSize = block === 0 ? headBytes : this.size(block);
    const count = this.count(block);
    const target = this.#resized(block, oldSize, oldSize + entryBytes);
    const bytes = this.#memory.bytes[chunkOf(target)] as Buffer;
    writeEntry(bytes, byteOffset(target) + oldSize, name, nameStart, nameEnd, value, valueStart, valueEnd);
    this.#writeHead(target, oldSize + entryBytes, count + 1);
    return target;
  }

  /** Removes a variable that `find` has just found; answers the block, 0 when it was the last variable. */
  removeFound(block: number): number {
    const { bytes, entryStart, valueEnd } = this.place;
    const origin = byteOffset(block);
    const size = this.size(block);
    const count = this.count(block) - 1;
    if (count === 0) {
      this.#memory.free(block);
      return 0;
    }
    bytes.copyWithin(entryStart, valueEnd, origin + size);
    const smaller = size - (valueEnd - entryStart);
    this.#writeHead(block, smaller, count);
    return this.#resized(block, smaller, smaller);
  }

  /** A copy of a block. */
  clone(block: number): number {
    if (block === 0) return 0;
    const size = this.size(block);
    const copy = this.#memory.allocate(size);
    const origin = byteOffset(block);
    copyBytes(
      this.#memory.bytes[chunkOf(block)] as Buffer,
      origin,
      origin + size,
      this.#memory.bytes[chunkOf(copy)] as Buffer,
      byteOffset(copy),
    );
    return copy;
  }

  /** Changes a found value to one of another length, keeping the variable's position. */
  #replace(
    block: number,
    name: Uint8Array,
    nameStart: number,
    nameEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): number {
    const origin = byteOffset(block);
    const { entryStart, valueEnd: entryEnd } = this.place;
    const oldSize = this.size(block);
    const count = this.count(block);
    const before = entryStart - origin;
    const entryBytes = entrySize(nameEnd - nameStart, valueEnd - valueStart);
    const after = oldSize - (entryEnd - origin);
    const newSize = before + entryBytes + after;
    const source = this.#memory.bytes[chunkOf(block)] as Buffer;
    if (this.#memory.fits(block, newSize)) {
      source.copyWithin(entryStart + entryBytes, entryEnd, entryEnd + after);
      writeEntry(source, entryStart, name, nameStart, nameEnd, value, valueStart, valueEnd);
      this.#writeHead(block, newSize, count);
      return block;
    }
    const target = this.#memory.allocate(newSize);
    const bytes = this.#memory.bytes[chunkOf(target)] as Buffer;
    const targetOrigin = byteOffset(target);
    copyBytes(source, origin, entryStart, bytes, targetOrigin);
    writeEntry(bytes, targetOrigin + before, name, nameStart, nameEnd, value, valueStart, valueEnd);
    copyBytes(source, entryEnd, entryEnd + after, bytes, targetOrigin + before + entryBytes);
    this.#memory.free(block);
    this.#writeHead(target, newSize, count);
    return target;
  }

  /** A block for `newSize` bytes that holds the first `keep` bytes of the old one. */
  #resized(block: number, keep: number, newSize: number): number {
    if (block !== 0 && this.#memory.fits(block, newSize)) return block;
    const target = this.#memory.allocate(newSize);
    if (block !== 0) {
      const origin = byteOffset(block);
      copyBytes(
        this.#memory.bytes[chunkOf(block)] as Buffer,
        origin,
        origin + keep,
        this.#memory.bytes[chunkOf(target)] as Buffer,
        byteOffset(target),
      );
      this.#memory.free(block);
    }
    return target;
  }

  #writeHead(block: number, size: number, count: number): void {
    const words = this.#memory.words[chunkOf(block)] as Uint32Array;
    const at = byteOffset(block) >> 2;
    words[at] = size;
    words[at + 1] = count;
  }
}

function entrySize(nameLength: number, valueLength: number): number {
  return 2 + (valueLength >= longValue ? 4 : 0) + nameLength + valueLength;
}

function writeEntry(
  bytes: Buffer,
  at: number,
  name: Uint8Array,
  nameStart: number,
  nameEnd: number,
  value: Uint8Array,
  valueStart: number,
  valueEnd: number,
): void {
  const nameLength = nameEnd - nameStart;
  const valueLength = valueEnd - valueStart;
  bytes[at] = nameLength;
  let position = at + 2;
  if (valueLength >= longValue) {
    bytes[at + 1] = longValue;
    bytes.writeUInt32LE(valueLength, position);
    position += 4;
  } else {
    bytes[at + 1] = valueLength;
  }
  copyBytes(name, nameStart, nameEnd, bytes, position);
  copyBytes(value, valueStart, valueEnd, bytes, position + nameLength);
}
