// From what is typed to the words of a request: lines, flags, and the encoder's own view of them.
import { ArgumentFault, commandList, commands, compileBinder, Request } from '@msession/protocol';
import { describe, expect, test } from 'vitest';
import { findCommand } from './command-names.js';
import { commandHelp } from './command-usage.js';
import { completeLine } from './complete-line.js';
import { isKept } from './history-file.js';
import { requestWords, UsageFault } from './request-words.js';
import { LineFault, splitLine } from './split-line.js';

describe('a line', () => {
  test.each([
    ['get a b', ['get', 'a', 'b']],
    ['  get\ta  ', ['get', 'a']],
    ['set a "b c" \'d e\'', ['set', 'a', 'b c', 'd e']],
    ['set a "" \'\'', ['set', 'a', '', '']],
    ['set a "say \\"hi\\""', ['set', 'a', 'say "hi"']],
    ["set a 'it\\'s'", ['set', 'a', "it's"]],
    ['set a "\\n\\t\\x41"', ['set', 'a', '\n\tA']],
    ['set a pre"fix"', ['set', 'a', 'prefix']],
    ['set ä "ö€😀"', ['set', 'ä', 'ö€😀']],
    ['', []],
  ])('%j is %j', (line, words) => {
    expect(splitLine(line).map(String)).toEqual(words);
  });

  test('escapes name any byte', () => {
    expect(splitLine('"\\x00\\xff\\xFE"')).toEqual([Buffer.of(0, 255, 254)]);
  });

  test.each(['set "a', "set 'a", 'set "a"b'])('%j is refused with the column', (line) => {
    expect(() => splitLine(line)).toThrow(LineFault);
    expect(() => splitLine(line)).toThrow(/column \d+/);
  });
});

describe('flags become the words of the server', () => {
  test.each([
    [
      commands.SLOCK,
      ['a'],
      { wait: '5', create: true, note: 'me' },
      ['SLOCK', 'a', 'WAIT', '5', 'CREATE', 'NOTE', 'me'],
    ],
    [
      commands.DATASET,
      ['a', 'd'],
      { nx: true, vars: ['x=1', 'y='] },
      ['DATASET', 'a', 'd', 'VARS', '2', 'x', '1', 'y', '', 'NX'],
    ],
    [commands.DATASET, ['a', 'd'], { unset: ['x', 'y'] }, ['DATASET', 'a', 'd', 'UNSET', '2', 'x', 'y']],
    [commands.SETVAL, ['a', 'x', '1'], { key: '9' }, ['SETVAL', 'a', 'KEY', '9', 'VARS', '1', 'x', '1']],
    [commands.DELVAL, ['a', 'x', 'y'], { key: '9' }, ['DELVAL', 'a', 'KEY', '9', 'UNSET', '2', 'x', 'y']],
    [commands.SETVAL, ['a', 'x', '1'], {}, ['SETVAL', 'a', 'x', '1']],
  ])('$name %j %j', (spec, words, options, expected) => {
    const request = requestWords(spec, words, options);
    expect(new Set(request.map(String))).toEqual(new Set(expected));
    expect(request.length).toBe(expected.length);
    // the server's own binder takes what was built
    expect(compileBinder(spec)(Request.of(request), { maxValueBytes: 100 })).not.toBeInstanceOf(ArgumentFault);
  });

  test.each([
    [commands.GETVAL, ['a'], {}],
    [commands.SETVAL, ['a', 'x'], {}],
    [commands.DATASET, ['a', 'd'], { vars: ['x'] }],
    [commands.SETVAL, ['a', 'x'], { key: '9' }],
  ])('$name %j %j is refused before anything is sent', (spec, words, options) => {
    expect(() => requestWords(spec, words, options)).toThrow(UsageFault);
  });
});

describe('completion', () => {
  const all = (line: string) => completeLine(line)[0].map((candidate) => candidate.trim());

  test.each([
    ['subl', ['sublist']],
    ['SUBL', ['SUBLIST']],
    ['client k', ['kill']],
    ['help slo', ['slock', 'slowlog']],
    ['help client k', ['kill']],
    ['ctl a t', ['ttl', 'tla', 'touch']],
    ['slock a wait', ['wait', 'waiters']],
    ['slock a wait ', []],
    ['lock a wait 5 wa', ['waiters']],
    ['dataset a data n', ['nx']],
    ['getval ', []],
    ['nonsense ', []],
    ['exi', ['exit']],
  ])('of %j offers %j', (line, candidates) => {
    expect(all(line).sort()).toEqual([...candidates].sort());
  });

  test('offers every command of the table and every option of each', () => {
    for (const { name } of commandList) expect(all(name.slice(0, -1))).toContain(name);
    expect(all('SLOCK a ').sort()).toEqual(['ASYNC', 'BIND', 'CREATE', 'DATA', 'LEASE', 'NOTE', 'WAIT', 'WAITERS']);
  });
});

test('help names every argument of every command', () => {
  for (const spec of commandList) {
    const help = commandHelp(spec);
    expect(help).toContain(spec.summary);
    for (const argument of spec.arguments) {
      const shown = 'token' in argument ? argument.token : 'tokens' in argument ? argument.tokens.join('|') : undefined;
      if (shown !== undefined) expect(help).toContain(shown);
    }
    for (const sub of spec.subcommands ?? []) expect(help).toContain(`  ${sub.name}`);
  }
});

test('commands are found in any case, subcommands with their container', () => {
  expect(findCommand(['slock'])?.spec.name).toBe('SLOCK');
  expect(findCommand(['Client', 'list', 'x'])).toMatchObject({ spec: { name: 'CLIENT LIST' }, words: 2 });
  expect(findCommand(['client', 'nonsense'])).toMatchObject({ spec: { name: 'CLIENT' }, words: 1 });
  expect(findCommand(['nonsense'])).toBeUndefined();
});

test.each([
  ['auth secret', false],
  ['  AUTH default secret', false],
  ['hello 3 auth default secret', false],
  ['config set password secret', false],
  ['getval a author', true],
  ['hello 3', true],
])('the history keeps %j: %j', (line, kept) => {
  expect(isKept(line)).toBe(kept);
});
