// Operations of many batches, in the order of their keys, of each family the last alone: what the tables get of a journal.
// A page of a table is then changed once for all families on it, and a family that changed in every batch once for all
// of them (bench `durability`). Here is only where each operation stands in the journal; what it says is read from there
// when its turn comes, so that many batches may gather without being in memory (bench `scale`).
import { randomBytes } from 'node:crypto';
import { HalfSipHash } from '../half-sip-hash.js';
import { type BatchVisitor, OperationCursor, operationKind, operationsIn } from './batch.js';

/** A hash and the number of an operation share the 53 bits of a double. */
const mostOperations = 2 ** 21;
const smallestOperationBytes = 12;
/** Two hashes under keys that nobody knows tell keys of one hash apart: with that of the key itself, 96 bits. */
const marker = new HalfSipHash(randomBytes(8));
const otherMarker = new HalfSipHash(randomBytes(8));

/** Room of a memory when it is new; it doubles up to the second, and from there on grows by that much. */
const firstRoom = 1024;
const largestStep = 2 ** 16;
const firstRoomOfBucket = 64;
/**
 * Operations are sorted by buckets, each when its turn comes: half a million at once took the processor for 50 ms, for
 * which the loop that answers had to wait where processors are few (bench `tail`).
 */
const bucketBits = 6;

/**
 * What a generation knows of its operations. It is used again by a later one: new arrays for each would wait by the ten
 * megabytes for a collector that has nothing else to do on the thread that writes (bench `scale`).
 */
export class GenerationMemory {
  /** Where each operation is: its entry and its place there. */
  entries = new Uint32Array(firstRoom);
  places = new Uint32Array(firstRoom);
  filedBefore = new Uint32Array(firstRoom);
  marks = new Uint32Array(firstRoom);
  otherMarks = new Uint32Array(firstRoom);
  /** Those whose hashes begin with the same bits, for each value of these. */
  readonly buckets: readonly Bucket[] = Array.from({ length: 1 << bucketBits }, () => new Bucket());

  /** Operations that it has room for. */
  get room(): number {
    return this.places.length;
  }

  grow(): void {
    const room = this.room + Math.min(this.room, largestStep);
    this.entries = longer(this.entries, new Uint32Array(room));
    this.places = longer(this.places, new Uint32Array(room));
    this.filedBefore = longer(this.filedBefore, new Uint32Array(room));
    this.marks = longer(this.marks, new Uint32Array(room));
    this.otherMarks = longer(this.otherMarks, new Uint32Array(room));
  }

  clear(): void {
    for (const bucket of this.buckets) bucket.clear();
  }
}

/** Operations in the order of their keys' hashes, once `sort` was called. */
class Bucket {
  count = 0;
  /** Hash of each operation's key times `mostOperations`, plus its number. */
  items = new Float64Array(firstRoomOfBucket);
  #isSorted = false;

  add(item: number): void {
    if (this.count === this.items.length) this.items = longer(this.items, new Float64Array(2 * this.count));
    this.items[this.count++] = item;
  }

  sort(): void {
    if (this.#isSorted) return;
    this.items.subarray(0, this.count).sort();
    this.#isSorted = true;
  }

  clear(): void {
    this.count = 0;
    this.#isSorted = false;
  }
}

function longer<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Answers an entry of the journal; its bytes are valid until the next call. */
export type EntryReader = (entry: number) => Buffer;

export class Generation {
  /** Bytes of its entries. */
  bytes = 0;
  operations = 0;
  /** Bytes of its longest operation. */
  longest = 0;
  /** Its own until it is folded. */
  readonly memory: GenerationMemory;
  readonly #read: EntryReader;
  /** Where each bucket begins in the order of all, and behind them the end; empty before the first is handed out. */
  #starts: readonly number[] = [];
  /** The bucket that was looked at last. */
  #bucket = 0;
  #next = 0;
  /** Bytes of what was handed out. */
  #handedOut = 0;
  readonly #operation = new OperationCursor();
  /** The operation at hand, out of the reader's way. */
  #copy = Buffer.allocUnsafeSlow(4096);

  constructor(read: EntryReader, memory = new GenerationMemory()) {
    this.#read = read;
    this.memory = memory;
    memory.clear();
  }

  /** Whether another batch may be too much for it. */
  isFull(limits: { readonly bytes: number; readonly operations: number }): boolean {
    return this.bytes >= limits.bytes || this.operations >= limits.operations;
  }

  /** Operations that were not handed out. */
  get remaining(): number {
    return this.operations - this.#next;
  }

  /** Whether it can take these, besides so many operations. */
  hasRoomFor(parts: readonly Buffer[], besides = 0): boolean {
    const room = mostOperations - this.operations - besides;
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    if (bytes <= room * smallestOperationBytes) return true;
    return parts.reduce((sum, part) => sum + operationsIn(part), 0) <= room;
  }

