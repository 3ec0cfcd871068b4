// A growing output buffer with a limit: what would pass the limit is refused before it is copied.
import { PhpSessionError } from './errors.js';

export class ByteBuilder {
  #buffer = Buffer.allocUnsafe(512);
  #length = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted > this.#maxBytes)
      throw new PhpSessionError('TOO_LARGE', `the PHP data grows beyond maxBytes, which is ${this.#maxBytes}`);
    if (wanted <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(wanted, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  /** One byte per character; only for text known to be ASCII. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  utf8(text: string, byteLength: number): void {
    this.#reserve(byteLength);
    this.#length += this.#buffer.write(text, this.#length);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A copy of what was built, exactly as long as it is. */
  finish(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }
}
