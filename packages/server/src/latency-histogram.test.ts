import { expect, test } from 'vitest';
import { LatencyHistogram, octaveBoundsSeconds } from './latency-histogram.js';

test('quantiles lie within a fifth above the durations that were recorded', () => {
  const histogram = new LatencyHistogram();
  for (let i = 1; i <= 1000; i++) histogram.record(i / 100);
  for (const [share, exact] of [
    [0.5, 5000],
    [0.99, 9900],
    [1, 10_000],
  ] as const) {
    const shown = histogram.quantileMicroseconds(share);
    expect(shown).toBeGreaterThanOrEqual(exact);
    expect(shown).toBeLessThan(exact * 1.2);
  }
});

test('nothing recorded is 0, and reset makes it so again', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.quantileMicroseconds(0.99)).toBe(0);
  histogram.record(3);
  histogram.reset();
  expect([histogram.count, histogram.sumMs, histogram.quantileMicroseconds(0.5)]).toEqual([0, 0, 0]);
});

test('the cumulative counts grow to all of them, whatever was recorded', () => {
  const histogram = new LatencyHistogram();
  for (const milliseconds of [-1, 0, 0.0005, 0.003, 1, 20, 1e9]) histogram.record(milliseconds);
  const counts = histogram.cumulative();
  expect(counts).toHaveLength(octaveBoundsSeconds.length);
  expect(counts.every((count, i) => i === 0 || count >= (counts[i - 1] as number))).toBe(true);
  expect(counts.at(-1)).toBe(7);
  expect(counts[octaveBoundsSeconds.findIndex((bound) => bound >= 0.000_004)]).toBe(4);
});
