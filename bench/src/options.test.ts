import { describe, expect, test } from 'vitest';
import { benches } from './catalogue.js';
import { parseOptions, UsageError, usageText } from './options.js';

const options = (...words: string[]) => parseOptions(words, benches);

test('names are their own, and the usage has them all', () => {
  const names = benches.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(usageText(benches)).toContain(`  ${name} `);
});

test('without --only all run but the table of targets, which measures the same again', () => {
  expect(options()?.benches.map(({ name }) => name)).not.toContain('numbers');
  expect(options('--only', 'numbers,codec')?.benches.map(({ name }) => name)).toEqual(['numbers', 'codec']);
});

describe('pages are written', () => {
  test.each([
    ['by a whole run', [], true],
    ['not by a quick one', ['--quick'], false],
    ['nor by a part of a bench', ['--case', 'read-16'], false],
    ['nor when told not to', ['--no-write'], false],
    ['but wherever a folder is named', ['--quick', '--case', 'x', '--out', 'somewhere'], true],
  ])('%s', (_, words, isWriting) => {
    expect(options(...words)?.isWriting).toBe(isWriting);
  });
});

test.each([
  [['--only', 'nothing'], 'there is no bench nothing'],
  [['--rounds', '0'], '--rounds is a whole number from 1 to 100, not 0'],
  [['--sessions', 'many'], '--sessions is a whole number'],
  [['--fast'], '--fast'],
])('%j is refused by name', (words, message) => {
  expect(() => options(...words)).toThrow(UsageError);
  expect(() => options(...words)).toThrow(message);
});
