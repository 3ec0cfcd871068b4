// Feeds bytes to the codec in pieces, in memory that is overwritten afterwards as a shared receive buffer is, and
// writes down what comes out.
import {
  type ErrorCode,
  ReplyDecoder,
  ReplyDouble,
  ReplyError,
  type ReplyLimits,
  ReplyMap,
  ReplyPush,
  ReplySet,
  type ReplySink,
  type ReplyValue,
  ReplyVerbatim,
  Request,
  type RequestLimits,
  RequestParser,
} from '../src/index.js';
import { type TaggedValue, vectorBytes } from './vector-files.js';

export type RequestEvent = { command: string[] } | { fault: string; message: string };

/** Everything a parser reports for these pieces, and for good requests behind them when it has refused. */
export function parsePieces(pieces: readonly Buffer[], limits: RequestLimits): RequestEvent[] {
  const parser = new RequestParser(limits);
  const request = new Request();
  const events: RequestEvent[] = [];
  const shared = Buffer.alloc(Math.max(...pieces.map((piece) => piece.length), 64) + 32);
  const feed = (piece: Buffer) => {
    // behind the bytes received lies what an earlier event left there
    shared.fill('\r\n$1\r\nx\r\n*1\r\n', 'latin1');
    piece.copy(shared, 16);
    parser.feed(shared, 16, 16 + piece.length);
    for (;;) {
      const result = parser.next(request);
      if (result === 'more') break;
      if (result === 'command') {
        events.push({ command: Array.from({ length: request.count }, (_, i) => request.latin1(i)) });
        continue;
      }
      const fault = parser.fault;
      if (fault === null) throw new Error('a fault without its reason');
      events.push({ fault: fault.code, message: fault.message });
      if (!fault.isRecoverable) return false;
    }
    return true;
  };
  for (const piece of pieces) {
    if (feed(piece)) continue;
    const before = events.length;
    feed(Buffer.from('*1\r\n$4\r\nPING\r\n'));
    if (events.slice(before).some((event) => 'command' in event)) throw new Error('a command after a fatal fault');
    events.length = before;
    break;
  }
  return events;
}

export function decodePieces(
  pieces: readonly Buffer[],
  limits?: ReplyLimits,
): { values: ReplyValue[]; fault: string | null; isMidReply: boolean } {
  const decoder = new ReplyDecoder(limits);
  const values: ReplyValue[] = [];
  for (const piece of pieces) {
    const chunk = Buffer.from(piece);
    decoder.feed(chunk);
    for (let value = decoder.next(); value !== undefined; value = decoder.next()) values.push(value);
    chunk.fill(0x2a);
  }
  if (decoder.fault !== null) {
    decoder.feed(Buffer.from('+OK\r\n'));
    if (decoder.next() !== undefined) throw new Error('a reply after a fault');
  }
  return { values, fault: decoder.fault?.message ?? null, isMidReply: decoder.isMidReply };
}

const utf8 = (bytes: Buffer) => bytes.toString('utf8');

/** What a vector's tagged value decodes to. */
export function decodedValue(value: TaggedValue): ReplyValue {
  if ('simple' in value) return utf8(vectorBytes(value.simple));
  if ('error' in value) return new ReplyError(value.error[0], value.error[1]);
  if ('bulkError' in value) return new ReplyError(value.bulkError[0], value.bulkError[1]);
  if ('integer' in value) {
    const exact = BigInt(value.integer);
    return BigInt(Number(exact)) === exact && Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  }
  if ('bulk' in value) return vectorBytes(value.bulk);
  if ('null' in value || 'nullArray' in value) return null;
  if ('boolean' in value) return value.boolean;
  if ('double' in value) return new ReplyDouble(doubleOf(value.double));
  if ('bigNumber' in value) return BigInt(value.bigNumber);
  if ('verbatim' in value) return new ReplyVerbatim(value.verbatim[0], utf8(vectorBytes(value.verbatim[1])));
  if ('array' in value) return value.array.map(decodedValue);
  if ('set' in value) return new ReplySet(value.set.map(decodedValue));
  if ('push' in value) return new ReplyPush(value.push.map(decodedValue));
  return new ReplyMap(value.map.map(([key, item]) => [decodedValue(key), decodedValue(item)] as const));
}

function doubleOf(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === '-inf') return Number.NEGATIVE_INFINITY;
  return text === 'nan' ? Number.NaN : Number(text);
}

/** Writes a vector's tagged value as a handler would. */
export function writeTagged(sink: ReplySink, value: TaggedValue): void {
  if ('simple' in value) {
    const text = utf8(vectorBytes(value.simple));
    if (text === 'OK') sink.ok();
    else sink.simple(text);
  } else if ('error' in value) sink.error(value.error[0] as ErrorCode, value.error[1]);
  else if ('integer' in value) {
    const exact = BigInt(value.integer);
    sink.integer(Number.isSafeInteger(Number(exact)) ? Number(exact) : exact);
  } else if ('bulk' in value) {
    const bytes = vectorBytes(value.bulk);
    const around = Buffer.concat([Buffer.from('>>'), bytes, Buffer.from('<')]);
    sink.bulk(around, 2, 2 + bytes.length);
  } else if ('null' in value) sink.null();
  else if ('boolean' in value) sink.boolean(value.boolean);
  else if ('double' in value) sink.double(doubleOf(value.double));
  else if ('bigNumber' in value) sink.integer(BigInt(value.bigNumber));
  else if ('verbatim' in value) sink.verbatim(utf8(vectorBytes(value.verbatim[1])));
  else if ('array' in value) {
    sink.array(value.array.length);
    for (const item of value.array) writeTagged(sink, item);
  } else if ('set' in value) {
    sink.set(value.set.length);
    for (const item of value.set) writeTagged(sink, item);
  } else if ('push' in value) {
    sink.push(value.push.length);
    for (const item of value.push) writeTagged(sink, item);
  } else if ('map' in value) {
    sink.map(value.map.length);
    for (const [key, item] of value.map) {
      writeTagged(sink, key);
      writeTagged(sink, item);
    }
  } else throw new Error(`no sink call writes ${Object.keys(value)[0]}`);
}
