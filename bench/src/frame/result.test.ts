import { expect, test } from 'vitest';
import { figureOf, ratioOf, rowOf } from './result.js';

test('a ratio is the median of the rounds, each with its neighbour, not the ratio of the medians', () => {
  // the machine was half as fast in the second round, for both
  const ratio = ratioOf(figureOf('a', [100, 50, 120]), figureOf('b', [200, 100, 100]));
  expect(ratio.rounds).toEqual([0.5, 0.5, 1.2]);
  expect(ratio.spread).toEqual({ median: 0.5, lowest: 0.5, highest: 1.2 });
});

test('rounds that do not pair up are an error that names both', () => {
  expect(() => ratioOf(figureOf('a', [1, 2]), figureOf('b', [1]))).toThrow('a has 2 rounds and b 1');
});

test('a row compares only what was measured', () => {
  const row = rowOf({
    id: 'x',
    label: 'x',
    unit: 'items/s',
    better: 'higher',
    figures: [figureOf('a', [3]), figureOf('b', [2])],
    ratios: [
      ['a', 'b'],
      ['a', 'absent'],
    ],
  });
  expect(row.ratios.map(({ of, to, spread }) => [of, to, spread.median])).toEqual([['a', 'b', 1.5]]);
});