  /** Takes note of an entry for which there is room. */
  add(entry: number, operations: Buffer): void {
    const { memory } = this;
    const operation = this.#operation;
    this.bytes += operations.length;
    for (let at = 0; at < operations.length; ) {
      operation.moveTo(operations, at);
      const { keyAt, recordAt, nextAt, filedBefore } = operation;
      const number = this.operations++;
      if (number === memory.room) memory.grow();
      memory.entries[number] = entry;
      memory.places[number] = at;
      memory.filedBefore[number] = filedBefore;
      memory.marks[number] = marker.hash(operations, keyAt, recordAt);
      memory.otherMarks[number] = otherMarker.hash(operations, keyAt, recordAt);
      const hash = operations.readUInt32BE(keyAt);
      (memory.buckets[hash >>> (32 - bucketBits)] as Bucket).add(hash * mostOperations + number);
      this.longest = Math.max(this.longest, nextAt - at);
      at = nextAt;
    }
  }

  /** Goes back to an operation that was handed out. */
  rewind(to: number): void {
    this.#next = to;
  }

  get position(): number {
    return this.#next;
  }

  /** Hands out what so many operations, or a few more, come to; less where that is more than so many bytes. */
  foldSome(count: number, mostBytes: number, target: BatchVisitor): void {
    if (this.#starts.length === 0) this.#arrange();
    const end = Math.min(this.operations, this.#next + count);
    const endBytes = this.#handedOut + mostBytes;
    while (this.#next < end && this.#handedOut < endBytes) {
      const hash = this.#hashAt(this.#next);
      let past = this.#next + 1;
      while (past < this.operations && this.#hashAt(past) === hash) past++;
      this.#foldRun(this.#next, past, target);
      this.#next = past;
    }
  }

  #arrange(): void {
    const starts = [0];
    for (const { count } of this.memory.buckets) starts.push((starts.at(-1) as number) + count);
    this.#starts = starts;
  }

  /** The operation at a place in the order of all, as it stands in its bucket. */
  #itemAt(place: number): number {
    while (place < (this.#starts[this.#bucket] as number)) this.#bucket--;
    while (place >= (this.#starts[this.#bucket + 1] as number)) this.#bucket++;
    const bucket = this.memory.buckets[this.#bucket] as Bucket;
    bucket.sort();
    return bucket.items[place - (this.#starts[this.#bucket] as number)] as number;
  }

  #hashAt(place: number): number {
    return Math.floor(this.#itemAt(place) / mostOperations);
  }

  #numberAt(place: number): number {
    return this.#itemAt(place) % mostOperations;
  }

  /** Operations of one hash: nearly always of one family, of which the first says how the tables know it. */
  #foldRun(first: number, past: number, target: BatchVisitor): void {
    const last = this.#numberAt(past - 1);
    let filedBefore = this.memory.filedBefore[last] as number;
    const others: number[] = [];
    for (let place = past - 2; place >= first; place--) {
      const number = this.#numberAt(place);
      if (this.#isOfOneFamily(number, last)) filedBefore = this.memory.filedBefore[number] as number;
      else others.push(number);
    }
    this.#handOut(last, filedBefore, target);
    if (others.length > 0) this.#foldOthers(others.reverse(), target);
  }

  #isOfOneFamily(a: number, b: number): boolean {
    return this.memory.marks[a] === this.memory.marks[b] && this.memory.otherMarks[a] === this.memory.otherMarks[b];
  }

  #foldOthers(numbers: readonly number[], target: BatchVisitor): void {
    const families: { first: number; last: number }[] = [];
    for (const number of numbers) {
      const known = families.find(({ first }) => this.#isOfOneFamily(first, number));
      if (known === undefined) families.push({ first: number, last: number });
      else known.last = number;
    }
    for (const { first, last } of families) this.#handOut(last, this.memory.filedBefore[first] as number, target);
  }

  #handOut(number: number, filedBefore: number, target: BatchVisitor): void {
    const entry = this.#read(this.memory.entries[number] as number);
    const at = this.memory.places[number] as number;
    this.#operation.moveTo(entry, at);
    const { kind, keyAt, recordAt, nextAt, hasLocks } = this.#operation;
    if (nextAt - keyAt > this.#copy.length) this.#copy = Buffer.allocUnsafeSlow(2 * (nextAt - keyAt));
    entry.copy(this.#copy, 0, keyAt, nextAt);
    this.#handedOut += nextAt - keyAt;
    const key = this.#copy.subarray(0, recordAt - keyAt);
    if (kind === operationKind.put)
      target.put(key, this.#copy.subarray(recordAt - keyAt, nextAt - keyAt), filedBefore, hasLocks);
    else target.remove(key, filedBefore);
  }
}
