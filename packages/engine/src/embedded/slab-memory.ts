// Memory for sessions outside the JavaScript heap: the collector never walks it, so a million sessions cost no pauses.
//
// Memory comes in chunks of 32 MiB, each cut into blocks of one size class; a block larger than the largest class has a
// chunk of its own. An address is chunk number times 2^21 plus offset in units of 16 bytes, so it fits 32 bits and
// never moves while the block lives; 0 is no block. The system backs a chunk page by page as it is used, and chunks that
// become empty are given back. Few large chunks, because each costs three objects on the way to every byte: with chunks
// of 1 MiB those no longer fit the cache (bench `read`, pipeline 64). And no smaller ones, because what is smaller than
// 32 MiB glibc takes from its heap once something of that size was freed: it clears all of it at once, used or not, and
// does not give it back from the middle of the heap (slab-pages.test.ts).

const chunkBytes = 1 << 25;
const unitShift = 4;
const chunkShift = 21;
const chunkUnits = 1 << chunkShift;
const offsetMask = chunkUnits - 1;
const mostChunks = 0x7ff;
const largestClassBytes = 4 * 1024 * 1024;
/** A chunk that is given back is kept for the next, unless so much of it was used that its pages are worth having. */
const spareChunks = 1;
const spareBytes = 1 << 20;
/** An empty chunk of which no more than so much was used stays: its pages are few, and it will be used again. */
const idleBytes = 1 << 15;

/** Block sizes: by 16 up to 512 bytes, then by an eighth, so that at most 12.5 % of a block is idle. */
const classBytes: readonly number[] = (() => {
  const sizes: number[] = [];
  for (let size = 16; size <= 512; size += 16) sizes.push(size);
  let size = 512;
  while (size < largestClassBytes) {
    size = Math.min(largestClassBytes, (size + (size >> 3) + 15) & ~15);
    sizes.push(size);
  }
  return sizes;
})();

/** Class by size in units of 16 bytes. */
const classOfUnits: Uint8Array = (() => {
  const table = new Uint8Array((largestClassBytes >> unitShift) + 1);
  let index = 0;
  for (let units = 1; units < table.length; units++) {
    while ((classBytes[index] as number) < units << unitShift) index++;
    table[units] = index;
  }
  return table;
})();

const noClass = -1;

interface Chunk {
  readonly sizeClass: number;
  readonly blockBytes: number;
  live: number;
  /** Offset in units of the first never used block. */
  fresh: number;
  /** Offset in units plus 1 of the first freed block, 0 when there is none; the next stands in the block's first word. */
  freed: number;
  /** Whether the class knows it as one with room. */
  isListed: boolean;
}

export class SlabMemory {
  /** The bytes of each chunk, by chunk number; index with `chunkOf(address)`. */
  readonly bytes: Buffer[] = [Buffer.alloc(0)];
  readonly words: Uint32Array[] = [new Uint32Array(0)];
  readonly doubles: Float64Array[] = [new Float64Array(0)];
  /** Bytes of all chunks. */
  reservedBytes = 0;
  /** Bytes of all blocks in use. */
  usedBytes = 0;
  readonly #chunks: (Chunk | undefined)[] = [undefined];
  readonly #withRoom: number[][] = classBytes.map(() => []);
  readonly #vacant: number[] = [];
  readonly #spare: ArrayBuffer[] = [];

