import { ManualClock } from '@msession/engine/conformance';
import { ReplyError, type ReplyValue } from '@msession/protocol';
import { describe, expect, test } from 'vitest';
import { plugin as demo } from '../src/demo-plugin.js';
import { definePlugin, type Plugin, type PluginHooks } from '../src/index.js';
import { figure, startServer, turn, until } from './support/test-server.js';

function refusal(reply: ReplyValue): string {
  if (!(reply instanceof ReplyError)) throw new Error(`expected an error, got ${String(reply)}`);
  return `${reply.code} ${reply.message}`;
}

describe('the demo plugin', () => {
  test('answers the uptime, counts, greets and raises its voice', async () => {
    const clock = new ManualClock();
    const { connect } = await startServer({ clock, plugins: [demo] });
    const peer = await connect();
    clock.advance(42_000);
    expect(await peer.call('CALL', 'uptime')).toEqual(Buffer.from('42'));
    await peer.call('CALL', 'visits');
    expect(await peer.call('CALL', 'visits')).toEqual(Buffer.from('2'));
    await peer.call('CREATE', 'a');
    expect(await peer.call('PLUGIN', 'a', 'hello')).toEqual(Buffer.from('hello, stranger'));
    await peer.call('SETVAL', 'a', 'name', 'Ada');
    expect(await peer.call('PLUGIN', 'a', 'hello')).toEqual(Buffer.from('hello, Ada'));
    expect(await peer.call('PLUGIN', 'a', 'upper', 'quiet')).toEqual(Buffer.from('QUIET'));
    expect(refusal(await peer.call('PLUGIN', 'a', 'sing'))).toContain(
      'PLUGIN demo: escape: the demo personality knows',
    );
    expect(refusal(await peer.call('PLUGIN', 'nobody', 'hello'))).toMatch(/^NOSESSION/);
  });
});

test('whatever a plugin does wrong, its caller is told and the server goes on', async () => {
  const clock = new ManualClock();
  const plugin = definePlugin({
    name: 'broken',
    timeoutMs: 1000,
    functions: {
      throws: () => {
        throw new Error('out of cheese');
      },
      rejects: async () => Promise.reject(new Error('no such luck')),
      never: () => new Promise<string>(() => undefined),
      odd: () => ({ neither: 'text' }) as unknown as string,
      lines: () => {
        throw new Error('first\r\nsecond');
      },
    },
  });
  const { connect, server } = await startServer({ clock, plugins: [plugin] });
  const peer = await connect();
  expect(refusal(await peer.call('CALL', 'throws'))).toBe("PLUGIN broken: function 'throws': out of cheese");
  expect(refusal(await peer.call('CALL', 'rejects'))).toBe("PLUGIN broken: function 'rejects': no such luck");
  expect(refusal(await peer.call('CALL', 'odd'))).toContain('neither text, bytes nor a number');
  expect(refusal(await peer.call('CALL', 'lines'))).toBe("PLUGIN broken: function 'lines': first");
  peer.send('CALL', 'never');
  await until(() => figure(server, 'clients', 'blocked_clients') === 1);
  clock.advance(1000);
  expect(refusal(await peer.next())).toContain('no answer within 1000 ms');
  expect(figure(server, 'plugins', 'plugin_failures')).toBe(5);
  expect(await peer.call('PING')).toBe('PONG');
});

test('functions are given bytes and may answer text, bytes, numbers or nothing', async () => {
  const plugin = definePlugin({
    name: 'kinds',
    functions: {
      echo: ([first]) => first ?? null,
      sum: (parameters) => parameters.reduce((sum, each) => sum + Number(each), 0),
      big: () => 2n ** 70n,
      nothing: () => undefined,
      who: (_parameters, { caller }) => `${caller.id} ${caller.name}`,
    },
  });
  const peer = await (await startServer({ plugins: [plugin] })).connect();
  const bytes = Buffer.from([0, 255, 13, 10]);
  expect(await peer.call('CALL', 'echo', bytes)).toEqual(bytes);
  expect(await peer.call('CALL', 'sum', '1', '2', '3')).toEqual(Buffer.from('6'));
  expect(await peer.call('CALL', 'big')).toEqual(Buffer.from('1180591620717411303424'));
  expect(await peer.call('CALL', 'nothing')).toBeNull();
  await peer.call('CLIENT', 'SETNAME', 'me');
  expect(await peer.call('CALL', 'who')).toEqual(Buffer.from(`${await peer.call('CLIENT', 'ID')} me`));
});

test('a plugin runs engine commands and meets their errors as exceptions', async () => {
  const plugin = definePlugin({
    name: 'worker',
    functions: {
      async copy([from, to], context) {
        await context.execute('COPY', from ?? '', to ?? '');
        return String(await context.execute('COUNT'));
      },
      async missing(_parameters, context) {
        try {
          return String(await context.execute('GETVAL', 'nobody', 'x'));
        } catch (error) {
          return error instanceof ReplyError ? error.code : 'something else';
        }
      },
      quit: async (_parameters, context) => String(await context.execute('QUIT')),
    },
  });
  const peer = await (await startServer({ plugins: [plugin] })).connect();
  await peer.call('CREATE', 'a');
  expect(await peer.call('CALL', 'copy', 'a', 'b')).toEqual(Buffer.from('2'));
  expect(await peer.call('CALL', 'missing')).toEqual(Buffer.from('NOSESSION'));
  expect(refusal(await peer.call('CALL', 'quit'))).toContain('QUIT is one of connections');
});

