// What goes over one connection before its replies are awaited: some hundred framed requests, and often a last piece
// whose very bytes are mutated, from the vectors of the codec. A batch follows from seed and number alone, so each can be
// sent again; what the server must answer is computed with a parser of our own side.
import { readFileSync } from 'node:fs';
import { encodeRequest, Request, type RequestLimits, RequestParser } from '@msession/protocol';
import { Random } from './random.js';
import { plainRequest, someRequest, type Word } from './request-words.js';
import { breaksFlow, type Expectation, expectationOf, namedCommand, type UserName } from './user-rights.js';

export const requestsPerBatch = 128;
const largestBatchBytes = 4 * 1024 * 1024;

export interface RequestBatch {
  readonly user: UserName;
  readonly bytes: Buffer;
  readonly expected: readonly Expectation[];
  /** `close`: the server ends the connection; `mid`: it waits for the rest of a request; `spent`: we are somebody else. */
  readonly endsAs: 'open' | 'close' | 'mid' | 'spent';
}

type VectorBytes = string | readonly (string | { readonly repeat: string; readonly times: number })[];

const vectors: readonly Buffer[] = ['requests', 'inline', 'hostile-requests', 'truncated'].flatMap((file) => {
  const url = new URL(`../../../../packages/protocol/vectors/${file}.json`, import.meta.url);
  const rows = JSON.parse(readFileSync(url, 'utf8')) as { readonly bytes: VectorBytes }[];
  return rows.map(({ bytes }) => latin1(bytes)).filter((bytes) => bytes.length <= 200_000);
});

function latin1(bytes: VectorBytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes, 'latin1');
  const parts = bytes.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times)));
  return Buffer.from(parts.join(''), 'latin1');
}

export interface BatchOptions {
  readonly seed: number;
  readonly number: number;
  readonly user: UserName;
  readonly limitsOf: (user: UserName) => RequestLimits;
}

export function makeBatch({ seed, number, user, limitsOf }: BatchOptions): RequestBatch {
  const random = new Random(seed, number);
  const parts: Buffer[] = [];
  const expected: Expectation[] = [];
  let bytes = 0;
  // what the batch before left of this connection's state
  if (user !== 'nobody') addWords(user, random.isLikely(0.5) ? ['HELLO', '3'] : ['HELLO', '2'], parts, expected);
  // most of what `nobody` sends is over its limits and would end the connection
  const count = user === 'nobody' ? 16 : requestsPerBatch;
  while (parts.length < count && bytes < largestBatchBytes) {
    const words = someRequest(random);
    if (user === 'nobody' && !fitsBeforeAuth(words)) continue;
    bytes += addWords(user, words, parts, expected);
  }
  const last = lastPiece(random, user);
  if (last === null) return { user, bytes: Buffer.concat(parts), expected, endsAs: 'open' };
  const read = readPiece(last, user, limitsOf(user));
  if (read === null) return { user, bytes: Buffer.concat(parts), expected, endsAs: 'open' };
  return {
    user,
    bytes: Buffer.concat([...parts, last]),
    expected: [...expected, ...read.expected],
    endsAs: read.endsAs,
  };
}

function fitsBeforeAuth(words: readonly Word[]): boolean {
  return words.length <= 10 && words.every((word) => Buffer.byteLength(word) <= 16_384);
}

/** Adds a request unless it would break the flow; answers its bytes. */
function addWords(user: UserName, words: readonly Word[], parts: Buffer[], expected: Expectation[]): number {
  const request = Request.of(words);
  if (breaksFlow(user, request)) return 0;
  const bytes = encodeRequest(words);
  parts.push(bytes);
  expected.push(expectationOf(user, request));
  return bytes.length;
}

function lastPiece(random: Random, user: UserName): Buffer | null {
  const dice = random.next();
  if (dice < 0.6) return null;
  if (dice < 0.6025) {
    // each costs the server a password check
    const password = Buffer.from(random.pick(['', 'x', 'reader', 'p'.repeat(300)]));
    return encodeRequest(
      random.pick<Word[]>([
        ['AUTH', user, password],
        ['HELLO', '3', 'AUTH', user, password],
      ]),
    );
  }
  if (dice < 0.61) return encodeRequest([random.pick(['QUIT', 'RESET', 'quit'])]);
  const source = random.isLikely(0.5)
    ? random.pick(vectors)
    : encodeRequest(random.isLikely(0.5) ? someRequest(random) : plainRequest(random, someCommand(random)));
  const bytes = Buffer.from(source);
  for (let i = random.below(4); i > 0 && bytes.length > 0; i--) {
    const at = random.below(Math.min(bytes.length, 400));
    bytes[at] = random.isLikely(0.5) ? random.below(256) : random.pick([...'*$0123456789\r\n "\'\\+-:']).charCodeAt(0);
  }
  return random.isLikely(0.2) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
}

function someCommand(random: Random) {
  for (;;) {
    const spec = namedCommand(Request.of(someRequest(random)));
    if (spec !== undefined) return spec;
  }
}

/** What is due to a piece of bytes; null when it may not be sent. */
function readPiece(
  bytes: Buffer,
  user: UserName,
  limits: RequestLimits,
): Pick<RequestBatch, 'expected' | 'endsAs'> | null {
  const parser = new RequestParser(limits);
  const request = new Request();
  const expected: Expectation[] = [];
  parser.feed(bytes, 0, bytes.length);
  for (;;) {
    const result = parser.next(request);
    if (result === 'more') return { expected, endsAs: parser.isMidCommand ? 'mid' : 'open' };
    if (result === 'fault') {
      expected.push('fault');
      if (parser.fault?.isRecoverable !== true) return { expected, endsAs: 'close' };
      continue;
    }
    if (breaksFlow(user, request)) return endOfFlow(request, expected, parser.pendingBytes > 0);
    expected.push(expectationOf(user, request));
  }
}

/** A command that changes or ends the connection may be the very last one. */
function endOfFlow(
  request: Request,
  expected: readonly Expectation[],
  hasMore: boolean,
): Pick<RequestBatch, 'expected' | 'endsAs'> | null {
  const name = namedCommand(request)?.name;
  if (name === 'QUIT') return { expected: [...expected, 'any'], endsAs: 'close' };
  if (expected.length > 0 || hasMore) return null;
  if (name === 'RESET') return { expected: ['any'], endsAs: 'spent' };
  if (name === 'AUTH' || name === 'HELLO') return { expected: ['any'], endsAs: 'spent' };
  return null;
}
