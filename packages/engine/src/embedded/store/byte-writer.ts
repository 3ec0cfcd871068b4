// Builds a run of bytes of unknown length, little endian: a batch for the store is written into one of these.

export class ByteWriter {
  length = 0;
  #bytes: Buffer;
  #view: DataView;

  constructor(bytes: SharedArrayBuffer = new SharedArrayBuffer(64 * 1024)) {
    this.#bytes = Buffer.from(bytes);
    this.#view = new DataView(bytes);
  }

  /** All bytes written, without a copy. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Shared, so that another thread reads it where it lies: handing it over would count as new memory there, and collections with it. */
  get memory(): SharedArrayBuffer {
    return this.#view.buffer as SharedArrayBuffer;
  }

  /** For records of fixed form: written at `length` behind a `reserve`, then `length` is moved on. */
  get view(): DataView {
    return this.#view;
  }

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    const memory = new SharedArrayBuffer(Math.max(needed, this.#bytes.length * 2));
    const bytes = Buffer.from(memory);
    bytes.set(this.written);
    this.#bytes = bytes;
    this.#view = new DataView(memory);
  }

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.length++] = value;
  }

  short(value: number): void {
    this.reserve(2);
    this.#view.setUint16(this.length, value, true);
    this.length += 2;
  }

  word(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** Overwrites a word that was written before. */
  wordAt(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  double(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  bytes(source: Uint8Array, start = 0, end = source.length): void {
    const count = end - start;
    this.reserve(count);
    const target = this.#bytes;
    if (count <= 48) {
      for (let i = 0; i < count; i++) target[this.length + i] = source[start + i] as number;
    } else {
      target.set(source.subarray(start, end), this.length);
    }
    this.length += count;
  }
}
