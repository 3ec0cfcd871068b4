// The short form of the fuzzer; the long one is `npm run fuzz -w msessiond`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Request, requestLimits } from '@msession/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { memoryGrowth } from '../support/process-memory.js';
import { makeBatch, requestsPerBatch } from './request-batch.js';
import { runFuzz } from './run-fuzz.js';
import { breaksFlow, expectationOf } from './user-rights.js';

test('50,000 mutated requests of all users: each has its reply, none runs what it may not, nothing fails inside', async () => {
  const options = { seed: 20_260_101, requests: 50_000, batchesPerPhase: 100, requestsPerSample: 10_000 };
  const result = await runFuzz(options);
  expect(result.requests).toBeGreaterThanOrEqual(50_000);
  // all that the run is for has happened
  expect(result.denied).toBeGreaterThan(5000);
  expect(result.faults).toBeGreaterThan(10);
  expect(result.pushes).toBeGreaterThan(0);
  expect(result.requests - result.errors).toBeGreaterThan(1000);
  expect(result.phases).toBeGreaterThanOrEqual(4);
  // memory is compared between moments at which the daemon holds the same
  expect(result.memory.length).toBeGreaterThanOrEqual(3);
  for (const { info, handles } of result.memory) {
    expect(info).toMatchObject({ sessions: 10, sub_sessions: 1, connected_clients: 1, locks_held: 0, lock_waiters: 0 });
    expect(info).toMatchObject({ event_subscribers: 0, monitors: 0, batchesInJournal: 0 });
    expect(handles).toBe(result.memory[0]?.handles);
  }
});

test('memory that a daemon does not let go of is noticed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-leak-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const plugin = path.join(folder, 'leak.mjs');
  const keep = 'kept.push(Buffer.alloc(262_144, 1));';
  writeFileSync(plugin, `const kept = []; export default { name: 'leak', hooks: { setValue() { ${keep} } } };\n`);
  const options = { seed: 1, requests: 12_000, batchesPerPhase: 20, requestsPerSample: 1000 };
  const { memory } = await runFuzz({ ...options, flags: ['--plugin', plugin] });
  expect(memoryGrowth(memory.map(({ anonymousBytes: bytes }) => ({ bytes })))).toBeGreaterThan(0.5);
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
