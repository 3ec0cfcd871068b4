// Replies from bytes, for the client side: RESP2 and RESP3, incremental over any split. It owns what it keeps of
// earlier chunks, and everything it answers is a copy. Lengths, counts and depth are checked before memory is taken.
// Nothing is emitted after a fault: the stream has lost its place and must be closed.
import { closedContainer, type OpenContainer } from './reply-collector.js';
import { bigNumberOf, booleanOf, doubleOf, errorOf, integerOf } from './reply-scalars.js';
import { type ReplyValue, ReplyVerbatim } from './reply-value.js';

export interface ReplyLimits {
  /** One bulk string; default 512 MiB. */
  readonly maxBulkBytes?: number;
  /** Items of one container, a map's pairs counted twice; default 16,777,216. */
  readonly maxItems?: number;
  /** Containers within containers; default 64. */
  readonly maxDepth?: number;
  /** A line: status, error, number; default 64 KiB. */
  readonly maxLineBytes?: number;
}

/** Why the bytes are no replies. */
export class ReplyFault extends Error {
  readonly code = 'PROTO';

  constructor(message: string) {
    super(message);
    this.name = 'ReplyFault';
  }
}

interface Frame extends OpenContainer {
  /** RESP3 attributes: read like a map and dropped. */
  readonly isAttribute: boolean;
}

const nothing = Buffer.alloc(0);

/**
 * @example
 * decoder.feed(chunk);
 * for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) settle(reply);
 */
export class ReplyDecoder {
  /** Set once, by `next`; what came before it is valid. */
  fault: ReplyFault | null = null;
  private readonly maxBulkBytes: number;
  private readonly maxItems: number;
  private readonly maxDepth: number;
  private readonly maxLineBytes: number;
  private buffer: Buffer = nothing;
  private position = 0;
  private end = 0;
  private isOwned = false;
  /** Where the search for a line's end goes on. */
  private scanned = 0;
  private readonly frames: Frame[] = [];
  /** An attribute was dropped, and what it belongs to has not come. */
  private isAttributed = false;
  /** The bulk string being received: its type byte, its bytes so far, and how many it will have. */
  private bulkType = 0;
  private bulk: Buffer = nothing;
  private bulkFilled = 0;
  private bulkBytes = 0;

  constructor(limits: ReplyLimits = {}) {
    this.maxBulkBytes = limits.maxBulkBytes ?? 536_870_912;
    this.maxItems = limits.maxItems ?? 16_777_216;
    this.maxDepth = limits.maxDepth ?? 64;
    this.maxLineBytes = limits.maxLineBytes ?? 65_536;
  }

  /** A reply has begun to arrive and is not complete. */
  get isMidReply(): boolean {
    return this.position < this.end || this.frames.length > 0 || this.bulkType !== 0 || this.isAttributed;
  }

