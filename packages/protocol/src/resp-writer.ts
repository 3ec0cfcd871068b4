// Replies as RESP bytes. One writer serves all connections of a server: it takes on the connection's `version`, replies
// are written one behind the other, and `buffer.subarray(0, length)` goes to the socket (see byte-writer.ts for who
// owns it then).
import { ByteWriter, type ByteWriterOptions } from './byte-writer.js';
import { writeDecimal } from './decimal.js';
import type { ErrorCode } from './error-codes.js';
import type { ReplySink } from './reply-sink.js';

const nullV2 = Buffer.from('$-1\r\n', 'latin1');
const nullV3 = Buffer.from('_\r\n', 'latin1');
const trueV3 = Buffer.from('#t\r\n', 'latin1');
const falseV3 = Buffer.from('#f\r\n', 'latin1');

const int64Limit = 2n ** 63n;

/** The RESP encoder: a `ReplySink` on a growing, reusable buffer. */
export class RespWriter extends ByteWriter implements ReplySink {
  version: 2 | 3;

  constructor(options: ByteWriterOptions & { readonly version?: 2 | 3 } = {}) {
    super(options);
    this.version = options.version ?? 2;
  }

  ok(): void {
    if (!this.hasRoom(5)) return;
    const buffer = this.buffer;
    const at = this.length;
    buffer[at] = 43;
    buffer[at + 1] = 79;
    buffer[at + 2] = 75;
    buffer[at + 3] = 13;
    buffer[at + 4] = 10;
    this.length = at + 5;
  }

  simple(text: string): void {
    this.writeLine(43, oneLine(text));
  }

  integer(value: number | bigint): void {
    if (typeof value === 'bigint') {
      this.bigInteger(value);
      return;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError(`an integer reply must be a safe integer, not ${value}`);
    if (!this.hasRoom(20)) return;
    const buffer = this.buffer;
    let at = this.length;
    buffer[at++] = 58;
    if (value < 0) buffer[at++] = 45;
    at = writeDecimal(buffer, at, value < 0 ? -value : value);
    buffer[at] = 13;
    buffer[at + 1] = 10;
    this.length = at + 2;
  }

  bulk(source: Uint8Array, start: number, end: number): void {
    this.writeBulk(source, start, end);
  }

  bulkText(text: string): void {
    this.writeBulkText(text);
  }

  null(): void {
    this.raw(this.version === 3 ? nullV3 : nullV2);
  }

  boolean(value: boolean): void {
    if (this.version === 3) this.raw(value ? trueV3 : falseV3);
    else this.integer(value ? 1 : 0);
  }

  double(value: number): void {
    const text = doubleText(value);
    if (this.version === 3) this.writeLine(44, text);
    else this.writeBulkText(text);
  }

  array(length: number): void {
    if (this.hasRoom(20)) this.writeHeader(42, length);
  }

  map(pairs: number): void {
    if (!this.hasRoom(20)) return;
    if (this.version === 3) this.writeHeader(37, pairs);
    else this.writeHeader(42, pairs * 2);
  }

  set(length: number): void {
    if (this.hasRoom(20)) this.writeHeader(this.version === 3 ? 126 : 42, length);
  }

  push(length: number): void {
    if (this.hasRoom(20)) this.writeHeader(this.version === 3 ? 62 : 42, length);
  }

  verbatim(text: string): void {
    if (this.version !== 3) {
      this.writeBulkText(text);
      return;
    }
    const bytes = Buffer.byteLength(text, 'utf8');
    if (!this.hasRoom(bytes + 24)) return;
    this.writeHeader(61, bytes + 4);
    this.writeText('txt:', 4);
    this.writeText(text, bytes);
    this.writeEnd();
  }

  error(code: ErrorCode, message: string): void {
    this.writeLine(45, message === '' ? code : `${code} ${oneLine(message)}`);
  }

  /** 64 bits are an integer; what is larger is a big number, in RESP2 a bulk string. */
  private bigInteger(value: bigint): void {
    const text = value.toString();
    if (value >= -int64Limit && value < int64Limit) this.writeLine(58, text);
    else if (this.version === 3) this.writeLine(40, text);
    else this.writeBulkText(text);
  }

  private writeLine(type: number, text: string): void {
    const bytes = Buffer.byteLength(text, 'utf8');
    if (!this.hasRoom(bytes + 3)) return;
    this.buffer[this.length++] = type;
    this.writeText(text, bytes);
    this.writeEnd();
  }
}

/** A double as RESP spells it: ECMAScript's shortest form, and words where it is no number. */
export function doubleText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  if (Number.isNaN(value)) return 'nan';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Status lines and errors end at the first line break, so there must be none in them. */
function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text;
}
