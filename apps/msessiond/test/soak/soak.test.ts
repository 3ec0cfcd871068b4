// The short form of the soak; the long one is `npm run soak -w msessiond`. Latencies are measured and not judged here: the
// machine may be busy with other tests.
import { expect, test } from 'vitest';
import { runSoak } from './run-soak.js';

test('20 s with 100,000 sessions being made and expiring: their number stands, all end, memory is flat', async () => {
  const [seconds, timeoutSeconds, sessions] = [20, 6, 100_000];
  const { windows, created, expired, left } = await runSoak({
    ...{ seconds, windowSeconds: 2, timeoutSeconds, sessions },
  });
  // a busy machine makes fewer; those it makes live as long
  const usual = (created / seconds) * timeoutSeconds;
  const steady = windows.filter(({ isSteady }) => isSteady);
  expect(steady.length).toBeGreaterThan(3);
  for (const window of steady) {
    expect(window.sessions).toBeGreaterThan(usual * 0.4);
    expect(window.sessions).toBeLessThan(sessions * 1.5);
    expect(window.operations).toBeGreaterThan(0);
    expect(window.p99Ms).toBeGreaterThanOrEqual(window.p50Ms);
  }
  expect(created).toBeGreaterThan(20_000);
  expect(left).toBe(0);
  expect(expired).toBe(created);
  const memory = steady.map(({ ownBytes }) => ownBytes);
  expect(Math.max(...memory) / Math.min(...memory)).toBeLessThan(1.5);
});
