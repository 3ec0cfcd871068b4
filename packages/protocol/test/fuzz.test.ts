// Random and mutated bytes: the codec never crashes or hangs, never reports anything after a fault, and says the same
// however the bytes are cut.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRequest, Request, RequestParser, RespWriter, requestLimits } from '../src/index.js';
import { decodedValue, decodePieces, parsePieces, writeTagged } from './drive.js';
import { slowReply, slowRequest } from './slow-encoder.js';
import {
  hostileReplyVectors,
  hostileRequestVectors,
  replyVectors,
  requestVectors,
  type TaggedValue,
  vectorBytes,
} from './vector-files.js';

const small = (vectors: readonly { readonly bytes: Parameters<typeof vectorBytes>[0] }[]) =>
  vectors.map((vector) => vectorBytes(vector.bytes)).filter((bytes) => bytes.length < 300);
const requestSeeds = small([...requestVectors, ...hostileRequestVectors]);
const replySeeds = small([...replyVectors, ...hostileReplyVectors]);

const protocolBytes = fc
  .array(
    fc.constantFrom(
      '*',
      '$',
      '+',
      '-',
      ':',
      '\r\n',
      '\r',
      '\n',
      '0',
      '1',
      '2',
      '9',
      '%',
      '~',
      '>',
      '|',
      '_',
      '#',
      ',',
      '(',
      '=',
      '!',
      '?',
      ' ',
      '"',
      "'",
      '\\x',
      'PING',
      '\u0000',
      '\u00ff',
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

/** Vectors one behind the other, with bytes changed, removed, doubled and put in. */
function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(600),
    kind: fc.constantFrom('change', 'remove', 'insert', 'double', 'swap'),
    byte: fc.oneof(fc.constantFrom(...Buffer.from('*$\r\n0123456789-?')), fc.nat(255)),
  });
  return fc
    .tuple(fc.array(fc.constantFrom(...seeds), { minLength: 1, maxLength: 4 }), fc.array(change, { maxLength: 4 }))
    .map(([parts, changes]) => {
      const bytes = [...Buffer.concat(parts)];
      for (const { at, kind, byte } of changes) {
        const place = at % (bytes.length + 1);
        if (kind === 'change' && place < bytes.length) bytes[place] = byte;
        else if (kind === 'remove') bytes.splice(place, 1);
        else if (kind === 'insert') bytes.splice(place, 0, byte);
        else if (kind === 'double') bytes.splice(place, 0, ...bytes.slice(place, place + 20));
        else if (kind === 'swap') bytes.push(...bytes.splice(place, 10));
      }
      return Buffer.from(bytes);
    });
}

const cuts = fc.array(fc.nat(400), { maxLength: 8 });

function cutUp(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((place, i) => bytes.subarray(places[i], place));
}

/** Nothing stands behind a fatal fault. */
function expectNothingAfterFault(events: readonly unknown[]): void {
  const fatal = events.findIndex((event) => (event as { fault?: string }).fault === 'PROTO');
  if (fatal >= 0) expect(fatal).toBe(events.length - 1);
}