  /** A block of at least this many bytes, with whatever it held before. */
  allocate(size: number): number {
    if (size > largestClassBytes) return this.#allocateAlone(size);
    const sizeClass = classOfUnits[(size + 15) >> unitShift] as number;
    const listed = this.#withRoom[sizeClass] as number[];
    let number = listed.length === 0 ? 0 : (listed[listed.length - 1] as number);
    if (number === 0) {
      number = this.#openChunk(
        sizeClass,
        classBytes[sizeClass] as number,
        this.#spare.pop() ?? new ArrayBuffer(chunkBytes),
      );
      listed.push(number);
    }
    const chunk = this.#chunks[number] as Chunk;
    let offset: number;
    if (chunk.freed !== 0) {
      offset = chunk.freed - 1;
      chunk.freed = (this.words[number] as Uint32Array)[offset << 2] as number;
    } else {
      offset = chunk.fresh;
      chunk.fresh += chunk.blockBytes >> unitShift;
    }
    chunk.live++;
    if (chunk.freed === 0 && (chunk.fresh << unitShift) + chunk.blockBytes > chunkBytes) {
      chunk.isListed = false;
      listed.pop();
    }
    this.usedBytes += chunk.blockBytes;
    return number * chunkUnits + offset;
  }

  free(address: number): void {
    const number = address >>> chunkShift;
    const chunk = this.#chunks[number] as Chunk;
    this.usedBytes -= chunk.blockBytes;
    chunk.live--;
    if (chunk.sizeClass === noClass) {
      this.#closeChunk(number, chunk);
      return;
    }
    const offset = address & offsetMask;
    (this.words[number] as Uint32Array)[offset << 2] = chunk.freed;
    chunk.freed = offset + 1;
    const listed = this.#withRoom[chunk.sizeClass] as number[];
    if (chunk.live === 0 && (listed.length > 1 || chunk.fresh << unitShift > idleBytes)) {
      const at = listed.indexOf(number);
      if (at >= 0) {
        listed[at] = listed[listed.length - 1] as number;
        listed.pop();
      }
      this.#closeChunk(number, chunk);
      return;
    }
    if (!chunk.isListed) {
      chunk.isListed = true;
      listed.push(number);
    }
    if (chunk.live === 0) {
      // begins anew at its first page, so that an idle class never has more pages than it needed at a time
      chunk.fresh = 0;
      chunk.freed = 0;
    }
  }

  /** Bytes that the block at an address may hold. */
  capacity(address: number): number {
    return (this.#chunks[address >>> chunkShift] as Chunk).blockBytes;
  }

  /** Whether a block of `size` bytes would be of the same class as the one at the address. */
  fits(address: number, size: number): boolean {
    const capacity = this.capacity(address);
    if (size > capacity) return false;
    if (size > largestClassBytes) return capacity - size < capacity >> 3;
    return classBytes[classOfUnits[(size + 15) >> unitShift] as number] === capacity;
  }

  #allocateAlone(size: number): number {
    const rounded = (size + 4095) & ~4095;
    const number = this.#openChunk(noClass, rounded, new ArrayBuffer(rounded));
    (this.#chunks[number] as Chunk).live = 1;
    this.usedBytes += rounded;
    return number * chunkUnits;
  }

  #openChunk(sizeClass: number, blockBytes: number, memory: ArrayBuffer): number {
    const number = this.#vacant.pop() ?? this.#chunks.length;
    if (number > mostChunks) throw new RangeError(`the session memory is full: ${mostChunks} chunks are in use`);
    this.#chunks[number] = { sizeClass, blockBytes, live: 0, fresh: 0, freed: 0, isListed: sizeClass !== noClass };
    this.bytes[number] = Buffer.from(memory);
    this.words[number] = new Uint32Array(memory);
    this.doubles[number] = new Float64Array(memory);
    this.reservedBytes += memory.byteLength;
    return number;
  }

  #closeChunk(number: number, chunk: Chunk): void {
    const memory = (this.bytes[number] as Buffer).buffer as ArrayBuffer;
    this.reservedBytes -= memory.byteLength;
    const isLittleUsed = chunk.sizeClass !== noClass && chunk.fresh << unitShift <= spareBytes;
    if (isLittleUsed && this.#spare.length < spareChunks) this.#spare.push(memory);
    this.#chunks[number] = undefined;
    this.bytes[number] = this.bytes[0] as Buffer;
    this.words[number] = this.words[0] as Uint32Array;
    this.doubles[number] = this.doubles[0] as Float64Array;
    this.#vacant.push(number);
  }
}

/** Number of the chunk that holds an address. */
export function chunkOf(address: number): number {
  return address >>> chunkShift;
}

/** Where in its chunk an address is, in bytes. */
export function byteOffset(address: number): number {
  return (address & offsetMask) << unitShift;
}
