// Ids that ended, kept outside the heap: the same as a map of them, also where hashes meet.
import { expect, test } from 'vitest';
import { EndedIds } from './ended-ids.js';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

function linesOf(ids: EndedIds): string[] {
  const id = Buffer.alloc(255);
  return Array.from({ length: ids.count }, (_, number) => {
    const length = ids.copyId(number, id, 0);
    return `${id.toString('latin1', 0, length)} ${ids.hashAt(number)} ${ids.filedAt(number)}`;
  });
}

const has = (ids: EndedIds, hash: number, text: string) => ids.has(hash, bytesOf(`<${text}>`), 1, 1 + text.length);

test('holds ids in the order in which they came, each once, with the last second', () => {
  const ids = new EndedIds();
  ids.add(7, bytesOf('b'), 1);
  ids.add(9, bytesOf('a'), 2);
  ids.add(7, bytesOf('b'), 3);
  ids.add(2 ** 32 - 1, bytesOf('x'.repeat(255)), 2 ** 32 - 1);
  expect(linesOf(ids)).toEqual(['b 7 3', 'a 9 2', `${'x'.repeat(255)} 4294967295 4294967295`]);
  expect(has(ids, 7, 'b')).toBe(true);
  expect(has(ids, 9, 'b')).toBe(false);
  expect(has(ids, 7, 'bb')).toBe(false);
});

test('tells ids of one hash apart', () => {
  const ids = new EndedIds();
  for (const text of ['one', 'two', 'twoo', '']) ids.add(5, bytesOf(text), 0);
  expect(['one', 'two', 'twoo', ''].every((text) => has(ids, 5, text))).toBe(true);
  expect(['on', 'tow', 'three'].some((text) => has(ids, 5, text))).toBe(false);
});

test.each([100, 70_000])('is empty behind %i ids when it is cleared, and fit to be filled again', (count) => {
  const ids = new EndedIds();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < count; i++) ids.add(Math.imul(i, 0x9e3779b1) >>> 0, bytesOf(`session-${round}-${i}`), i);
    expect(ids.count).toBe(count);
    for (let i = 0; i < count; i += 7)
      expect(has(ids, Math.imul(i, 0x9e3779b1) >>> 0, `session-${round}-${i}`)).toBe(true);
    ids.clear();
    expect(ids.count).toBe(0);
    expect(has(ids, 0, `session-${round}-0`)).toBe(false);
  }
});
