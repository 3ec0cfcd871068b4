import { describe, expect, test } from 'vitest';
import { Request } from './request.js';
import { type RequestLimits, requestLimits, unauthenticatedLimits } from './request-limits.js';
import { RequestParser } from './request-parser.js';
import { encodeRequest } from './request-writer.js';

const words = (request: Request) => Array.from({ length: request.count }, (_, i) => request.text(i));

function setUp(limits: RequestLimits = requestLimits()) {
  const parser = new RequestParser(limits);
  const request = new Request();
  return {
    parser,
    request,
    feed: (bytes: Buffer) => parser.feed(bytes, 0, bytes.length),
    next: () => (parser.next(request) === 'command' ? words(request) : (parser.fault?.message ?? null)),
  };
}

describe('whole commands', () => {
  test('are bound in the memory they were received in', () => {
    const { parser, request } = setUp();
    const received = Buffer.concat([Buffer.from('....'), encodeRequest(['GETVAL', 's', 'n'])]);
    parser.feed(received, 4, received.length);
    expect(parser.next(request)).toBe('command');
    expect(request.buffer).toBe(received);
    expect(words(request)).toEqual(['GETVAL', 's', 'n']);
    expect(parser.next(request)).toBe('more');
    expect(parser.pendingBytes).toBe(0);
  });

  test('bytes behind the end received are not looked at', () => {
    const { parser, request } = setUp();
    const memory = Buffer.from('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n');
    parser.feed(memory, 0, 14);
    expect(parser.next(request)).toBe('command');
    expect(parser.next(request)).toBe('more');
    parser.feed(memory, 0, 12);
    expect(parser.next(request)).toBe('more');
  });
});

describe('stopping in the middle of a buffer', () => {
  test('keepRest lets the caller overwrite its buffer', () => {
    const { parser, request, next } = setUp();
    const shared = Buffer.concat([1, 2, 3].map((i) => encodeRequest(['ECHO', `message ${i}`])));
    const size = shared.length;
    parser.feed(shared, 0, size);
    expect(next()).toEqual(['ECHO', 'message 1']);
    parser.keepRest();
    shared.fill(0);
    expect(parser.pendingBytes).toBe((size / 3) * 2);
    expect(next()).toEqual(['ECHO', 'message 2']);
    expect(next()).toEqual(['ECHO', 'message 3']);
    expect(parser.next(request)).toBe('more');
    expect(parser.isMidCommand).toBe(false);
  });

  test('bytes fed meanwhile are kept behind the rest, in order', () => {
    const { feed, next, parser } = setUp();
    const expected: string[] = [];
    const seen: string[] = [];
    let sent = 0;
    // one command is taken for two that arrive, each cut in its middle, in a buffer that is overwritten
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.concat([encodeRequest(['ECHO', `a${sent}`]), encodeRequest(['ECHO', `b${sent}`])]);
      expected.push(`a${sent}`, `b${sent}`);
      sent++;
      for (const piece of [bytes.subarray(0, 9), bytes.subarray(9)]) {
        const shared = Buffer.from(piece);
        feed(shared);
        parser.keepRest();
        shared.fill(42);
      }
      seen.push((next() as string[])[1] as string);
    }
    for (let rest = next(); rest !== null; rest = next()) seen.push((rest as string[])[1] as string);
    expect(seen).toEqual(expected);
    expect(parser.pendingBytes).toBe(0);
  });
});

