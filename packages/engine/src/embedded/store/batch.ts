// A batch: changes of families that reach the disk together or not at all, as bytes, so that they can be handed to the
// thread that writes them. Per operation: a byte saying which, then
//
//   put      short bytes of the key, word bytes of the record, word second filed before, byte whether it has locks, both
//   remove   short bytes of the key, word second filed before, key
//
// Records come without their checksum; whoever writes them fills it in.
import { ByteWriter } from './byte-writer.js';

export const operationKind = { put: 1, remove: 2 } as const;

export interface BatchVisitor {
  put(key: Buffer, record: Buffer, filedBefore: number, hasLocks: boolean): void;
  remove(key: Buffer, filedBefore: number): void;
}

/** A run of whole operations, in memory that the thread which writes sees too. */
export interface BatchPart {
  readonly memory: SharedArrayBuffer;
  readonly bytes: number;
}

const partBytes = 1024 * 1024;
/** A part with less room than this takes no more operations. */
const spareBytes = 64 * 1024;

export class BatchBuilder {
  /** Full parts, the oldest first. */
  readonly #parts: BatchPart[];
  /** Memory of parts that were written. */
  readonly #pool: SharedArrayBuffer[];
  #writer: ByteWriter;
  #partsBytes = 0;
  #recordBytesAt = 0;
  #hasLocksAt = 0;
  #recordAt = 0;

  /** `pool`: memory to be used, taken from its end; `before`: parts of a batch that did not reach the disk and that must come first. */
  constructor(pool: SharedArrayBuffer[] = [], before: readonly BatchPart[] = []) {
    this.#pool = pool;
    this.#parts = [...before];
    this.#partsBytes = before.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#writer = this.#newWriter();
  }

  #newWriter(): ByteWriter {
    return new ByteWriter(this.#pool.pop() ?? new SharedArrayBuffer(partBytes));
  }

  /** Takes the bytes of a record, after `beginPut`. */
  get writer(): ByteWriter {
    return this.#writer;
  }

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  get bytes(): number {
    return this.#partsBytes + this.#writer.length;
  }

  get fullParts(): number {
    return this.#parts.length;
  }

  /** Takes the oldest of the full parts. */
  takeFull(most: number): readonly BatchPart[] {
    return this.#parts.splice(0, most);
  }

  /** Puts back what was taken. */
  putBack(parts: readonly BatchPart[]): void {
    this.#parts.unshift(...parts);
  }

  /** All parts that are left; nothing is written after this. */
  finish(): readonly BatchPart[] {
    const { length: bytes, memory } = this.#writer;
    if (bytes > 0) this.#parts.push({ memory, bytes });
    else this.#pool.push(memory);
    return this.#parts;
  }

