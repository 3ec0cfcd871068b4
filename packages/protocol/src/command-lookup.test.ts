import { describe, expect, test } from 'vitest';
import { findCommand, findCommandIndex, findSubcommand, suggestCommand } from './command-lookup.js';
import type { CommandSpec } from './command-spec.js';
import { commandIndex, commandList, commands } from './commands/index.js';
import { Request } from './request.js';

describe('finding a command', () => {
  test.each(commandList.map((spec, index) => ({ name: spec.name, index })))('$name in any case', ({ name, index }) => {
    const mixed = Array.from(name, (letter, i) => (i % 2 === 0 ? letter.toLowerCase() : letter)).join('');
    for (const text of [name, name.toLowerCase(), mixed]) {
      expect(findCommandIndex(Request.of([text]))).toBe(index);
      expect(findCommand(Request.of([text, 'x']))).toBe(commandList[index]);
    }
    // one byte more, one less, one changed
    for (const text of [`${name}X`, name.slice(1), `\u0001${name.slice(1)}`, `${name.slice(0, -1)}\u007f`])
      expect(findCommandIndex(Request.of([text]))).toBe(commandList.findIndex((spec) => spec.name === text));
  });

  test.each(['', 'A', 'NO', 'GETVA', 'GET\0AL', 'GETVAL ', '\u00c7ETVAL', 'X'.repeat(1000)])('%j is none', (text) => {
    expect(findCommandIndex(Request.of([text]))).toBe(-1);
    expect(findCommand(Request.of([text]))).toBeUndefined();
  });

  test('agrees with the table of indexes', () => {
    for (const [name, index] of Object.entries(commandIndex)) expect(commandList[index]?.name).toBe(name);
  });
});

test('subcommands', () => {
  expect(findSubcommand(commands.CLIENT, Request.of(['CLIENT', 'setName', 'x']))?.name).toBe('CLIENT SETNAME');
  expect(findSubcommand(commands.CLIENT, Request.of(['CLIENT', 'NO-EVICT', 'ON']))?.name).toBe('CLIENT NO-EVICT');
  expect(findSubcommand(commands.CLIENT, Request.of(['CLIENT', 'DANCE']))).toBeUndefined();
  expect(findSubcommand(commands.CLIENT, Request.of(['CLIENT']))).toBeUndefined();
  expect(findSubcommand(commands.PING as CommandSpec, Request.of(['PING', 'ID']))).toBeUndefined();
});

test.each([
  ['getvl', 'GETVAL'],
  ['SLOKC', 'SLOCK'],
  ['createe', 'CREATE'],
  ['PNIG', 'PING'],
  ['DATAGTE', 'DATAGET'],
])('%s is meant to be %s', (typed, meant) => {
  expect(suggestCommand(typed)).toBe(meant);
});

test.each(['', 'x', 'xyzzy', 'HGETALL1234', 'q'.repeat(100_000)])('nothing is near %j', (typed) => {
  expect(suggestCommand(typed)).toBeUndefined();
});
