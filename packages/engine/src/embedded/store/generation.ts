// Operations of many batches, in the order of their keys, of each family the last alone: what the tables get of a journal.
// A page of a table is then changed once for all families on it, and a family that changed in every batch once for all
// of them (bench `durability`).
import { type BatchVisitor, operationAt, operationKind } from './batch.js';

const chunkBytes = 4 * 1024 * 1024;
/** A hash and the number of an operation share the 53 bits of a double. */
const mostOperations = 2 ** 21;
const smallestOperationBytes = 12;

export class Generation {
  /** Bytes of its batches. */
  bytes = 0;
  operations = 0;
  readonly chunks: Buffer[] = [];
  readonly #spare: Buffer[];
  #chunkUsed = 0;
  /** Where each operation is: its chunk and its place there. */
  #chunkOf = new Uint16Array(1024);
  #places = new Uint32Array(1024);
  /** Hash of each operation's key times `mostOperations`, plus its number. */
  #order = new Float64Array(1024);
  #isSorted = false;
  #next = 0;

  /** `spare`: memory of an earlier generation that is not used any more. */
  constructor(spare: readonly Buffer[] = []) {
    this.#spare = spare.filter(({ length }) => length === chunkBytes);
  }

  /** Whether another batch may be too much for it. */
  isFull(limits: { readonly bytes: number; readonly operations: number }): boolean {
    return this.bytes >= limits.bytes || this.operations >= limits.operations;
  }

  /** Operations that were not handed out. */
  get remaining(): number {
    return this.operations - this.#next;
  }

  hasRoomFor(batch: Buffer): boolean {
    const room = mostOperations - this.operations;
    if (batch.length <= room * smallestOperationBytes) return true;
    let count = 0;
    for (let at = 0; at < batch.length && count <= room; count++) at = operationAt(batch, at).nextAt;
    return count <= room;
  }

  /** Copies a batch for which there is room. */
  add(batch: Buffer): void {
    const chunk = this.#room(batch.length);
    const start = this.#chunkUsed;
    batch.copy(chunk, start);
    this.#chunkUsed += batch.length;
    this.bytes += batch.length;
    const end = start + batch.length;
    for (let at = start; at < end; ) {
      const { keyAt, nextAt } = operationAt(chunk, at);
      this.#note(chunk.readUInt32BE(keyAt), at);
      at = nextAt;
    }
  }

  #room(bytes: number): Buffer {
    const last = this.chunks[this.chunks.length - 1];
    if (last !== undefined && this.#chunkUsed + bytes <= last.length) return last;
    const spare = bytes <= chunkBytes ? this.#spare.pop() : undefined;
    const chunk = spare ?? Buffer.allocUnsafeSlow(Math.max(bytes, chunkBytes));
    this.chunks.push(chunk);
    this.#chunkUsed = 0;
    return chunk;
  }

  #note(hash: number, at: number): void {
    const number = this.operations++;
    if (number === this.#places.length) {
      this.#chunkOf = grown(this.#chunkOf, new Uint16Array(number * 2));
      this.#places = grown(this.#places, new Uint32Array(number * 2));
      this.#order = grown(this.#order, new Float64Array(number * 2));
    }
    this.#chunkOf[number] = this.chunks.length - 1;
    this.#places[number] = at;
    this.#order[number] = hash * mostOperations + number;
  }

  /** Goes back to the first operation. */
  rewind(to: number): void {
    this.#next = to;
  }

  get position(): number {
    return this.#next;
  }

  /** Hands out what so many operations, or a few more, come to. */
  foldSome(count: number, target: BatchVisitor): void {
    if (!this.#isSorted) {
      this.#order = this.#order.subarray(0, this.operations).sort();
      this.#isSorted = true;
    }
    const order = this.#order;
    const end = Math.min(this.operations, this.#next + count);
    while (this.#next < end) {
      const first = this.#next;
      const hash = Math.floor((order[first] as number) / mostOperations);
      let past = first + 1;
      while (past < this.operations && Math.floor((order[past] as number) / mostOperations) === hash) past++;
      this.#foldRun(first, past, target);
      this.#next = past;
    }
  }

  /** Operations of one hash: nearly always of one family, of which the first says how the tables know it. */
  #foldRun(first: number, past: number, target: BatchVisitor): void {
    const last = this.#operation(past - 1);
    let filedBefore = last.filedBefore;
    const others: number[] = [];
    for (let i = past - 2; i >= first; i--) {
      const each = this.#operation(i);
      if (each.key.equals(last.key)) filedBefore = each.filedBefore;
      else others.push(i);
    }
    if (last.kind === operationKind.put) target.put(last.key, last.record, filedBefore, last.hasLocks);
    else target.remove(last.key, filedBefore);
    if (others.length > 0) this.#foldOthers(others.reverse(), target);
  }

  #foldOthers(numbers: readonly number[], target: BatchVisitor): void {
    const families = new Map<string, { filedBefore: number; last: number }>();
    for (const number of numbers) {
      const { key, filedBefore } = this.#operation(number);
      const text = key.toString('latin1');
      const known = families.get(text);
      if (known === undefined) families.set(text, { filedBefore, last: number });
      else known.last = number;
    }
    for (const { filedBefore, last } of families.values()) {
      const { kind, key, record, hasLocks } = this.#operation(last);
      if (kind === operationKind.put) target.put(key, record, filedBefore, hasLocks);
      else target.remove(key, filedBefore);
    }
  }

  /** The operation at a place of the order. */
  #operation(index: number) {
    const number = (this.#order[index] as number) % mostOperations;
    const chunk = this.chunks[this.#chunkOf[number] as number] as Buffer;
    const { kind, keyAt, recordAt, nextAt, filedBefore, hasLocks } = operationAt(chunk, this.#places[number] as number);
    return {
      kind,
      key: chunk.subarray(keyAt, recordAt),
      record: chunk.subarray(recordAt, nextAt),
      filedBefore,
      hasLocks,
    };
  }
}

function grown<T extends Uint16Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
