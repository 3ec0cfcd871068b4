// A batch: changes of families that reach the disk together or not at all, as bytes, so that they can be handed to the
// thread that writes them. Per operation: a byte saying which, then
//
//   put      short bytes of the key, word bytes of the record, word second filed before, byte whether it has locks, both
//   remove   short bytes of the key, word second filed before, key
//
// Records come without their checksum; whoever writes them fills it in.
import { ByteWriter } from './byte-writer.js';

const operation = { put: 1, remove: 2 } as const;

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

  /** Begins a put: the record is written into `writer` next, then `endPut` is called. */
  beginPut(key: Uint8Array, filedBefore: number): void {
    const { writer } = this;
    writer.byte(operation.put);
    writer.short(key.length);
    this.#recordBytesAt = writer.length;
    writer.word(0);
    writer.word(filedBefore);
    this.#hasLocksAt = writer.length;
    writer.byte(0);
    writer.bytes(key);
    this.#recordAt = writer.length;
  }

  endPut(hasLocks: boolean): void {
    const { writer } = this;
    writer.wordAt(this.#recordBytesAt, writer.length - this.#recordAt);
    if (hasLocks) writer.written[this.#hasLocksAt] = 1;
  }

  remove(key: Uint8Array, filedBefore: number): void {
    const { writer } = this;
    writer.byte(operation.remove);
    writer.short(key.length);
    writer.word(filedBefore);
    writer.bytes(key);
  }
}

/** Goes through a batch in order; the buffers are parts of it. */
export function visitBatch(batch: Buffer, visitor: BatchVisitor): void {
  let at = 0;
  while (at < batch.length) {
    const keyBytes = batch.readUInt16LE(at + 1);
    if (batch[at] === operation.put) {
      const recordBytes = batch.readUInt32LE(at + 3);
      const keyAt = at + 12;
      const recordAt = keyAt + keyBytes;
      const end = recordAt + recordBytes;
      visitor.put(
        batch.subarray(keyAt, recordAt),
        batch.subarray(recordAt, end),
        batch.readUInt32LE(at + 7),
        batch[at + 11] === 1,
      );
      at = end;
    } else {
      const keyAt = at + 7;
      visitor.remove(batch.subarray(keyAt, keyAt + keyBytes), batch.readUInt32LE(at + 3));
      at = keyAt + keyBytes;
    }
  }
}
