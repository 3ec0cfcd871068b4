// A view on one parsed command. It owns nothing: `buffer` is whoever received the bytes, and the view is valid only
// until the handler returns. Whoever needs an argument later copies it (`bytes`, `detach`).

import { latin1Text, utf8Text } from './text-slices.js';

/** Arguments of one command as ranges of a buffer; argument 0 is the command's name. */
export class Request {
  buffer: Buffer;
  /** Number of arguments, the name included. */
  count = 0;
  /** Start and end of argument i at 2i and 2i+1. Grown on demand, reused for ever. */
  ranges: Int32Array = new Int32Array(64);

  constructor(buffer: Buffer = Buffer.alloc(0)) {
    this.buffer = buffer;
  }

  /** A detached request from values, for callers without a socket. Strings are UTF-8. */
  static of(values: readonly (string | Uint8Array | number | bigint)[]): Request {
    const parts = values.map((value) =>
      typeof value === 'object' ? Buffer.from(value) : Buffer.from(String(value), 'utf8'),
    );
    const request = new Request(Buffer.concat(parts));
    let position = 0;
    for (const part of parts) {
      request.push(position, position + part.length);
      position += part.length;
    }
    return request;
  }

  clear(buffer: Buffer): void {
    this.buffer = buffer;
    this.count = 0;
  }

  push(start: number, end: number): void {
    const at = this.count * 2;
    if (at === this.ranges.length) this.grow();
    this.ranges[at] = start;
    this.ranges[at + 1] = end;
    this.count++;
  }

  /** Doubles the room for ranges; answers the new array. */
  grow(): Int32Array {
    const larger = new Int32Array(Math.max(this.ranges.length * 2, 64));
    larger.set(this.ranges);
    this.ranges = larger;
    return larger;
  }

  start(index: number): number {
    return this.ranges[index * 2] as number;
  }

  end(index: number): number {
    return this.ranges[index * 2 + 1] as number;
  }

  length(index: number): number {
    return this.end(index) - this.start(index);
  }

  /** A copy of an argument. */
  bytes(index: number): Buffer {
    return Buffer.from(this.buffer.subarray(this.start(index), this.end(index)));
  }

  /** An argument without a copy; valid until the handler returns. */
  view(index: number): Buffer {
    return this.buffer.subarray(this.start(index), this.end(index));
  }

  /** An argument as UTF-8 text, for names, notes and messages. */
  text(index: number): string {
    return utf8Text(this.buffer, this.start(index), this.end(index));
  }

  /** An argument byte for byte as a string of code units 0 to 255: a lossless key for maps. */
  latin1(index: number): string {
    return latin1Text(this.buffer, this.start(index), this.end(index));
  }

  /** Whether an argument is this upper-case ASCII word, in any case. */
  isToken(index: number, token: string): boolean {
    const start = this.start(index);
    if (this.end(index) - start !== token.length) return false;
    for (let i = 0; i < token.length; i++) {
      let byte = this.buffer[start + i] as number;
      if (byte >= 97 && byte <= 122) byte -= 32;
      if (byte !== token.charCodeAt(i)) return false;
    }
    return true;
  }

  /** A request of its own memory, for handlers that answer later. */
  detach(): Request {
    const first = this.count === 0 ? 0 : this.start(0);
    const last = this.count === 0 ? 0 : this.end(this.count - 1);
    const copy = new Request(Buffer.from(this.buffer.subarray(first, last)));
    for (let i = 0; i < this.count; i++) copy.push(this.start(i) - first, this.end(i) - first);
    return copy;
  }
}
