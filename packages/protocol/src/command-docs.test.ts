import { describe, expect, test } from 'vitest';
import { commandNamed, writeCommandDocs, writeCommandInfo, writeCommandNames } from './command-docs.js';
import { commandArity, keyIndexes, keyRange } from './command-facts.js';
import type { CommandSpec } from './command-spec.js';
import { commandUsage } from './command-usage.js';
import { commandList, commands } from './commands/index.js';
import { ReplyCollector } from './reply-collector.js';
import type { ReplySink } from './reply-sink.js';
import { ReplyMap, ReplySet, type ReplyValue, replyText } from './reply-value.js';
import { Request } from './request.js';

/** The one reply that is written, as plain values: text, numbers, arrays, and maps as objects. */
function collected(write: (sink: ReplySink) => void, version: 2 | 3 = 3): unknown {
  const collector = new ReplyCollector(version);
  write(collector);
  const reply = collector.take();
  expect(() => collector.take()).toThrow('no reply was written');
  return plain(reply);
}

function plain(value: ReplyValue): unknown {
  if (value instanceof ReplyMap)
    return Object.fromEntries(value.entries.map(([key, item]) => [replyText(key), plain(item)]));
  if (value instanceof ReplySet) return value.items.map(plain);
  if (Array.isArray(value)) return (value as readonly ReplyValue[]).map(plain);
  return replyText(value) ?? value;
}

test.each<[string, CommandSpec, number]>([
  ['COUNT', commands.COUNT, 1],
  ['GETALL id', commands.GETALL, 2],
  ['RENAME id newId', commands.RENAME, 3],
  ['GETVAL id name [default]', commands.GETVAL, -3],
  ['SETVAL id name value ...', commands.SETVAL, -4],
  ['DELVAL id name ...', commands.DELVAL, -3],
  ['SEXTEND id key LEASE ms', commands.SEXTEND, 5],
  ['MULDIV id name multiplier divisor', commands.MULDIV, 5],
  ['SLOCK id ...', commands.SLOCK, -2],
  ['PING [message]', commands.PING, -1],
  ['CLIENT sub ...', commands.CLIENT, -2],
  ['COMMAND [sub ...]', commands.COMMAND, -1],
])('the arity of %s is %#', (_, spec, arity) => {
  expect(commandArity(spec)).toBe(arity);
});

describe('keys', () => {
  test('stand where the ids stand', () => {
    expect(keyRange(commands.GETVAL)).toEqual({ first: 1, last: 1 });
    expect(keyRange(commands.RENAME)).toEqual({ first: 1, last: 2 });
    expect(keyRange(commands.FIND)).toEqual({ first: 0, last: 0 });
  });

  test.each<[string[], number[]]>([
    [
      ['RENAME', 'a', 'b'],
      [1, 2],
    ],
    [['GETVAL', 'a', 'n'], [1]],
    [['FIND', 'n', 'v'], []],
    [['LOCKS'], []],
    [['LOCKS', 'a'], [1]],
    [['DROPWHERE', 'EXCEPT', 'EXCEPT', 'except', 'a'], [4]],
  ])('of %j are the words %j', (words, indexes) => {
    const spec = commandList.find((candidate) => candidate.name === words[0]) as CommandSpec;
    expect(keyIndexes(spec, Request.of(words))).toEqual(indexes);
    // behind COMMAND GETKEYS
    expect(keyIndexes(spec, Request.of(['COMMAND', 'GETKEYS', ...words]), 2)).toEqual(
      indexes.map((index) => index + 2),
    );
  });
});

describe('COMMAND INFO', () => {
  test('has the ten items of Redis', () => {
    expect(collected((sink) => writeCommandInfo(sink, [commands.SETVAL, undefined]))).toEqual([
      [
        'setval',
        -4,
        ['write', 'denyoom'],
        1,
        1,
        1,
        ['@write', '@slow'],
        [],
        [
          {
            flags: ['RW', 'UPDATE'],
            begin_search: { type: 'index', spec: { index: 1 } },
            find_keys: { type: 'range', spec: { lastkey: 0, keystep: 1, limit: 0 } },
          },
        ],
        [],
      ],
      null,
    ]);
  });

  test('nests subcommands', () => {
    const [[name, arity, , first, , , , , , subcommands]] = collected((sink) =>
      writeCommandInfo(sink, [commands.CONFIG]),
    ) as [[string, number, unknown, number, unknown, unknown, unknown, unknown, unknown, [string, number][]]];
    expect([name, arity, first]).toEqual(['config', -2, 0]);
    expect(subcommands.map((sub) => sub.slice(0, 2))).toEqual([
      ['config|get', -3],
      ['config|set', -4],
      ['config|rewrite', 2],
      ['config|resetstat', 2],
    ]);
  });

  test.each([2, 3] as const)('is one complete reply for the whole table in RESP%i', (version) => {
    const entries = collected((sink) => writeCommandInfo(sink, commandList), version) as unknown[][];
    expect(entries.map(([name]) => name)).toEqual(commandList.map((spec) => spec.name.toLowerCase()));
    for (const entry of entries) expect(entry).toHaveLength(10);
  });
});

