// Requests from bytes, one parser a connection. Commands are parsed where they lie in the caller's receive buffer and
// bound to a `Request` as ranges, without copies. Only a command that is cut off is copied, into a buffer of the
// parser's own, and read on from where it stopped: neither payloads nor finished arguments are looked at twice, so a
// command of any size costs time in proportion to its bytes however it arrives. All limits are checked before memory
// is taken for what they limit. Once the bytes made no sense nothing is emitted any more.
import { bindInline, inlineProblem } from './inline-request.js';
import { PieceMemory } from './piece-memory.js';
import { Request } from './request.js';
import { RequestFault, type RequestLimits } from './request-limits.js';
import { inlineTooLong, shownByte, tooLong, tooManyArguments, wrongBeginning } from './request-messages.js';

/** `command`: one is bound; `more`: the caller's buffer is used up and free; `fault`: see `RequestParser.fault`. */
export type ParseResult = 'command' | 'more' | 'fault';

const star = 42;
const dollar = 36;
const carriageReturn = 13;
const lineFeed = 10;
const zero = 48;

/** Up to here a command is read the short way; a request always has room for so many arguments. */
const shortArguments = 32;
const shortDigits = 6;

const cut = -1;
const refused = -2;

const maxDigits = 10;
/** Room behind a large payload of the parser's own, so that the chunk with its end fits, too. */
const maxSlackBytes = 65_536;
/** Above this the ranges of a request that another one left behind are not kept. */
const keptRanges = 65_536;
const nothing = Buffer.alloc(0);
const pieceMemory = new PieceMemory();

/**
 * Incremental parser of RESP and inline requests.
 * @example
 * parser.feed(receiveBuffer, 0, received);
 * while (parser.next(request) === 'command') handle(request);
 */
export class RequestParser {
  limits: RequestLimits;
  /** What `next` refused last. */
  fault: RequestFault | null = null;
  private buffer: Buffer = nothing;
  /** First unread byte: of a command, or of the next argument of the command begun. */
  private position = 0;
  private end = 0;
  /** `buffer` is the parser's own. A command begun always starts at its first byte. */
  private isOwned = false;
  /** Arguments of the command begun; 0 when none is. Those read so far are in `begun`. */
  private total = 0;
  private begun: Request | null = null;
  /** Where the unread argument ends, as far as known: before that, looking again is of no use. */
  private wanted = 0;
  /** Bytes of an unfinished inline command in which there is no line's end. */
  private scanned = 0;
  /** Set by `readLength`: the position behind the line. */
  private cursor = 0;
  /** The fault to answer when the request that is being read over ends. */
  private discarding: RequestFault | null = null;
  private discardPayload = 0;
  private discardArguments = 0;
  private discarded = 0;

  constructor(limits: RequestLimits) {
    this.limits = limits;
  }

  /** Bytes received but not parsed, and those of a command begun. */
  get pendingBytes(): number {
    return this.total === 0 ? this.end - this.position : this.end;
  }

  /** A command has begun to arrive and is not complete; or bytes wait to be parsed. */
  get isMidCommand(): boolean {
    return this.discarding !== null || this.pendingBytes > 0;
  }

  /**
   * Gives bytes to parse. They are read in place: until `next` answers `more`, or `keepRest` is called, the caller
   * leaves them as they are.
   */
  feed(buffer: Buffer, start: number, end: number): void {
    if (start === end || (this.fault !== null && !this.fault.isRecoverable)) return;
    if (this.total === 0 && this.position === this.end) {
      this.letGo();
      this.buffer = buffer;
      this.position = start;
      this.end = end;
      return;
    }
    this.keepRest();
    const size = end - start;
    this.makeRoom(this.end - this.keptFrom() + size);
    this.buffer.set(buffer.subarray(start, end), this.end);
    this.end += size;
  }

  /** Where the next command begins in the buffer it lies in: for `bindAt`. */
  get nextPosition(): number {
    return this.position;
  }

