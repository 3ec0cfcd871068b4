import { expect, test } from 'vitest';
import { runContest } from './contest.js';

test('warms all up, then takes turns, round by round', async () => {
  const calls: string[] = [];
  const entrant = (name: string, values: number[]) => ({
    name,
    warmUp: async () => calls.push(`warm ${name}`),
    async measure() {
      calls.push(name);
      return { value: values.shift() ?? 0, extras: { 'p99 ms': values.length } };
    },
  });
  const row = await runContest({
    id: 'one',
    label: 'one',
    unit: 'items/s',
    better: 'higher',
    rounds: 3,
    progress: () => undefined,
    entrants: [entrant('a', [10, 30, 20]), entrant('b', [10, 10, 10])],
    ratios: [['a', 'b']],
  });
  expect(calls).toEqual(['warm a', 'warm b', 'a', 'b', 'a', 'b', 'a', 'b']);
  expect(row.figures[0]).toMatchObject({ rounds: [10, 30, 20], spread: { median: 20 }, extras: { 'p99 ms': 1 } });
  expect(row.ratios[0]?.spread.median).toBe(2);
  // nothing was started for them, so no processor time is claimed
  expect(row.figures[0]?.use).toBeUndefined();
});