  #makeRoom(): void {
    const { length: bytes, memory } = this.#writer;
    if (bytes + spareBytes <= partBytes) return;
    this.#parts.push({ memory, bytes });
    this.#partsBytes += bytes;
    this.#writer = this.#newWriter();
  }

  /** Begins a put: the record is written into `writer` next, then `endPut` is called. The key is the first of these bytes. */
  beginPut(key: Uint8Array, filedBefore: number, keyBytes = key.length): void {
    this.#makeRoom();
    const writer = this.#writer;
    writer.byte(operationKind.put);
    writer.short(keyBytes);
    this.#recordBytesAt = writer.length;
    writer.word(0);
    writer.word(filedBefore);
    this.#hasLocksAt = writer.length;
    writer.byte(0);
    writer.bytes(key, 0, keyBytes);
    this.#recordAt = writer.length;
  }

  endPut(hasLocks: boolean): void {
    const writer = this.#writer;
    writer.wordAt(this.#recordBytesAt, writer.length - this.#recordAt);
    if (hasLocks) writer.written[this.#hasLocksAt] = 1;
  }

  /** The key is the first of these bytes. */
  remove(key: Uint8Array, filedBefore: number, keyBytes = key.length): void {
    this.#makeRoom();
    const writer = this.#writer;
    writer.byte(operationKind.remove);
    writer.short(keyBytes);
    writer.word(filedBefore);
    writer.bytes(key, 0, keyBytes);
  }
}

/** The operations of a part. */
export function bytesOf({ memory, bytes }: BatchPart): Buffer {
  return Buffer.from(memory, 0, bytes);
}

/** Puts the memory of parts that are done with into a pool of so many bytes at most. */
export function giveBack(parts: readonly BatchPart[], pool: SharedArrayBuffer[], mostBytes: number): void {
  // that of a part with a very long record is another's
  for (const { memory } of parts)
    if (memory.byteLength === partBytes && (pool.length + 1) * partBytes <= mostBytes) pool.push(memory);
}

/** Where an operation of a batch ends and the next begins. */
function operationEnd(batch: Buffer, at: number): number {
  const keyBytes = batch.readUInt16LE(at + 1);
  return batch[at] === operationKind.remove ? at + 7 + keyBytes : at + 12 + keyBytes + batch.readUInt32LE(at + 3);
}

/**
 * An operation of a batch: which it is, and where its parts lie. Moved from one to the next, since an object for each would
 * be most of what the thread that writes allocates (bench `headline`, `write-1`).
 */
export class OperationCursor {
  kind = 0;
  filedBefore = 0;
  hasLocks = false;
  keyAt = 0;
  /** Of a removal `recordAt` is `nextAt`. */
  recordAt = 0;
  nextAt = 0;

  moveTo(batch: Buffer, at: number): void {
    const keyBytes = batch.readUInt16LE(at + 1);
    this.kind = batch[at] as number;
    if (this.kind === operationKind.remove) {
      this.filedBefore = batch.readUInt32LE(at + 3);
      this.hasLocks = false;
      this.keyAt = at + 7;
      this.recordAt = this.keyAt + keyBytes;
      this.nextAt = this.recordAt;
      return;
    }
    this.filedBefore = batch.readUInt32LE(at + 7);
    this.hasLocks = batch[at + 11] === 1;
    this.keyAt = at + 12;
    this.recordAt = this.keyAt + keyBytes;
    this.nextAt = this.recordAt + batch.readUInt32LE(at + 3);
  }
}

/** How many operations a batch has. */
export function operationsIn(batch: Buffer): number {
  let count = 0;
  for (let at = 0; at < batch.length; count++) at = operationEnd(batch, at);
  return count;
}

/** Whether a batch takes out at least as many records as it puts in. */
export function isFreeing(parts: readonly Buffer[]): boolean {
  let balance = 0;
  for (const part of parts)
    for (let at = 0; at < part.length; ) {
      balance += part[at] === operationKind.remove ? 1 : -1;
      at = operationEnd(part, at);
    }
  return balance >= 0;
}

/** A batch in pieces of so many bytes, or of one operation where that is longer; each is a batch by itself. */
export function piecesOf(batch: Buffer, mostBytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < batch.length; ) {
    const nextAt = operationEnd(batch, at);
    if (nextAt - start > mostBytes && at > start) {
      pieces.push(batch.subarray(start, at));
      start = at;
    }
    at = nextAt;
  }
  if (start < batch.length) pieces.push(batch.subarray(start));
  return pieces;
}

/** Goes through a batch in order; the buffers are parts of it. */
export function visitBatch(batch: Buffer, visitor: BatchVisitor): void {
  const operation = new OperationCursor();
  for (let at = 0; at < batch.length; ) {
    operation.moveTo(batch, at);
    const { kind, filedBefore, hasLocks, keyAt, recordAt, nextAt } = operation;
    const key = batch.subarray(keyAt, recordAt);
    if (kind === operationKind.put) visitor.put(key, batch.subarray(recordAt, nextAt), filedBefore, hasLocks);
    else visitor.remove(key, filedBefore);
    at = nextAt;
  }
}
