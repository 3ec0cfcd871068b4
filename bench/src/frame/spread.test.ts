import { expect, test } from 'vitest';
import { spreadOf } from './spread.js';

test.each([
  [[3], { median: 3, lowest: 3, highest: 3 }],
  [[9, 1, 5], { median: 5, lowest: 1, highest: 9 }],
  [[4, 1, 3, 2], { median: 2.5, lowest: 1, highest: 4 }],
])('of %j', (figures, expected) => {
  expect(spreadOf(figures)).toEqual(expected);
});

test('of none is an error', () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});
