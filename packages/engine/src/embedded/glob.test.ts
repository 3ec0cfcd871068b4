import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globTest } from '../model/model-glob.js';
import { matchesGlob } from './glob.js';

const match = (pattern: string, text: string) => {
  const bytes = Buffer.from(text, 'latin1');
  return matchesGlob(Buffer.from(pattern, 'latin1'), bytes, 0, bytes.length);
};

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
])('%s against %s is %s', (pattern, subject, matches) => {
  expect(match(pattern, subject)).toBe(matches);
});

test('agrees with the model on random patterns', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', ']', '[', '*', '\\', 'é'), maxLength: 8 });
  const pattern = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '*', '?', '[ab]', '[^a]', '[a-c]', '\\*', '\\[', '-', 'é'),
    maxLength: 8,
  });
  fc.assert(
    fc.property(pattern, text, (each, subject) => {
      expect(match(each, subject)).toBe(globTest(each)(subject));
    }),
    { numRuns: 3000 },
  );
});

test('many stars take no more than pattern times text steps', () => {
  expect(match(`${'*a'.repeat(100)}b`, 'a'.repeat(255))).toBe(false);
  expect(match(`${'*a'.repeat(100)}*`, 'a'.repeat(255))).toBe(true);
});
