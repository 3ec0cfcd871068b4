import { describe, expect, test } from 'vitest';
import { type BaselineRatio, compareRatios, gateReport, isPassed, ratiosOf, toleranceOf } from './gate.js';
import { figureOf, rowOf } from './result.js';

const spread = (median: number, stray = 0) => ({ median, lowest: median - stray, highest: median + stray });
const ratio = (
  id: string,
  median: number,
  options: { stray?: number; better?: 'higher' | 'lower' } = {},
): BaselineRatio => ({
  id,
  better: options.better ?? 'higher',
  spread: spread(median, options.stray),
});
const all = () => true;
const verdictOf = (then: BaselineRatio, now: BaselineRatio) => compareRatios([then], [now], all)[0]?.verdict;

describe('tolerance', () => {
  test('is half of both ranges, relative to their medians', () => {
    expect(toleranceOf(spread(1, 0.2), spread(2, 0.2))).toBeCloseTo(0.3);
  });

  test('is never below what is noise anyway, nor above what says nothing', () => {
    expect(toleranceOf(spread(1), spread(1))).toBeCloseTo(0.15);
    expect(toleranceOf(spread(1, 0.9), spread(1, 0.9))).toBeCloseTo(0.6);
  });
});

describe('a ratio', () => {
  test.each([
    [1, 0.9, 'held'],
    [1, 0.8, 'fell'],
    [1, 1.1, 'held'],
    [1, 1.3, 'rose'],
  ] as const)('of %d that is %d now %s', (then, now, expected) => {
    expect(verdictOf(ratio('x', then), ratio('x', now))).toBe(expected);
  });

  test('of waits falls when it grows', () => {
    expect(verdictOf(ratio('x', 0.1, { better: 'lower' }), ratio('x', 0.15, { better: 'lower' }))).toBe('fell');
    expect(verdictOf(ratio('x', 0.1, { better: 'lower' }), ratio('x', 0.05, { better: 'lower' }))).toBe('rose');
  });

  test('that strayed by itself may stray again', () => {
    expect(verdictOf(ratio('x', 1, { stray: 0.2 }), ratio('x', 0.75, { stray: 0.1 }))).toBe('held');
  });

  test('that is no longer measured counts against the run', () => {
    const lines = compareRatios([ratio('x', 1), ratio('y', 1)], [ratio('x', 1)], all);
    expect(lines.map(({ verdict }) => verdict)).toEqual(['held', 'not measured']);
    expect(isPassed(lines)).toBe(false);
  });

  test('of a bench that did not run is left alone', () => {
    const lines = compareRatios([ratio('a/x', 1), ratio('b/x', 1)], [ratio('a/x', 1)], (id) => id.startsWith('a/'));
    expect(isPassed(lines)).toBe(true);
    expect(lines).toHaveLength(1);
  });
});

test('nothing compared is no pass', () => {
  expect(isPassed([])).toBe(false);
  expect(gateReport([])).toContain('nothing was compared');
});

test('the report has a line for what fell, and counts the rest', () => {
  const report = gateReport(compareRatios([ratio('x', 1), ratio('y', 1)], [ratio('x', 0.5), ratio('y', 1)], all));
  expect(report).toContain('1 of 2 ratios held');
  expect(report).toContain('| x | higher | 1.00 (1.00 to 1.00) | 0.50 (0.50 to 0.50) | 15 % | fell |');
  expect(report).not.toContain('| y |');
});

test('a baseline keeps bench, row and both contenders of each ratio', () => {
  const row = rowOf({
    id: 'read-1',
    label: '',
    unit: '',
    better: 'lower',
    figures: [figureOf('a', [3]), figureOf('b', [2])],
    ratios: [['a', 'b']],
  });
  const result = {
    bench: 'load',
    title: '',
    settings: [],
    servers: [],
    sections: [{ title: '', text: [], rows: [row] }],
  };
  expect(ratiosOf([result])).toEqual([
    { id: 'load/read-1: a / b', better: 'lower', spread: { median: 1.5, lowest: 1.5, highest: 1.5 } },
  ]);
});