describe('memory', () => {
  test('a length alone takes memory only within the limits', () => {
    const before = process.memoryUsage().arrayBuffers;
    const parsers = Array.from({ length: 50 }, () => {
      const { parser, request, feed } = setUp(unauthenticatedLimits());
      feed(Buffer.from('*2\r\n$4\r\nAUTH\r\n$16384\r\nabc'));
      expect(parser.next(request)).toBe('more');
      return parser;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(parsers.length * 40_000);
  });

  test('what is over the limit is read over, not kept', () => {
    const { parser, request, feed, next } = setUp(requestLimits({ maxRequestBytes: 1000 }));
    feed(Buffer.from('*2\r\n$4\r\nECHO\r\n$100000000\r\n'));
    expect(parser.next(request)).toBe('more');
    const chunk = Buffer.alloc(1_000_000, 'x');
    for (let i = 0; i < 100; i++) {
      feed(chunk);
      expect(parser.next(request)).toBe('more');
      expect(parser.pendingBytes).toBe(0);
    }
    feed(Buffer.from('\r\n*1\r\n$4\r\nPING\r\n'));
    expect(next()).toBe('an argument has 100000000 bytes, at most 1000; raise max-request-size or send less at once');
    expect(parser.fault?.isRecoverable).toBe(true);
    expect(next()).toEqual(['PING']);
    expect(parser.fault).toBeNull();
  });

  test('nothing is kept after a fatal fault, however much comes', () => {
    const { parser, request, feed } = setUp();
    feed(Buffer.from('*x\r\n'));
    expect(parser.next(request)).toBe('fault');
    for (let i = 0; i < 10; i++) {
      feed(encodeRequest(['PING']));
      parser.keepRest();
      expect(parser.next(request)).toBe('fault');
      expect(parser.pendingBytes).toBe(0);
    }
  });

  test('a request of a million arguments in small chunks copies each byte a few times at most', () => {
    const bytes = encodeRequest(['DELVAL', ...Array.from({ length: 1_048_575 }, () => 'n')]);
    const { parser, request, feed } = setUp();
    const set = Buffer.prototype.set;
    let copied = 0;
    Buffer.prototype.set = function (this: Buffer, source: ArrayLike<number>, offset?: number) {
      copied += source.length;
      set.call(this, source, offset);
    };
    try {
      for (let at = 0; at < bytes.length; at += 65_536) {
        feed(bytes.subarray(at, at + 65_536));
        expect(parser.next(request)).toBe(at + 65_536 < bytes.length ? 'more' : 'command');
      }
    } finally {
      Buffer.prototype.set = set;
    }
    expect(request.count).toBe(1_048_576);
    expect(request.text(1_048_575)).toBe('n');
    expect(copied).toBeGreaterThan(bytes.length / 2);
    expect(copied).toBeLessThan(bytes.length * 5);
  });

  test('a large payload in small chunks is copied once', () => {
    const bytes = encodeRequest(['DATASET', 's', Buffer.alloc(8_388_608, 7)]);
    const { parser, request, feed } = setUp();
    const set = Buffer.prototype.set;
    let copied = 0;
    Buffer.prototype.set = function (this: Buffer, source: ArrayLike<number>, offset?: number) {
      copied += source.length;
      set.call(this, source, offset);
    };
    try {
      for (let at = 0; at < bytes.length; at += 65_536) {
        feed(bytes.subarray(at, at + 65_536));
        parser.next(request);
      }
    } finally {
      Buffer.prototype.set = set;
    }
    expect(request.length(2)).toBe(8_388_608);
    expect(copied).toBeGreaterThan(bytes.length / 2);
    expect(copied).toBeLessThan(bytes.length + 200_000);
  });

  test('that of a command in pieces serves the next one, of any connection', () => {
    const bytes = encodeRequest(['DATASET', 's', Buffer.alloc(70_000, 7)]);
    const used = [setUp(), setUp(), setUp()].map(({ parser, request, feed }) => {
      feed(bytes.subarray(0, 65_536));
      expect(parser.next(request)).toBe('more');
      feed(bytes.subarray(65_536));
      expect(parser.next(request)).toBe('command');
      const { buffer } = request;
      expect(parser.next(request)).toBe('more');
      return buffer;
    });
    expect(new Set(used).size).toBe(1);
  });

  test('commands in pieces on many connections at a time keep to themselves', () => {
    const connections = Array.from({ length: 9 }, () => setUp());
    const value = (connection: number, round: number) => Buffer.alloc(66_000 + round, 65 + ((connection + round) % 26));
    for (let round = 0; round < 12; round++) {
      const requests = connections.map((_, i) => encodeRequest(['DATASET', `s${i}`, value(i, round)]));
      for (let from = 0; from < 66_000; from += 22_000)
        for (const [i, { feed, parser, request }] of connections.entries()) {
          feed((requests[i] as Buffer).subarray(from, from + 22_000));
          expect(parser.next(request)).toBe('more');
        }
      for (const [i, { feed, parser, request }] of connections.entries()) {
        feed((requests[i] as Buffer).subarray(66_000));
        expect(parser.next(request)).toBe('command');
        expect(request.text(1)).toBe(`s${i}`);
        expect(request.view(2).equals(value(i, round))).toBe(true);
        // what is let go of here is taken by the others of the next round
        expect(parser.next(request)).toBe('more');
      }
    }
  });
});

test('limits may change between requests, as AUTH changes them', () => {
  const { parser, feed, next } = setUp(unauthenticatedLimits());
  feed(Buffer.concat([encodeRequest(['AUTH', 'x']), encodeRequest(['DELVAL', 's', ...'abcdefghijkl'])]));
  expect(next()).toEqual(['AUTH', 'x']);
  parser.limits = requestLimits();
  expect(next()).toHaveLength(14);
});

describe('binding ahead', () => {
  const first = encodeRequest(['ECHO', 'hello']);
  const second = encodeRequest(['PING']);

  test('binds command behind command and consumes nothing until told', () => {
    const { parser, request, next } = setUp();
    const bytes = Buffer.concat([first, second]);
    parser.feed(bytes, 0, bytes.length);
    const ahead = new Request();
    const behindFirst = parser.bindAt(request, parser.nextPosition);
    const behindSecond = parser.bindAt(ahead, behindFirst);
    expect([words(request), words(ahead)]).toEqual([['ECHO', 'hello'], ['PING']]);
    expect([behindFirst, behindSecond]).toEqual([first.length, bytes.length]);
    expect(parser.bindAt(ahead, behindSecond)).toBe(-1);
    expect(parser.pendingBytes).toBe(bytes.length);
    parser.passTo(behindFirst);
    expect(next()).toEqual(['PING']);
  });

  test('what was bound but not consumed is kept', () => {
    const { parser, request, next } = setUp();
    const shared = Buffer.concat([first, second]);
    parser.feed(shared, 0, shared.length);
    const behindFirst = parser.bindAt(request, parser.nextPosition);
    parser.bindAt(new Request(), behindFirst);
    parser.passTo(behindFirst);
    parser.keepRest();
    shared.fill(0);
    expect(next()).toEqual(['PING']);
  });

  test.each<[string, Buffer, RequestLimits]>([
    ['cut off', first.subarray(0, -1), requestLimits()],
    ['inline', Buffer.from('PING\r\n'), requestLimits()],
    ['with an argument above the limit', first, { ...requestLimits(), maxArgumentBytes: 4 }],
    ['with more arguments than allowed', encodeRequest(Array(11).fill('x')), unauthenticatedLimits()],
    ['of no arguments', Buffer.from('*0\r\n*1\r\n$4\r\nPING\r\n'), requestLimits()],
  ])('leaves a command %s to next', (_what, bytes, limits) => {
    const { parser, request } = setUp(limits);
    parser.feed(bytes, 0, bytes.length);
    expect(parser.bindAt(request, parser.nextPosition)).toBe(-1);
  });

  test('any byte in any place of a command means the same whether it arrives whole or byte by byte', () => {
    const good = Buffer.concat([first, encodeRequest(['x', 'y'.repeat(12)]), second]);
    for (let place = 0; place < good.length; place++) {
      for (let byte = 0; byte < 256; byte++) {
        const bytes = Buffer.from(good);
        bytes[place] = byte;
        const whole = outcomes([bytes]);
        const cut = outcomes([...bytes].map((one) => Buffer.from([one])));
        if (JSON.stringify(whole) !== JSON.stringify(cut)) expect({ place, byte, whole }).toEqual({ place, byte, cut });
      }
    }
  });

  /** Everything a parser says of pieces; the pieces are followed in memory by bytes that would complete any command. */
  function outcomes(pieces: readonly Buffer[]): unknown[] {
    const { parser, request } = setUp();
    const said: unknown[] = [];
    for (const piece of pieces) {
      const memory = Buffer.concat([piece, Buffer.from('\r\n$1\r\nz\r\n')]);
      parser.feed(memory, 0, piece.length);
      for (;;) {
        const result = parser.next(request);
        if (result === 'more') break;
        said.push(result === 'command' ? words(request) : parser.fault?.message);
        if (result === 'fault' && parser.fault?.isRecoverable !== true) return said;
      }
    }
    said.push(parser.pendingBytes);
    return said;
  }
});
