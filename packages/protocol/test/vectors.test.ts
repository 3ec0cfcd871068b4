// The shared vectors: each decoded whole, byte by byte and split at every offset, encoded, and taken round.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { encodeRequest, ReplyCollector, RespWriter, requestLimits } from '../src/index.js';
import { decodedValue, decodePieces, parsePieces, writeTagged } from './drive.js';
import { slowReply, slowRequest } from './slow-encoder.js';
import {
  deliveries,
  hostileReplyVectors,
  hostileRequestVectors,
  replyVectors,
  requestVectors,
  truncatedVectors,
  vectorBytes,
  vectorLimits,
} from './vector-files.js';

/** Compares large values quickly; on a difference the slow comparison shows it. */
function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}

test('vector names are unique', () => {
  for (const file of [requestVectors, replyVectors, hostileRequestVectors, hostileReplyVectors, truncatedVectors]) {
    expect(file.length).toBeGreaterThan(10);
    expect(new Set(file.map((vector) => vector.name)).size).toBe(file.length);
  }
});

describe('requests', () => {
  test.each(requestVectors)('$name', (vector) => {
    const bytes = vectorBytes(vector.bytes);
    const words = vector.requests.map((request) => request.map(vectorBytes));
    const expected = words.map((request) => ({ command: request.map((word) => word.toString('latin1')) }));
    for (const pieces of deliveries(bytes)) expectSame(parsePieces(pieces, requestLimits()), expected);
    const encoded = Buffer.concat(words.map(encodeRequest));
    expect(encoded.equals(Buffer.concat(words.map(slowRequest)))).toBe(true);
    expect(encoded.equals(bytes)).toBe(vector.isCanonical);
    expect(parsePieces([encoded], requestLimits())).toEqual(expected);
  });
});

describe('replies', () => {
  test.each(replyVectors)('$name', (vector) => {
    const bytes = vectorBytes(vector.bytes);
    const values = vector.values.map(decodedValue);
    for (const pieces of deliveries(bytes))
      expectSame(decodePieces(pieces), { values, fault: null, isMidReply: false });
    if (!vector.isCanonical) return;
    expect(Buffer.concat(vector.values.map(slowReply)).equals(bytes)).toBe(true);
    const writer = new RespWriter({ version: vector.version, initialBytes: 64 });
    const collector = new ReplyCollector(vector.version);
    for (const value of vector.values) {
      writeTagged(writer, value);
      writeTagged(collector, value);
    }
    const written = writer.take();
    expect(written.toString('latin1')).toBe(bytes.toString('latin1'));
    expect(decodePieces([written]).values).toEqual(values);
    expect(values.map(() => collector.take())).toEqual(values);
  });
});

describe('hostile requests', () => {
  test.each(hostileRequestVectors)('$name', (vector) => {
    const bytes = vectorBytes(vector.bytes);
    for (const pieces of deliveries(bytes)) {
      const events = parsePieces(pieces, vectorLimits(vector.limits));
      expect(events).toEqual(
        vector.events.map((event) =>
          'command' in event
            ? { command: event.command.map((word) => vectorBytes(word).toString('latin1')) }
            : { fault: event.fault, message: expect.stringContaining(event.contains) },
        ),
      );
    }
  });
});

describe('hostile replies', () => {
  test.each(hostileReplyVectors)('$name', (vector) => {
    const values = vector.values.map(decodedValue);
    for (const pieces of deliveries(vectorBytes(vector.bytes)))
      expect(decodePieces(pieces, vector.limits)).toEqual({
        values,
        fault: expect.stringContaining(vector.contains),
        isMidReply: false,
      });
  });
});

describe('what is cut off', () => {
  test.each(truncatedVectors)('$name', (vector) => {
    for (const pieces of deliveries(vectorBytes(vector.bytes))) {
      if (vector.side === 'request') expect(parsePieces(pieces, requestLimits())).toEqual([]);
      else expect(decodePieces(pieces)).toEqual({ values: [], fault: null, isMidReply: true });
    }
  });
});
