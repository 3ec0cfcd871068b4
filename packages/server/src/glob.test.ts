import { expect, test } from 'vitest';
import { matchesGlob } from './glob.js';

test.each([
  ['*', '', true],
  ['*', 'anything', true],
  ['max-*', 'max-clients', true],
  ['max-*', 'min-clients', false],
  ['*-size', 'max-value-size', true],
  ['a*b*c', 'aXbYbZc', true],
  ['a*b*c', 'aXbYbZ', false],
  ['h?llo', 'hello', true],
  ['h?llo', 'hllo', false],
  ['[a-c]x', 'bx', true],
  ['[a-c]x', 'dx', false],
  ['[^a-c]x', 'dx', true],
  ['[^a-c]x', 'ax', false],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['', '', true],
  ['', 'x', false],
])('%s against %s is %s', (pattern, text, matches) => {
  expect(matchesGlob(pattern, text)).toBe(matches);
});

test('many stars against a long text end', () => {
  expect(matchesGlob(`${'a*'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false);
});