  /**
   * Binds the command that begins at `from`, at or behind `nextPosition`, without consuming it: the short way, for one
   * that lies complete in the buffer, is plain RESP within all limits and has as many arguments as most have. Bytes behind the
   * end of what was received are never taken for received ones. Answers the position behind it, or -1: then only `next` can say what is there.
   */
  bindAt(request: Request, from: number): number {
    const end = this.end;
    if (this.total !== 0 || this.discarding !== null || this.fault !== null || end - from < 5) return -1;
    const buffer = this.buffer;
    if (buffer[from] !== star) return -1;
    let total = (buffer[from + 1] as number) - zero;
    if (total < 0 || total > 9) return -1;
    let position = from + 2;
    if (buffer[position] !== carriageReturn) {
      const digit = (buffer[position++] as number) - zero;
      if (digit < 0 || digit > 9) return -1;
      total = total * 10 + digit;
    }
    if (buffer[position] !== carriageReturn || buffer[position + 1] !== lineFeed) return -1;
    if (total < 1 || total > shortArguments || total > this.limits.maxArguments) return -1;
    if (request.ranges.length > keptRanges) request.ranges = new Int32Array(64);
    const ranges = request.ranges;
    const maxArgumentBytes = this.limits.maxArgumentBytes;
    position += 2;
    for (let at = 0; at < total * 2; at += 2) {
      if (end - position < 6 || buffer[position] !== dollar) return -1;
      let length = (buffer[++position] as number) - zero;
      if (length < 0 || length > 9) return -1;
      const lengthEnd = position + shortDigits;
      for (;;) {
        const digit = (buffer[++position] as number) - zero;
        if (digit < 0 || digit > 9 || position === lengthEnd) break;
        length = length * 10 + digit;
      }
      if (length > maxArgumentBytes || buffer[position] !== carriageReturn || buffer[position + 1] !== lineFeed)
        return -1;
      const payload = position + 2;
      position = payload + length;
      if (position + 2 > end) return -1;
      if (buffer[position] !== carriageReturn || buffer[position + 1] !== lineFeed) return -1;
      ranges[at] = payload;
      ranges[at + 1] = position;
      position += 2;
    }
    if (position - from > this.limits.maxRequestBytes) return -1;
    request.buffer = buffer;
    request.count = total;
    return position;
  }

  /** Consumes commands that `bindAt` has bound: the next one begins at `position`. */
  passTo(position: number): void {
    this.position = position;
  }

  /** Copies what is not parsed yet, so that the caller may overwrite its buffer: for stopping in the middle of it. */
  keepRest(): void {
    if (this.isOwned || this.position === this.end) return;
    this.own(this.position, this.end - this.position);
  }

  /**
   * Binds the next command to `request`, whose ranges hold until the next call of `next`, `feed` or `keepRest` and as
   * long as the caller leaves its buffer alone. Behind a recoverable fault the next command follows; any other is
   * final.
   */
  next(request: Request): ParseResult {
    if (this.discarding !== null) return this.discard();
    if (this.total !== 0) return this.resume(request);
    if (this.fault !== null) {
      if (!this.fault.isRecoverable) return 'fault';
      this.fault = null;
    }
    for (;;) {
      const buffer = this.buffer;
      const start = this.position;
      const end = this.end;
      if (start === end) return this.usedUp();
      const plainEnd = this.bindAt(request, start);
      if (plainEnd >= 0) {
        this.position = plainEnd;
        return 'command';
      }
      if (buffer[start] !== star) {
        const result = this.inline(request);
        if (result !== null) return result;
        continue;
      }
      const total = this.readLength(start, star, 'the number of arguments');
      if (total === cut) return this.holdBack();
      if (total === refused) return 'fault';
      let position = this.cursor;
      if (total > this.limits.maxArguments) return this.refuse(tooManyArguments(total, this.limits));
      if (total === 0) {
        this.position = position;
        continue;
      }
      request.buffer = buffer;
      request.count = 0;
      if (request.ranges.length > keptRanges) request.ranges = new Int32Array(64);
      position = this.readArguments(request, total, position, start);
      if (position >= 0) {
        this.position = position;
        return 'command';
      }
      if (position === cut) return this.hold(request, total, start);
      return this.discarding === null ? 'fault' : this.discard();
    }
  }