describe('requests', () => {
  const limits = () =>
    requestLimits({ maxRequestBytes: 200, maxInlineBytes: 100, maxDiscardBytes: 2000, maxArguments: 50 });

  test.each([
    ['random bytes', fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))],
    ['pieces of the protocol', protocolBytes],
    ['mutated vectors', mutated(requestSeeds)],
  ])('%s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, cuts, (bytes, at) => {
        const whole = parsePieces([bytes], limits());
        expectNothingAfterFault(whole);
        expect(parsePieces(cutUp(bytes, at), limits())).toEqual(whole);
        expect(
          parsePieces(
            Array.from(bytes, (_byte, i) => bytes.subarray(i, i + 1)),
            limits(),
          ),
        ).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });

  test('any words come back, in any cuts', () => {
    const words = fc.array(fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 20 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(words, cuts, (requests, at) => {
        const bytes = Buffer.concat(requests.map(encodeRequest));
        expect(bytes.equals(Buffer.concat(requests.map(slowRequest)))).toBe(true);
        expect(parsePieces(cutUp(bytes, at), requestLimits())).toEqual(
          requests.map((request) => ({ command: request.map((word) => Buffer.from(word).toString('latin1')) })),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('pausing anywhere loses nothing', () => {
    const words = fc.array(fc.array(fc.uint8Array({ maxLength: 30 }), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(words, cuts, fc.array(fc.nat(4), { minLength: 1, maxLength: 10 }), (requests, at, pauses) => {
        const parser = new RequestParser(requestLimits());
        const request = new Request();
        const seen: string[][] = [];
        const take = (most: number) => {
          for (let i = 0; i < most && parser.next(request) === 'command'; i++)
            seen.push(Array.from({ length: request.count }, (_, word) => request.latin1(word)));
        };
        for (const [i, piece] of cutUp(Buffer.concat(requests.map(encodeRequest)), at).entries()) {
          const shared = Buffer.from(piece);
          parser.feed(shared, 0, shared.length);
          take(pauses[i % pauses.length] as number);
          parser.keepRest();
          shared.fill(0x24);
        }
        take(Number.POSITIVE_INFINITY);
        expect(seen).toEqual(requests.map((words) => words.map((word) => Buffer.from(word).toString('latin1'))));
        expect(parser.pendingBytes).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('replies', () => {
  const limits = { maxBulkBytes: 300, maxItems: 100, maxDepth: 5, maxLineBytes: 100 };

  test.each([
    ['random bytes', fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))],
    ['pieces of the protocol', protocolBytes],
    ['mutated vectors', mutated(replySeeds)],
  ])('%s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, cuts, (bytes, at) => {
        const whole = decodePieces([bytes], limits);
        const split = decodePieces(cutUp(bytes, at), limits);
        const single = decodePieces(
          Array.from(bytes, (_byte, i) => bytes.subarray(i, i + 1)),
          limits,
        );
        for (const other of [split, single]) {
          expect(other.values).toEqual(whole.values);
          expect(other.fault === null).toBe(whole.fault === null);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('any value comes back, in any cuts', () => {
    const latin1 = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    const { tree } = fc.letrec<{ tree: TaggedValue; leaf: TaggedValue }>((tie) => ({
      leaf: fc.oneof<fc.Arbitrary<TaggedValue>[]>(
        latin1.map((bulk) => ({ bulk })),
        fc.stringMatching(/^[ -~]{0,20}$/).map((simple) => ({ simple })),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ integer: String(value) })),
        fc.integer().map((value) => ({ integer: String(value) })),
        fc.constant({ null: 3 }),
        fc.boolean().map((boolean) => ({ boolean })),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((value) => ({ double: Object.is(value, -0) ? '-0' : String(value) })),
        fc.bigInt({ min: 2n ** 63n, max: 2n ** 200n }).map((value) => ({ bigNumber: String(value) })),
        fc.stringMatching(/^[ -~\r\n]{0,20}$/).map((text) => ({ verbatim: ['txt', text] })),
      ),
      tree: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 4 }).map((array) => ({ array })),
        fc.array(tie('tree'), { maxLength: 4 }).map((set) => ({ set })),
        fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 3 }).map((map) => ({ map })),
      ),
    }));
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), cuts, (values, at) => {
        const writer = new RespWriter({ version: 3, initialBytes: 64 });
        for (const value of values) writeTagged(writer, value);
        const bytes = writer.take();
        expect(bytes.toString('latin1')).toBe(Buffer.concat(values.map(slowReply)).toString('latin1'));
        const decoded = decodePieces(cutUp(bytes, at));
        expect(decoded.fault).toBeNull();
        expect(decoded.values).toEqual(values.map(decodedValue));
      }),
      { numRuns: 500 },
    );
  });
});