  /** Gives bytes to decode; they must stay as they are until `next` answers undefined. */
  feed(chunk: Buffer): void {
    if (this.fault !== null || chunk.length === 0) return;
    const kept = this.end - this.position;
    if (kept === 0) {
      this.buffer = chunk;
      this.position = 0;
      this.end = chunk.length;
      this.isOwned = false;
      return;
    }
    const needed = kept + chunk.length;
    if (!this.isOwned || this.end + chunk.length > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(kept * 2, needed));
      larger.set(this.buffer.subarray(this.position, this.end), 0);
      this.buffer = larger;
      this.isOwned = true;
      this.position = 0;
      this.end = kept;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** The next complete reply, or undefined when there is none yet or, with `fault` set, none any more. */
  next(): ReplyValue | undefined {
    while (this.fault === null) {
      const value = this.bulkType === 0 ? this.readItem() : this.readPayload();
      if (value === undefined) {
        if (this.fault === null) this.keep();
        return undefined;
      }
      if (value === opened) continue;
      const complete = this.place(value);
      if (complete !== undefined) return complete;
    }
    return undefined;
  }

  /** Puts a value into the innermost open container; answers a reply that this completes. */
  private place(value: ReplyValue): ReplyValue | undefined {
    let complete = value;
    this.isAttributed = false;
    // asking an array for item -1 is a slow look-up by name, so the length is asked first
    while (this.frames.length > 0) {
      const frame = this.frames[this.frames.length - 1] as Frame;
      frame.items.push(complete);
      if (--frame.missing > 0) return undefined;
      this.frames.pop();
      if (frame.isAttribute) {
        this.isAttributed = true;
        return undefined;
      }
      complete = closedContainer(frame);
    }
    return complete;
  }

  /** One item; containers, and bulk strings that are not complete, are opened by it. */
  private readItem(): ReplyValue | typeof opened | undefined {
    const quick = this.readQuickly();
    return quick === undefined ? this.readLine() : quick;
  }

  /**
   * What nearly all replies are made of, when it is complete and as expected: numbers, bulk strings, arrays, `+OK`. All
   * else is undefined, has changed nothing, and is read with care by `readLine` (bench/src/codec: three times
   * faster than finding the line's end first).
   */
  private readQuickly(): ReplyValue | typeof opened | undefined {
    const buffer = this.buffer;
    const start = this.position;
    const end = this.end;
    if (this.scanned !== 0 || end - start < 4) return undefined;
    const type = buffer[start] as number;
    if (type === 43) {
      if (end - start < 5 || buffer[start + 1] !== 79 || buffer[start + 2] !== 75) return undefined;
      if (buffer[start + 3] !== 13 || buffer[start + 4] !== 10) return undefined;
      this.position = start + 5;
      return 'OK';
    }
    if (type !== 36 && type !== 58 && type !== 42) return undefined;
    let position = start + 1;
    const isNegative = type === 58 && buffer[position] === 45;
    if (isNegative) position++;
    // 17 digits cannot be told from rounded ones any more; a length has 10 at most
    const last = Math.min(end - 1, position + (type === 58 ? 16 : 10));
    const first = position;
    let value = 0;
    for (; position < last; position++) {
      const digit = (buffer[position] as number) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (position === first || position >= end - 1 || buffer[position] !== 13 || buffer[position + 1] !== 10)
      return undefined;
    position += 2;
    if (type === 58) {
      if (value > Number.MAX_SAFE_INTEGER) return undefined;
      this.position = position;
      return isNegative && value !== 0 ? -value : value;
    }
    if (type === 42) {
      if (value > this.maxItems) return undefined;
      this.position = position;
      return this.begin('array', value);
    }
    const payloadEnd = position + value;
    if (value > this.maxBulkBytes || payloadEnd + 2 > end) return undefined;
    if (buffer[payloadEnd] !== 13 || buffer[payloadEnd + 1] !== 10) return undefined;
    this.position = payloadEnd + 2;
    return copied(buffer, position, payloadEnd);
  }

  private readLine(): ReplyValue | typeof opened | undefined {
    const lineEnd = this.findLine();
    if (lineEnd < 0) return undefined;
    const type = this.buffer[this.position] as number;
    const from = this.position + 1;
    this.position = lineEnd + 2;
    switch (type) {
      case 43: // +
        return this.buffer.toString('utf8', from, lineEnd);
      case 45: // -
        return errorOf(this.buffer.toString('utf8', from, lineEnd));
      case 58: // :
        return this.orRefuse(integerOf(this.lineText(from, lineEnd)), 'an integer is no decimal number of 64 bits');
      case 36: // $
      case 33: // !
      case 61: // =
        return this.openBulk(type, from, lineEnd);
      case 42: // *
        return this.openContainer('array', 1, from, lineEnd);
      case 37: // %
        return this.openContainer('map', 2, from, lineEnd);
      case 126: // ~
        return this.openContainer('set', 1, from, lineEnd);
      case 62: // >
        return this.openContainer('push', 1, from, lineEnd);
      case 124: // |
        return this.openContainer('attribute', 2, from, lineEnd);
      case 95: // _
        return from === lineEnd ? null : this.refuse('a null has content');
      case 35: // #
        return this.orRefuse(booleanOf(this.lineText(from, lineEnd)), 'a boolean is neither t nor f');
      case 44: // ,
        return this.orRefuse(doubleOf(this.lineText(from, lineEnd)), 'a double is no number');
      case 40: // (
        return this.orRefuse(
          bigNumberOf(this.lineText(from, lineEnd)),
          'a big number is no number of at most 4096 digits',
        );
      case 59: // ;
      case 46: // .
        return this.refuse('streamed replies are not supported');
      default:
        return this.refuse(
          `a reply begins with byte 0x${type.toString(16).padStart(2, '0')}; is this a RESP server without TLS?`,
        );
    }
  }

  /** The position of the line's CR, or -1 when it has not arrived. */
  private findLine(): number {
    const buffer = this.buffer;
    const end = this.end;
    const limit = Math.min(end, this.position + this.maxLineBytes + 2);
    let position = this.position + this.scanned;
    while (position < limit && buffer[position] !== 13) {
      if (buffer[position] === 10) {
        this.refuse('a line ends in LF without CR');
        return -1;
      }
      position++;
    }
    if (position + 1 < limit) {
      this.scanned = 0;
      if (buffer[position + 1] === 10) return position;
      this.refuse('a line has CR without LF');
      return -1;
    }
    if (end - this.position >= this.maxLineBytes + 2) this.refuse(`a line is longer than ${this.maxLineBytes} bytes`);
    else if (end > this.position && !isTypeByte(buffer[this.position] as number))
      this.refuse(
        `a reply begins with byte 0x${(buffer[this.position] as number).toString(16).padStart(2, '0')}; is this a RESP server without TLS?`,
      );
    this.scanned = position - this.position;
    return -1;
  }

  /** A length or count: digits, or `-1` where RESP2 has nulls; undefined after a fault. */
  private readLength(from: number, lineEnd: number, hasNull: boolean, limit: number): number | undefined {
    const buffer = this.buffer;
    const digits = lineEnd - from;
    if (digits === 1 && buffer[from] === 63) return this.refuse('streamed replies are not supported');
    if (hasNull && digits === 2 && buffer[from] === 45 && buffer[from + 1] === 49) return -1;
    if (digits === 0) return this.refuse('a length is empty');
    if (digits > 10) return this.refuse('a length has more than 10 digits');
    let value = 0;
    for (let i = from; i < lineEnd; i++) {
      const digit = (buffer[i] as number) - 48;
      if (digit < 0 || digit > 9) return this.refuse('a length is no number');
      value = value * 10 + digit;
    }
    return value > limit ? this.refuse(`a length is ${value}, at most ${limit}`) : value;
  }

  private openBulk(type: number, from: number, lineEnd: number): ReplyValue | typeof opened | undefined {
    const length = this.readLength(from, lineEnd, type === 36, this.maxBulkBytes);
    if (length === undefined) return undefined;
    if (length < 0) return null;
    this.bulkType = type;
    this.bulkBytes = length;
    this.bulkFilled = 0;
    this.bulk = nothing;
    return opened;
  }

  /** Bytes of the bulk string begun; its value when they are all there. */
  private readPayload(): ReplyValue | undefined {
    const available = this.end - this.position;
    const missing = this.bulkBytes - this.bulkFilled;
    if (available >= missing + 2) {
      const lineEnd = this.position + missing;
      if (this.buffer[lineEnd] !== 13 || this.buffer[lineEnd + 1] !== 10)
        return this.refuse('a bulk string is not followed by CR LF');
      let bytes: Buffer;
      if (this.bulkFilled === 0) bytes = copied(this.buffer, this.position, lineEnd);
      else {
        this.fill(missing);
        bytes = this.bulk.subarray(0, this.bulkBytes);
      }
      this.position = lineEnd + 2;
      this.bulk = nothing;
      const type = this.bulkType;
      this.bulkType = 0;
      if (type === 36) return bytes;
      if (type === 33) return errorOf(bytes.toString('utf8'));
      if (bytes.length < 4 || bytes[3] !== 58) return this.refuse('a verbatim string has no format');
      return new ReplyVerbatim(bytes.toString('latin1', 0, 3), bytes.toString('utf8', 4));
    }
    // the last bytes stay where they are until the CR LF is there
    if (available > 0 && missing > 0) this.fill(Math.min(available, missing));
    return undefined;
  }

  /** Moves bytes into the bulk string's own memory, which at most doubles: a length alone takes no memory. */
  private fill(bytes: number): void {
    const filled = this.bulkFilled;
    if (filled + bytes > this.bulk.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.min(this.bulkBytes, Math.max(filled * 2, filled + bytes, Math.min(this.bulkBytes, 1_048_576))),
      );
      larger.set(this.bulk.subarray(0, filled), 0);
      this.bulk = larger;
    }
    this.bulk.set(this.buffer.subarray(this.position, this.position + bytes), filled);
    this.bulkFilled = filled + bytes;
    this.position += bytes;
  }

  private openContainer(
    kind: OpenContainer['kind'] | 'attribute',
    width: number,
    from: number,
    lineEnd: number,
  ): ReplyValue | typeof opened | undefined {
    const count = this.readLength(from, lineEnd, kind === 'array', this.maxItems / width);
    if (count === undefined) return undefined;
    return count < 0 ? null : this.begin(kind, count * width);
  }

  private begin(kind: OpenContainer['kind'] | 'attribute', missing: number): ReplyValue | typeof opened | undefined {
    if (kind === 'push' && this.frames.length > 0) return this.refuse('a push message stands inside a reply');
    if (this.frames.length >= this.maxDepth)
      return this.refuse(`containers are nested deeper than ${this.maxDepth} levels`);
    const isAttribute = kind === 'attribute';
    const frame: Frame = { kind: isAttribute ? 'map' : kind, missing, items: [], isAttribute };
    if (missing > 0) this.frames.push(frame);
    else if (!isAttribute) return closedContainer(frame);
    else this.isAttributed = true;
    return opened;
  }

  private lineText(from: number, lineEnd: number): string {
    return this.buffer.toString('latin1', from, lineEnd);
  }

  private orRefuse(value: ReplyValue | undefined, message: string): ReplyValue | undefined {
    return value === undefined ? this.refuse(message) : value;
  }

  private refuse(message: string): undefined {
    this.fault = new ReplyFault(message);
    this.buffer = nothing;
    this.position = 0;
    this.end = 0;
    this.frames.length = 0;
    this.isAttributed = false;
    this.bulk = nothing;
    this.bulkType = 0;
    return undefined;
  }

  /** Lets go of the caller's chunk; a rest is copied. */
  private keep(): void {
    const kept = this.end - this.position;
    if (kept === 0) {
      this.buffer = nothing;
      this.position = 0;
      this.end = 0;
    } else if (!this.isOwned) {
      this.buffer = Buffer.from(this.buffer.subarray(this.position, this.end));
      this.position = 0;
      this.end = kept;
      this.isOwned = true;
    }
  }
}

/** No value yet: a container or a bulk string was opened, or an attribute skipped. */
const opened = Symbol('opened');

/** Below this a loop over bytes beats a call of `set` with a view made for it (bench/src/codec). */
const loopCopyBytes = 64;

function copied(source: Buffer, start: number, end: number): Buffer {
  const size = end - start;
  const copy = Buffer.allocUnsafe(size);
  if (size > loopCopyBytes) copy.set(source.subarray(start, end));
  else for (let i = 0; i < size; i++) copy[i] = source[start + i] as number;
  return copy;
}

const typeBytes = new Set(Buffer.from('+-:$!=*%~>|_#,(;.', 'latin1'));

function isTypeByte(byte: number): boolean {
  return typeBytes.has(byte);
}
