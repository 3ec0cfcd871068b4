// A hash table of addresses, outside the heap's object graph. Open addressing over pairs of hash and address, cut into
// segments by the upper bits of the hash, so that growing one segment is short work and no insertion ever pays for the
// whole table. Because segments are in order of the hash, a listing can go on from a hash, whatever came or went.

const smallestSegment = 4;

export class AddressTable {
  /** Addresses in the table. */
  size = 0;
  /** Pairs of hash and address; address 0 is an empty place. Lengths are powers of two. */
  protected readonly segments: Uint32Array[] = [];
  protected readonly segmentShift: number;
  readonly #counts: Uint32Array;

  /** `segmentBits`: 2 to that power are the segments; 1 to 16. */
  constructor(segmentBits: number) {
    this.segmentShift = 32 - segmentBits;
    this.#counts = new Uint32Array(1 << segmentBits);
    for (let i = 0; i < 1 << segmentBits; i++) this.segments.push(new Uint32Array(smallestSegment * 2));
  }

  /** The first address of this hash for which `matches` says yes, or 0. */
  findWhere(hash: number, matches: (address: number) => boolean): number {
    const segment = this.segments[hash >>> this.segmentShift] as Uint32Array;
    const mask = segment.length - 1;
    let at = (hash << 1) & mask;
    for (;;) {
      const address = segment[at + 1] as number;
      if (address === 0) return 0;
      if (segment[at] === hash && matches(address)) return address;
      at = (at + 2) & mask;
    }
  }

  /** Adds an address that is not in the table. */
  insert(hash: number, address: number): void {
    const number = hash >>> this.segmentShift;
    let segment = this.segments[number] as Uint32Array;
    const count = (this.#counts[number] as number) + 1;
    if (count * 2 * 4 > segment.length * 3) segment = this.#resize(number, segment.length * 2);
    place(segment, hash, address);
    this.#counts[number] = count;
    this.size++;
  }

  remove(hash: number, address: number): void {
    const number = hash >>> this.segmentShift;
    const segment = this.segments[number] as Uint32Array;
    const mask = segment.length - 1;
    let hole = (hash << 1) & mask;
    while (segment[hole + 1] !== address) hole = (hole + 2) & mask;
    // move later ones of the run back, so that no search ends too early
    let at = hole;
    for (;;) {
      at = (at + 2) & mask;
      if (segment[at + 1] === 0) break;
      const home = ((segment[at] as number) << 1) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        segment[hole] = segment[at] as number;
        segment[hole + 1] = segment[at + 1] as number;
        hole = at;
      }
    }
    segment[hole] = 0;
    segment[hole + 1] = 0;
    const count = (this.#counts[number] as number) - 1;
    this.#counts[number] = count;
    this.size--;
    if (segment.length > smallestSegment * 2 && count * 2 * 8 < segment.length)
      this.#resize(number, segment.length / 2);
  }

  get segmentCount(): number {
    return this.segments.length;
  }

  /** Calls back for each address of a segment; the callback must not insert or remove. */
  forEachInSegment(number: number, callback: (address: number, hash: number) => void): void {
    const segment = this.segments[number] as Uint32Array;
    if (this.#counts[number] === 0) return;
    for (let at = 0; at < segment.length; at += 2) {
      const address = segment[at + 1] as number;
      if (address !== 0) callback(address, segment[at] as number);
    }
  }

  countInSegment(number: number): number {
    return this.#counts[number] as number;
  }

  /** The segment in which a hash lies. */
  segmentOf(hash: number): number {
    return hash >>> this.segmentShift;
  }

  /** The hash behind the last that lies in a segment. */
  endOfSegment(number: number): number {
    return ((number + 1) / this.segments.length) * 2 ** 32;
  }

  /** Some address, found from a random point on; 0 when there is none. */
  sample(random: number): number {
    let number = (random >>> this.segmentShift) % this.segments.length;
    for (let tries = 0; tries < this.segments.length; tries++) {
      if (this.#counts[number] !== 0) {
        const segment = this.segments[number] as Uint32Array;
        const mask = segment.length - 1;
        let at = (random << 1) & mask;
        while (segment[at + 1] === 0) at = (at + 2) & mask;
        return segment[at + 1] as number;
      }
      number = (number + 1) % this.segments.length;
    }
    return 0;
  }

  #resize(number: number, length: number): Uint32Array {
    const old = this.segments[number] as Uint32Array;
    const segment = new Uint32Array(length);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] !== 0) place(segment, old[at] as number, old[at + 1] as number);
    }
    this.segments[number] = segment;
    return segment;
  }
}

function place(segment: Uint32Array, hash: number, address: number): void {
  const mask = segment.length - 1;
  let at = (hash << 1) & mask;
  while (segment[at + 1] !== 0) at = (at + 2) & mask;
  segment[at] = hash;
  segment[at + 1] = address;
}