test('hooks hear of everything that happened to sessions', async () => {
  const heard: string[] = [];
  const plugin = definePlugin({
    name: 'listener',
    hooks: {
      start: () => void heard.push('start'),
      restore: () => void heard.push('restore'),
      sessionCreate: ({ id }) => void heard.push(`create ${id}`),
      sessionInit: async ({ id }, context) => {
        heard.push(`init ${id}`);
        await context.execute('SETVAL', id, 'greeted', 'yes');
      },
      sessionDestroy: ({ id, reason }) => void heard.push(`${reason} ${id}`),
      sessionFlush: ({ idleSeconds, dropped }) => void heard.push(`flush ${idleSeconds} ${dropped}`),
      rename: ({ id, newId }) => void heard.push(`rename ${id} ${newId}`),
      setValue: ({ id, name, value }) => void heard.push(`value ${id} ${name}=${value}`),
      setData: ({ id, data }) => void heard.push(`data ${id} ${data}`),
      serialize: () => void heard.push('serialize'),
    },
  });
  const { connect } = await startServer({ plugins: [plugin] });
  expect(heard.splice(0)).toEqual(['start', 'restore']);
  const peer = await connect();
  const after = async (...words: readonly (string | number)[]) => {
    const reply = await peer.call(...words);
    await turn();
    return [reply, heard.splice(0)] as const;
  };
  expect((await after('CREATE', 'a', 'DATA', 'd'))[1].sort()).toEqual(['create a', 'data a d', 'init a']);
  expect(await peer.call('GETVAL', 'a', 'greeted')).toEqual(Buffer.from('yes'));
  expect((await after('SETVAL', 'a', 'x', '1', 'y', '2'))[1]).toEqual(['value a x=1', 'value a y=2']);
  expect((await after('INC', 'a', 'x'))[1]).toEqual(['value a x=2']);
  expect((await after('DATASET', 'a', 'new', 'VARS', '1', 'z', '3'))[1].sort()).toEqual(['data a new', 'value a z=3']);
  expect((await after('DATASET', 'a', 'no', 'NX'))[1]).toEqual([]);
  expect((await after('SETVAL', 'nobody', 'x', '1'))[1]).toEqual([]);
  expect((await after('RENAME', 'a', 'b'))[1]).toEqual(['rename a b']);
  expect((await after('DROP', 'b'))[1]).toEqual(['destroyed b']);
  expect((await after('FLUSH', '1000'))[1]).toEqual(['flush 1000 0']);
  expect((await after('SERIALIZE'))[1]).toEqual(['serialize']);
});

test('a hook that throws is logged and counted, and its command is answered all the same', async () => {
  const plugin = definePlugin({
    name: 'grumpy',
    hooks: {
      setValue: () => {
        throw new Error('no');
      },
    },
  });
  const { connect, server } = await startServer({ plugins: [plugin] });
  const peer = await connect();
  await peer.call('CREATE', 'a');
  expect(await peer.call('SETVAL', 'a', 'x', '1')).toBe('OK');
  await until(() => figure(server, 'plugins', 'plugin_failures') === 1);
});

test('pulses come every pulseSeconds, and end with the server', async () => {
  const clock = new ManualClock();
  let pulses = 0;
  let stops = 0;
  const plugin = definePlugin({
    name: 'heart',
    pulseSeconds: 5,
    hooks: { pulse: () => void pulses++, stop: () => void stops++ },
  });
  const { server } = await startServer({ clock, plugins: [plugin] });
  for (let i = 0; i < 3; i++) {
    clock.advance(5000);
    await turn();
  }
  expect(pulses).toBe(3);
  await server.close();
  clock.advance(60_000);
  await turn();
  expect([pulses, stops]).toEqual([3, 1]);
});

test('relay answers commands the server does not know, or declines', async () => {
  const plugin = definePlugin({
    name: 'relay',
    hooks: { relay: ([name]) => (String(name).toUpperCase() === 'MOO' ? Promise.resolve('moo!') : undefined) },
  });
  const peer = await (await startServer({ plugins: [plugin] })).connect();
  expect(await peer.call('moo', 'now')).toEqual(Buffer.from('moo!'));
  expect(refusal(await peer.call('BAA'))).toContain("unknown command 'BAA'");
});

test('a plugin whose start fails keeps the server from listening', async () => {
  const plugin = definePlugin({ name: 'late', hooks: { start: () => Promise.reject(new Error('not today')) } });
  await expect(startServer({ plugins: [plugin] })).rejects.toThrow('not today');
});

test.each<[string, () => Plugin]>([
  ['no name', () => definePlugin({ name: '' })],
  ['a function that is none', () => definePlugin({ name: 'a', functions: { f: 'x' as never } })],
  ['an unknown hook', () => definePlugin({ name: 'a', hooks: { onFire: () => undefined } as PluginHooks })],
  ['a timeout of nothing', () => definePlugin({ name: 'a', timeoutMs: 0 })],
])('definePlugin refuses %s', (_what, make) => {
  expect(make).toThrow(/plugin|timeoutMs|hook/);
});
