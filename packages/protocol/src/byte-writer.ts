// A growing buffer that the writers of replies and of requests stand on. It owns `buffer` and reuses it: who hands
// `buffer.subarray(0, length)` to a socket either knows that the kernel took all of it before the next write, or calls
// `take` (a copy) or `release` (the buffer itself). Growth ends at `maxBytes`: then `isOverflowed` is set and further
// writes are dropped, never half done.
import { writeDecimal } from './decimal.js';

export interface ByteWriterOptions {
  /** Bytes at the beginning and after `reset` let go of a larger buffer; default 16 KiB. */
  readonly initialBytes?: number;
  /** Bytes after which `reset` gives a grown buffer back; default 1 MiB. */
  readonly retainBytes?: number;
  /** Bytes that are never exceeded; default 1 GiB. */
  readonly maxBytes?: number;
}

/** Below this a loop over bytes beats a call of `set` with a view made for it (bench/src/codec). */
const loopCopyBytes = 48;

export class ByteWriter {
  /** Written up to `length`; replaced when it grows. */
  buffer: Buffer;
  length = 0;
  /** A write did not fit into `maxBytes` and was dropped, like all after it; `reset` forgives. */
  isOverflowed = false;
  private readonly initialBytes: number;
  private readonly retainBytes: number;
  private readonly maxBytes: number;

  constructor(options: ByteWriterOptions = {}) {
    this.initialBytes = Math.max(options.initialBytes ?? 16_384, 64);
    this.retainBytes = options.retainBytes ?? 1_048_576;
    this.maxBytes = options.maxBytes ?? 1_073_741_824;
    this.buffer = Buffer.allocUnsafeSlow(this.initialBytes);
  }

  /** Begins anew in the same memory, or in less when it had grown large. */
  reset(): void {
    this.length = 0;
    this.isOverflowed = false;
    if (this.buffer.length > this.retainBytes) this.buffer = Buffer.allocUnsafeSlow(this.initialBytes);
  }

  /** A copy of what was written; begins anew. */
  take(): Buffer {
    const copy = Buffer.from(this.buffer.subarray(0, this.length));
    this.reset();
    return copy;
  }

  /** What was written, in the buffer itself, which is the caller's from now on; begins anew in another. */
  release(): Buffer {
    const written = this.buffer.subarray(0, this.length);
    this.buffer = Buffer.allocUnsafeSlow(this.initialBytes);
    this.length = 0;
    this.isOverflowed = false;
    return written;
  }

  /** Appends bytes as they are: replies that were encoded before. */
  raw(bytes: Uint8Array): void {
    if (!this.hasRoom(bytes.length)) return;
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Makes room for so many bytes more; false when that would pass `maxBytes`. */
  protected hasRoom(bytes: number): boolean {
    return this.length + bytes <= this.buffer.length ? !this.isOverflowed : this.grow(bytes);
  }

  private grow(bytes: number): boolean {
    const needed = this.length + bytes;
    if (this.isOverflowed || needed > this.maxBytes) {
      this.isOverflowed = true;
      return false;
    }
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(this.buffer.length * 2, needed), this.maxBytes));
    larger.set(this.buffer.subarray(0, this.length), 0);
    this.buffer = larger;
    return true;
  }

  /** `$3\r\nabc\r\n` of a part of a buffer. */
  protected writeBulk(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (!this.hasRoom(size + 16)) return;
    const buffer = this.buffer;
    let at = this.length;
    buffer[at] = 36;
    at = writeDecimal(buffer, at + 1, size);
    buffer[at] = 13;
    buffer[at + 1] = 10;
    at += 2;
    if (size <= loopCopyBytes) {
      for (let i = start; i < end; i++) buffer[at++] = source[i] as number;
    } else {
      buffer.set(start === 0 && end === source.length ? source : source.subarray(start, end), at);
      at += size;
    }
    buffer[at] = 13;
    buffer[at + 1] = 10;
    this.length = at + 2;
  }

  /** `$3\r\nabc\r\n` of text in UTF-8. */
  protected writeBulkText(text: string): void {
    if (text.length <= loopCopyBytes && this.writeShortText(text)) return;
    const bytes = Buffer.byteLength(text, 'utf8');
    if (!this.hasRoom(bytes + 16)) return;
    this.writeHeader(36, bytes);
    this.writeText(text, bytes);
    this.writeEnd();
  }

  /** Writes text as a bulk as long as it is ASCII; false, with nothing written, when it is not. */
  private writeShortText(text: string): boolean {
    const size = text.length;
    if (!this.hasRoom(size + 16)) return true;
    const buffer = this.buffer;
    let at = this.length;
    buffer[at] = 36;
    at = writeDecimal(buffer, at + 1, size);
    buffer[at] = 13;
    buffer[at + 1] = 10;
    at += 2;
    for (let i = 0; i < size; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      buffer[at++] = code;
    }
    buffer[at] = 13;
    buffer[at + 1] = 10;
    this.length = at + 2;
    return true;
  }

  /** A type byte, a non-negative number and the line's end. The caller has made room. */
  protected writeHeader(type: number, value: number): void {
    const buffer = this.buffer;
    buffer[this.length] = type;
    const at = writeDecimal(buffer, this.length + 1, value);
    buffer[at] = 13;
    buffer[at + 1] = 10;
    this.length = at + 2;
  }

  /** Text that takes `bytes` bytes in UTF-8. The caller has made room. */
  protected writeText(text: string, bytes: number): void {
    if (bytes <= loopCopyBytes && bytes === text.length) {
      const buffer = this.buffer;
      let at = this.length;
      for (let i = 0; i < bytes; i++) buffer[at++] = text.charCodeAt(i);
      this.length = at;
    } else {
      this.length += this.buffer.write(text, this.length, bytes, 'utf8');
    }
  }

  protected writeEnd(): void {
    this.buffer[this.length] = 13;
    this.buffer[this.length + 1] = 10;
    this.length += 2;
  }
}
