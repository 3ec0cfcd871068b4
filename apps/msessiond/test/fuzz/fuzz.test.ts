// The short form of the fuzzer; the long one is `npm run fuzz -w msessiond`.

import { Request, requestLimits } from '@msession/protocol';
import { expect, test } from 'vitest';
import { makeBatch, requestsPerBatch } from './request-batch.js';
import { memoryGrowth, runFuzz } from './run-fuzz.js';
import { breaksFlow, expectationOf } from './user-rights.js';

test('50,000 mutated requests of all users: each has its reply, none runs what it may not, nothing fails inside', async () => {
  const result = await runFuzz({ seed: 20_260_101, requests: 50_000, batchesPerPhase: 100 });
  expect(result.requests).toBeGreaterThanOrEqual(50_000);
  // all that the run is for has happened
  expect(result.denied).toBeGreaterThan(5000);
  expect(result.faults).toBeGreaterThan(10);
  expect(result.pushes).toBeGreaterThan(0);
  expect(result.requests - result.errors).toBeGreaterThan(1000);
  expect(result.phases).toBeGreaterThanOrEqual(4);
});

test('the fuzzer notices a server that lets a user run too much', async () => {
  const lax = runFuzz({ seed: 1, requests: 1000, readerRights: '"read", "write"' });
  await expect(lax).rejects.toThrow(/seed 1, batch \d+ \(reader\): reply \d+: .* was due/);
});

test('a batch can be sent again: seed and number say all', () => {
  const limitsOf = () => requestLimits();
  const [one, again] = [0, 0].map(() => makeBatch({ seed: 3, number: 7, user: 'writer', limitsOf }));
  expect(one).toEqual(again);
  expect(one?.expected.length).toBeGreaterThanOrEqual(requestsPerBatch);
  expect(makeBatch({ seed: 3, number: 8, user: 'writer', limitsOf }).bytes.equals(one?.bytes as Buffer)).toBe(false);
  expect(makeBatch({ seed: 4, number: 7, user: 'writer', limitsOf }).bytes.equals(one?.bytes as Buffer)).toBe(false);
});

test('a QUIT with something behind it is expected to be refused and to end nothing', () => {
  const request = Request.of(['QUIT', 'now']);
  expect([expectationOf('reader', request), breaksFlow('reader', request)]).toEqual(['error', false]);
  const plain = Request.of(['QUIT']);
  expect([expectationOf('reader', plain), breaksFlow('reader', plain)]).toEqual(['any', true]);
});

test('memory that grows is told from memory that goes up and down', () => {
  const samples = (values: readonly number[]) => values.map((bytes) => ({ bytes }));
  expect(memoryGrowth(samples([100, 140, 101, 90, 150, 99, 100, 130, 101]))).toBeCloseTo(0, 5);
  expect(memoryGrowth(samples([100, 101, 99, 110, 111, 109, 120, 121, 119]))).toBeCloseTo(0.2, 5);
});
