// What the compiler knows of the methods. These tests run in the type checker; a wrong type fails `tsc`.
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { MsessionClient } from './client.js';
import { callableSpecs, createCommandMethods, methodName } from './command-methods.js';
import type { CommandMethods, ParameterLabels } from './command-types.js';

const sent: (readonly (string | Uint8Array)[])[] = [];
const client = createCommandMethods<'utf8'>((call) => {
  sent.push(call.words);
  return new Promise(() => {});
});

describe('method types', () => {
  test('every command of the table that is not the connection’s own is a method, and nothing else is', () => {
    expect(Object.keys(client).sort()).toEqual(
      callableSpecs()
        .map(({ name }) => methodName(name))
        .sort(),
    );
    expectTypeOf<keyof CommandMethods<'utf8'>>().toEqualTypeOf<
      | 'create'
      | 'drop'
      | 'rename'
      | 'copy'
      | 'setval'
      | 'getval'
      | 'delval'
      | 'getall'
      | 'inc'
      | 'add'
      | 'muldiv'
      | 'dataget'
      | 'dataset'
      | 'getobject'
      | 'slock'
      | 'sunlock'
      | 'sextend'
      | 'locks'
      | 'timeout'
      | 'ctl'
      | 'count'
      | 'list'
      | 'find'
      | 'listvar'
      | 'dropwhere'
      | 'uniq'
      | 'randstr'
      | 'flush'
      | 'subnew'
      | 'sublist'
      | 'plugin'
      | 'call'
      | 'serialize'
      | 'ping'
      | 'echo'
      | 'select'
      | 'info'
      | 'shutdown'
      | 'command'
      | 'commandCount'
      | 'commandList'
      | 'commandInfo'
      | 'commandDocs'
      | 'commandGetkeys'
      | 'clientId'
      | 'clientGetname'
      | 'clientSetname'
      | 'clientSetinfo'
      | 'clientInfo'
      | 'clientList'
      | 'clientKill'
      | 'clientNoEvict'
      | 'clientUnbind'
      | 'configGet'
      | 'configRewrite'
      | 'configSet'
      | 'configResetstat'
      | 'slowlogGet'
      | 'slowlogLen'
      | 'slowlogLocks'
      | 'slowlogReset'
    >();
  });

  test('no method hides a member of the client, and each positional argument has a label', () => {
    type Core = Omit<MsessionClient, keyof CommandMethods<'utf8'>>;
    expectTypeOf<Extract<keyof Core, keyof CommandMethods<'utf8'>>>().toEqualTypeOf<never>();
    const positions = callableSpecs().flatMap((spec) =>
      spec.arguments.filter(({ kind }) => kind === 'positional' || kind === 'word' || kind === 'rest'),
    );
    type Label = keyof ParameterLabels<unknown>;
    const labels: Record<Label, true> = {
      id: true,
      newId: true,
      name: true,
      value: true,
      default: true,
      variables: true,
      names: true,
      amount: true,
      multiplier: true,
      divisor: true,
      data: true,
      key: true,
      what: true,
      length: true,
      idleSeconds: true,
      timeoutSeconds: true,
      parameter: true,
      parameters: true,
      function: true,
      message: true,
      database: true,
      sections: true,
      words: true,
      patterns: true,
      settings: true,
      count: true,
      attribute: true,
      state: true,
      address: true,
    };
    expect(positions.map(({ name }) => name).filter((name) => !Object.hasOwn(labels, name))).toEqual([]);
  });

  test('replies follow the schema and the encoding', () => {
    expectTypeOf(client.create('a')).resolves.toEqualTypeOf<'OK'>();
    expectTypeOf(client.getval('a', 'b')).resolves.toEqualTypeOf<string | null>();
    expectTypeOf(client.getval('a', 'b', 'c', { encoding: 'buffer' })).resolves.toEqualTypeOf<Buffer | null>();
    expectTypeOf(client.getval('a', 'b', { encoding: 'buffer' })).resolves.toEqualTypeOf<Buffer | null>();
    expectTypeOf(client.getall('a')).resolves.toEqualTypeOf<Map<string, string>>();
    expectTypeOf(client.listvar('a', { encoding: 'buffer' })).resolves.toEqualTypeOf<Map<Buffer, Buffer>>();
    expectTypeOf(client.drop('a')).resolves.toEqualTypeOf<number>();
    expectTypeOf(client.find('a', 1)).resolves.toEqualTypeOf<string[]>();
    expectTypeOf(client.dataset('a', 'b', { condition: 'xx' })).resolves.toEqualTypeOf<'OK' | null>();
    expectTypeOf(client.getobject('a')).resolves.toHaveProperty('vars').toEqualTypeOf<Map<string, string>>();
    expectTypeOf(client.clientGetname()).resolves.toEqualTypeOf<string | null>();
  });

  test('an option can decide which of two replies comes', () => {
    expectTypeOf(client.dataget('a')).resolves.toEqualTypeOf<string | null>();
    expectTypeOf(client.dataget('a', { withRevision: true })).resolves.toEqualTypeOf<[string | null, number]>();
    expectTypeOf(client.slock('a')).resolves.toEqualTypeOf<number>();
    expectTypeOf(client.slock('a', { waitMs: 5, create: true })).resolves.toEqualTypeOf<number>();
    expectTypeOf(client.slock('a', { withData: true, bind: true })).resolves.toEqualTypeOf<[number, string | null]>();
    expectTypeOf(client.list()).resolves.toEqualTypeOf<string[]>();
    expectTypeOf(client.list({ cursor: '0', count: 5 })).resolves.toEqualTypeOf<[string, string[]]>();
    const withRevision: boolean = Math.random() > 2;
    expectTypeOf(client.dataget('a', { withRevision })).resolves.toEqualTypeOf<
      string | null | [string | null, number]
    >();
  });

  test('what is wrong does not compile', () => {
    const attempts: (() => unknown)[] = [
      // @ts-expect-error a misspelt option
      () => client.slock('a', { waitMS: 5 }),
      // @ts-expect-error a misspelt option beside a right one
      () => client.slock('a', { waitMs: 5, creat: true }),
      // @ts-expect-error the key's lease is required
      () => client.sextend('a', 1),
      // @ts-expect-error an integer is no text
      () => client.randstr('8'),
      // @ts-expect-error no such fact
      () => client.ctl('a', 'AGES'),
      // @ts-expect-error variables are missing
      () => client.setval('a'),
      // @ts-expect-error the grant of an asynchronous lock is for `lock()`
      () => client.slock('a', { async: true }),
    ];
    expect(attempts).toHaveLength(7);
  });

  test('what the table allows compiles', () => {
    const before = sent.length;
    const calls = [
      client.setval('a', { b: 1, c: 'x', d: Buffer.from('y') }),
      client.setval('a', new Map([['b', 1]]), { key: 7 }),
      client.delval('a', ['b', 'c'], { key: 7 }),
      client.add('a', 'b', 12345678901234567890n),
      client.ctl('a', 'ttl'),
      client.sextend('a', 1, { leaseMs: 1000 }),
      client.call('uptime'),
      client.clientKill({ clientId: 5 }),
      client.timeout('a', 60, { timeoutMs: 5 }),
    ];
    expect(sent.length - before).toBe(calls.length);
  });
});
