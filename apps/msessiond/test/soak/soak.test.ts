// The short form of the soak; the long one is `npm run soak -w msessiond`. Latencies are measured and not judged here: the
// machine may be busy with other tests.
import { expect, test } from 'vitest';
import { runSoak } from './run-soak.js';

test('20 s with 100,000 sessions being made and expiring: their number stands, all end, memory is flat', async () => {
  const sessions = 100_000;
  const { windows, created, expired, left } = await runSoak({
    ...{ seconds: 20, windowSeconds: 2, timeoutSeconds: 6, sessions },
  });
  const steady = windows.filter(({ isSteady }) => isSteady);
  expect(steady.length).toBeGreaterThan(3);
  for (const window of steady) {
    expect(window.sessions).toBeGreaterThan(sessions * 0.7);
    expect(window.sessions).toBeLessThan(sessions * 1.5);
    expect(window.operations).toBeGreaterThan(0);
    expect(window.p99Ms).toBeGreaterThanOrEqual(window.p50Ms);
  }
  expect(created).toBeGreaterThan(sessions * 2);
  expect(left).toBe(0);
  expect(expired).toBe(created);
  const memory = steady.map(({ ownBytes }) => ownBytes);
  expect(Math.max(...memory) / Math.min(...memory)).toBeLessThan(1.5);
});
