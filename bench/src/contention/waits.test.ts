import { expect, test } from 'vitest';
import type { PhpOutcome } from '../php/php-client.js';
import { contestFigures, idealWaits, percentile } from './waits.js';

const ms = 1e6;

test('a perfect queue lets each wait for the holds of the others', () => {
  const held = [10, 20, 30, 40, 50].map((hold, at) => ({ at, hold }));
  // three processes: two others in front, fewer at the beginning
  expect(idealWaits(held.reverse(), 3)).toEqual([0, 10, 30, 50, 70]);
});

test.each([
  [[1, 2, 3, 4], 0.5, 2],
  [[4, 1, 3, 2], 1, 4],
  [[7], 0.99, 7],
  [[], 0.5, 0],
])('of %j at %d is %d', (figures, part, expected) => {
  expect(percentile(figures, part)).toBe(expected);
});

test('a contest of two that took turns', () => {
  const process = (offset: number, count: number): PhpOutcome => ({
    began: 0,
    ended: (30 + offset) * ms,
    failed: offset > 0 ? 1 : 0,
    count,
    cycles: 2,
    waits: [5 * ms, 15 * ms],
    starts: [offset * ms, (offset + 10) * ms],
    holds: [5 * ms, 5 * ms],
    latencies: [],
  });
  const figures = contestFigures([process(0, 3), process(5, 3)]);
  expect(figures).toEqual({
    p50Ms: 5,
    p99Ms: 15,
    longestMs: 15,
    fairness: 1.5,
    idealP50Ms: 5,
    idealP99Ms: 5,
    // 35 ms for four holds of 5
    wallOverIdeal: 1.75,
    failed: 1,
    // four increments, of which three are there
    lost: 1,
  });
});
