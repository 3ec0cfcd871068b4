import { commandList, findCommand, Request } from '@msession/protocol';
import { expect, test } from 'vitest';
import { redactRequest, withoutUrlQueries } from './redaction.js';

function shown(words: readonly string[], showIds = true): string[] {
  const request = Request.of(words);
  return redactRequest(request, findCommand(request), showIds);
}

test.each([
  [
    ['SETVAL', 'id', 'name', 'value', 'n2', 'v2'],
    ['SETVAL', 'id', 'name', '<5 bytes>', 'n2', '<2 bytes>'],
  ],
  [
    ['SETVAL', 'id', 'KEY', '7', 'VARS', '1', 'n', 'v'],
    ['SETVAL', 'id', 'KEY', '7', 'VARS', '1', 'n', '<1 bytes>'],
  ],
  [
    ['MULDIV', 'id', 'n', '2', '3'],
    ['MULDIV', 'id', 'n', '<1 bytes>', '<1 bytes>'],
  ],
  [
    ['DROPWHERE', 'user', 'ada', 'EXCEPT', 'id'],
    ['DROPWHERE', 'user', '<3 bytes>', 'EXCEPT', 'id'],
  ],
  [
    ['CONFIG', 'SET', 'password', 'hush'],
    ['CONFIG', 'SET', '<8 bytes>', '<4 bytes>'],
  ],
  [
    ['HELLO', '3', 'AUTH', 'default', 'hush'],
    ['HELLO', '3', '<4 bytes>', '<7 bytes>', '<4 bytes>'],
  ],
  [
    ['CLIENT', 'LIST'],
    ['CLIENT', 'LIST'],
  ],
  [
    ['NOSUCH', 'word'],
    ['NOSUCH', '<4 bytes>'],
  ],
])('%j is shown as %j', (words, expected) => {
  expect(shown(words)).toEqual(expected);
});

test('ids are hashed, the same id to the same word', () => {
  const [, one] = shown(['DROP', 'visit-1'], false);
  const [, same] = shown(['CTL', 'visit-1', 'TTL'], false);
  const [, other] = shown(['DROP', 'visit-2'], false);
  expect(one).toMatch(/^#[0-9a-f]+$/);
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

test.each(
  commandList
    .filter(({ arguments: [first] }) => first?.kind === 'positional' && first.type === 'id')
    .map((spec) => spec.name),
)('the id that %s names is never shown as it is', (name) => {
  expect(shown([name, 'visit-1', 'a', 'b', 'c', 'd'], false)[1]).toMatch(/^#[0-9a-f]+$/);
});

test('long requests and long words are cut', () => {
  const words = shown(['DELVAL', 'id', ...Array.from({ length: 100 }, (_, i) => `n${i}`)]);
  expect(words).toHaveLength(32);
  expect(words[31]).toBe('... (71 more arguments)');
  expect(shown(['DELVAL', 'id', 'n'.repeat(200)])[2]).toBe(`${'n'.repeat(128)}... (72 more characters)`);
});

test('URLs lose their queries', () => {
  expect(withoutUrlQueries('web1 42 http://a/b?c=d&e#f GET')).toBe('web1 42 http://a/b GET');
});
