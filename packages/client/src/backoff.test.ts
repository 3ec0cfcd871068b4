import { describe, expect, test } from 'vitest';
import { backoffDelayMs, defaultReconnect } from './backoff.js';

describe('the pause before the next attempt', () => {
  const plain = { ...defaultReconnect, jitter: 0 };

  test('doubles from the initial delay up to the longest', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((failures) => backoffDelayMs(plain, failures, 0));
    expect(delays).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test('is shortened by at most the jitter share', () => {
    const half = { ...plain, jitter: 0.5 };
    expect(backoffDelayMs(half, 3, 0)).toBe(200);
    expect(backoffDelayMs(half, 3, 0.5)).toBe(150);
    expect(backoffDelayMs(half, 3, 0.999_999)).toBe(100);
  });

  test('stays finite in an outage of a year', () => {
    expect(backoffDelayMs(plain, 10_000_000, 0)).toBe(5000);
    expect(backoffDelayMs({ ...plain, initialDelayMs: 0 }, 10_000_000, 0)).toBe(0);
  });
});