  /**
   * Reads arguments into `target`, behind those it has, from `from` on. Answers the position behind the command; or
   * `cut`, with `position` at the unfinished argument and `wanted` at its end; or `refused`.
   */
  private readArguments(target: Request, total: number, from: number, start: number): number {
    const buffer = this.buffer;
    const end = this.end;
    const limits = this.limits;
    const maxArgumentBytes = limits.maxArgumentBytes;
    const lastEnd = start + limits.maxRequestBytes - 2;
    let ranges = target.ranges;
    let count = target.count;
    let position = from;
    while (count < total) {
      target.count = count;
      this.position = position;
      this.wanted = 0;
      const length = this.readLength(position, dollar, 'the length of an argument');
      if (length < 0) return length;
      const payload = this.cursor;
      const payloadEnd = payload + length;
      if (length > maxArgumentBytes || payloadEnd > lastEnd) {
        this.refuseSize(length, payload, total - count - 1);
        return refused;
      }
      if (payloadEnd + 2 > end) {
        this.wanted = payloadEnd + 2;
        return cut;
      }
      if (buffer[payloadEnd] !== carriageReturn || buffer[payloadEnd + 1] !== lineFeed) {
        this.refuse('an argument is not followed by CR LF; its length is wrong');
        return refused;
      }
      if (count * 2 === ranges.length) ranges = target.grow();
      ranges[count * 2] = payload;
      ranges[count * 2 + 1] = payloadEnd;
      count++;
      position = payloadEnd + 2;
    }
    target.count = count;
    return position;
  }

  /** Takes over a command that is cut off: its bytes, and the ranges of the arguments that are complete. */
  private hold(request: Request, total: number, start: number): ParseResult {
    const begun = new Request(nothing);
    for (let i = 0; i < request.count; i++) begun.push(request.start(i) - start, request.end(i) - start);
    const position = this.position - start;
    const wanted = this.wanted === 0 ? 0 : this.wanted - start;
    this.own(start, wanted);
    this.begun = begun;
    this.total = total;
    this.position = position;
    this.wanted = wanted;
    return 'more';
  }

  private resume(request: Request): ParseResult {
    const begun = this.begun as Request;
    if (this.end < this.wanted) return 'more';
    const position = this.readArguments(begun, this.total, this.position, 0);
    if (position === cut) {
      this.makeRoom(this.wanted);
      return 'more';
    }
    this.total = 0;
    this.begun = null;
    this.wanted = 0;
    if (position === refused) return this.discarding === null ? 'fault' : this.discard();
    request.buffer = this.buffer;
    request.ranges = begun.ranges;
    request.count = begun.count;
    this.position = position;
    return 'command';
  }

  /** One inline command; null for an empty line. */
  private inline(request: Request): ParseResult | null {
    const buffer = this.buffer;
    const start = this.position;
    const first = buffer[start] as number;
    if ((first < 32 && first !== carriageReturn && first !== lineFeed && first !== 9) || first > 126)
      return this.refuse(wrongBeginning(first));
    const limit = this.limits.maxInlineBytes;
    const last = Math.min(this.end, start + limit + 2);
    let position = start + this.scanned;
    while (position < last && buffer[position] !== lineFeed) position++;
    if (position >= last) {
      if (this.end - start >= limit + 2) return this.refuse(inlineTooLong(this.limits));
      this.scanned = position - start;
      return this.holdBack();
    }
    this.scanned = 0;
    const lineEnd = position > start && buffer[position - 1] === carriageReturn ? position - 1 : position;
    if (lineEnd - start > limit) return this.refuse(inlineTooLong(this.limits));
    this.position = position + 1;
    const problem =
      bindInline(request, buffer, start, lineEnd) ?? inlineProblem(request, buffer, start, lineEnd, this.limits);
    if (problem !== null) return this.refuse(problem);
    if (request.count === 0) return null;
    return 'command';
  }

  /** Reads over the rest of a request that is too large, and answers its fault at the end. */
  private discard(): ParseResult {
    for (;;) {
      const available = this.end - this.position;
      const taken = Math.min(this.discardPayload, available);
      this.position += taken;
      this.discardPayload -= taken;
      if (this.discardPayload > 0 || available - taken < 2) return this.holdBack();
      if (this.buffer[this.position] !== carriageReturn || this.buffer[this.position + 1] !== lineFeed) {
        this.discarding = null;
        return this.refuse('an argument is not followed by CR LF; its length is wrong');
      }
      if (this.discardArguments === 0) {
        this.position += 2;
        this.fault = this.discarding;
        this.discarding = null;
        return 'fault';
      }
      // the CR LF stays unread until the next argument's length is there
      const length = this.readLength(this.position + 2, dollar, 'the length of an argument');
      if (length === cut) return this.holdBack();
      if (length === refused) return 'fault';
      this.discarded += length;
      if (this.discarded > this.limits.maxDiscardBytes) {
        this.discarding = null;
        return this.refuse(tooLong(this.discarded, this.limits));
      }
      this.discardPayload = length;
      this.discardArguments--;
      this.position = this.cursor;
    }
  }