describe('COMMAND DOCS', () => {
  const docs = (spec: CommandSpec) =>
    (collected((sink) => writeCommandDocs(sink, [spec])) as Record<string, Record<string, unknown>>)[
      spec.name.toLowerCase()
    ];

  test('describes arguments in the types of Redis', () => {
    expect(docs(commands.DROPWHERE)).toEqual({
      summary: commands.DROPWHERE.summary,
      since: '0.1.0',
      group: 'search',
      complexity: 'O(h) for h hits',
      reply_schema: '{"type":"integer"}',
      arguments: [
        { name: 'name', type: 'string', display_text: 'name' },
        { name: 'value', type: 'string', display_text: 'value' },
        {
          name: 'except',
          type: 'key',
          display_text: 'except',
          key_spec_index: 0,
          token: 'EXCEPT',
          flags: ['optional'],
        },
      ],
    });
  });

  test('describes choices, flags and counted lists', () => {
    const named = (list: unknown, name: string) => (list as { name: string }[]).find((one) => one.name === name);
    const dataset = docs(commands.DATASET)?.arguments;
    expect(named(dataset, 'condition')).toEqual({
      name: 'condition',
      type: 'oneof',
      flags: ['optional'],
      arguments: [
        { name: 'xx', type: 'pure-token', display_text: 'xx', token: 'XX' },
        { name: 'nx', type: 'pure-token', display_text: 'nx', token: 'NX' },
      ],
    });
    expect(named(dataset, 'variables')).toMatchObject({
      type: 'block',
      token: 'VARS',
      flags: ['optional'],
      arguments: [
        { name: 'count', type: 'integer' },
        { name: 'variable', type: 'block', flags: ['multiple'], arguments: [{ name: 'name' }, { name: 'value' }] },
      ],
    });
    expect(named(docs(commands.SLOCK)?.arguments, 'bind')).toEqual({
      name: 'bind',
      type: 'pure-token',
      display_text: 'bind',
      token: 'BIND',
      flags: ['optional'],
    });
    expect(docs(commands.SETVAL)?.arguments).toMatchObject([
      { name: 'id', type: 'key' },
      {
        type: 'oneof',
        arguments: [{ name: 'plain' }, { name: 'guarded', arguments: [{ token: 'KEY' }, { token: 'VARS' }] }],
      },
    ]);
  });

  test.each([2, 3] as const)('is one complete reply for the whole table in RESP%i', (version) => {
    const all = collected((sink) => writeCommandDocs(sink, commandList), version);
    expect(version === 3 ? Object.keys(all as object) : (all as unknown[]).filter((_, i) => i % 2 === 0)).toEqual(
      commandList.map((spec) => spec.name.toLowerCase()),
    );
  });
});

test('commands are called by the names that COMMAND LIST shows', () => {
  const all = commandList.flatMap((spec) => [spec, ...(spec.subcommands ?? [])]);
  const names = collected((sink) => writeCommandNames(sink, all)) as string[];
  expect(names).toContain('client|setname');
  expect(names.map(commandNamed)).toEqual(all);
  for (const unknown of ['', 'get', 'client|dance', 'getval|x', '|']) expect(commandNamed(unknown)).toBeUndefined();
});

test.each<[CommandSpec, string[]]>([
  [commands.GETVAL, ['GETVAL id name [default]']],
  [commands.SETVAL, ['SETVAL id name value [name value ...]', 'SETVAL id KEY key VARS count name value ...']],
  [commands.DELVAL, ['DELVAL id name [name ...]', 'DELVAL id KEY key UNSET count name ...']],
  [
    commands.DATASET,
    [
      'DATASET id data [CLASS className] [VARS count name value ...] [UNSET count name ...] [TIMEOUT timeoutSeconds] [IFREV ifRev] [KEY key] [XX|NX]',
    ],
  ],
  [commands.CALL, ['CALL function [parameter ...]']],
  [commands.SEXTEND, ['SEXTEND id key LEASE leaseMs']],
])('the usage line of $name', (spec, lines) => {
  expect(commandUsage(spec)).toEqual(lines);
});
