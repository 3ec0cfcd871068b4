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

export class BatchBuilder {
  readonly writer: ByteWriter;
  #recordBytesAt = 0;
  #hasLocksAt = 0;
  #recordAt = 0;

  /** `before`: operations of a batch that did not reach the disk and that must come first. */
  constructor(memory?: ArrayBuffer, before?: Uint8Array) {
    this.writer = new ByteWriter(memory);
    if (before !== undefined) this.writer.bytes(before);
  }

  get isEmpty(): boolean {
    return this.writer.length === 0;
  }

  /** Begins a put: the record is written into `writer` next, then `endPut` is called. The key is the first of these bytes. */
  beginPut(key: Uint8Array, filedBefore: number, keyBytes = key.length): void {
    const { writer } = this;
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
    const { writer } = this;
    writer.wordAt(this.#recordBytesAt, writer.length - this.#recordAt);
    if (hasLocks) writer.written[this.#hasLocksAt] = 1;
  }

  remove(key: Uint8Array, filedBefore: number): void {
    const { writer } = this;
    writer.byte(operationKind.remove);
    writer.short(key.length);
    writer.word(filedBefore);
    writer.bytes(key);
  }
}

/** An operation of a batch: which it is, and where its parts lie. Of a removal `recordAt` is `nextAt`. */
export interface OperationPlace {
  readonly kind: number;
  readonly filedBefore: number;
  readonly hasLocks: boolean;
  readonly keyAt: number;
  readonly recordAt: number;
  readonly nextAt: number;
}

/** The operation that begins at a place. */
export function operationAt(batch: Buffer, at: number): OperationPlace {
  const kind = batch[at] as number;
  const keyBytes = batch.readUInt16LE(at + 1);
  if (kind === operationKind.remove) {
    const keyAt = at + 7;
    const end = keyAt + keyBytes;
    const filedBefore = batch.readUInt32LE(at + 3);
    return { kind, filedBefore, hasLocks: false, keyAt, recordAt: end, nextAt: end };
  }
  const keyAt = at + 12;
  const recordAt = keyAt + keyBytes;
  return {
    kind,
    filedBefore: batch.readUInt32LE(at + 7),
    hasLocks: batch[at + 11] === 1,
    keyAt,
    recordAt,
    nextAt: recordAt + batch.readUInt32LE(at + 3),
  };
}

/** A batch in pieces of so many bytes, or of one operation where that is longer; each is a batch by itself. */
export function piecesOf(batch: Buffer, mostBytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < batch.length; ) {
    const { nextAt } = operationAt(batch, at);
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
  for (let at = 0; at < batch.length; ) {
    const { kind, filedBefore, hasLocks, keyAt, recordAt, nextAt } = operationAt(batch, at);
    const key = batch.subarray(keyAt, recordAt);
    if (kind === operationKind.put) visitor.put(key, batch.subarray(recordAt, nextAt), filedBefore, hasLocks);
    else visitor.remove(key, filedBefore);
    at = nextAt;
  }
}