  /** The number in a line `*12` or `$12` at `at`, with `cursor` behind the line; or `cut`, or `refused`. */
  private readLength(at: number, type: number, what: string): number {
    const buffer = this.buffer;
    const end = this.end;
    if (at >= end) return cut;
    if (buffer[at] !== type) {
      this.refuse(`${shownByte(buffer[at] as number)} where an argument ($ and its length) belongs`);
      return refused;
    }
    let position = at + 1;
    let value = 0;
    for (; position < end; position++) {
      const byte = buffer[position] as number;
      if (byte === carriageReturn) break;
      if (byte < 48 || byte > 57) {
        this.refuse(
          byte === 45 || byte === 43
            ? `${what} has a sign; it is digits only`
            : `${what} is ${shownByte(byte)} where a digit or CR LF belongs`,
        );
        return refused;
      }
      if (position - at > maxDigits) {
        this.refuse(`${what} has more than ${maxDigits} digits`);
        return refused;
      }
      value = value * 10 + byte - 48;
    }
    if (position + 1 >= end) return cut;
    if (position === at + 1) {
      this.refuse(`${what} is empty`);
      return refused;
    }
    if (buffer[position + 1] !== lineFeed) {
      this.refuse(`${what} ends in CR without LF`);
      return refused;
    }
    this.cursor = position + 2;
    return value;
  }

  /** Everything is parsed: lets go of memory, the caller's and its own. */
  private usedUp(): ParseResult {
    this.letGo();
    return 'more';
  }

  private letGo(): void {
    if (this.isOwned) pieceMemory.giveBack(this.buffer);
    this.buffer = nothing;
    this.position = 0;
    this.end = 0;
    this.isOwned = false;
  }

  /** Keeps an unfinished piece until there is more. */
  private holdBack(): ParseResult {
    if (this.position === this.end) return this.usedUp();
    this.keepRest();
    return 'more';
  }

  private keptFrom(): number {
    return this.total === 0 ? this.position : 0;
  }

  /** Moves what is unread from `start` on to the beginning of memory of its own, of `wanted` bytes at least. */
  private own(start: number, wanted: number): void {
    const size = this.end - start;
    const capacity = wanted > size ? wanted + Math.min(wanted >> 3, maxSlackBytes) : size;
    if (this.isOwned && capacity <= this.buffer.length) {
      if (start > 0) this.buffer.copyWithin(0, start, this.end);
    } else {
      const own = pieceMemory.take(capacity);
      own.set(this.buffer.subarray(start, this.end), 0);
      if (this.isOwned) pieceMemory.giveBack(this.buffer);
      this.buffer = own;
      this.isOwned = true;
    }
    this.position -= start;
    this.end = size;
  }

  /** Makes the own memory fit `needed` bytes from the first kept one on. */
  private makeRoom(needed: number): void {
    const start = this.keptFrom();
    if (start + needed <= this.buffer.length) return;
    // moving is worth it only when it gains half of the memory, or many small feeds would move again and again
    const live = this.end - start;
    const wanted = live * 2 <= this.buffer.length && needed <= this.buffer.length ? needed : Math.max(needed, live * 2);
    this.own(start, wanted);
  }

  private refuse(message: string): ParseResult {
    this.fault = new RequestFault(message, false);
    this.letGo();
    this.total = 0;
    this.begun = null;
    this.discarding = null;
    return 'fault';
  }

  /** Refuses an argument, or begins to read over its request where the limits let the connection go on. */
  private refuseSize(length: number, payload: number, argumentsLeft: number): void {
    const message = tooLong(length, this.limits);
    if (length > this.limits.maxDiscardBytes) {
      this.refuse(message);
      return;
    }
    this.discarding = new RequestFault(message, true);
    this.discardPayload = length;
    this.discardArguments = argumentsLeft;
    this.discarded = length;
    this.position = payload;
  }
}
