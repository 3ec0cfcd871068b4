// The client against the real server and engine.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../test/test-server.js';
import type { MsessionClient } from './client.js';

let server: TestServer;
let client: MsessionClient;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
});
afterAll(() => server.close());
beforeEach(async () => {
  for (const id of await client.list()) await client.drop(id);
});

describe('commands', () => {
  test('sessions, variables and data', async () => {
    expect(await client.create('visit-1', { className: 'shop', data: 'd', timeoutSeconds: 60 })).toBe('OK');
    expect(await client.setval('visit-1', { user: 'ada', cart: 3 })).toBe('OK');
    expect(await client.getval('visit-1', 'user')).toBe('ada');
    expect(await client.getval('visit-1', 'none')).toBe(null);
    expect(await client.getval('visit-1', 'none', 'fallback')).toBe('fallback');
    expect([...(await client.getall('visit-1'))]).toEqual([
      ['user', 'ada'],
      ['cart', '3'],
    ]);
    expect(await client.inc('visit-1', 'cart')).toBe('4');
    expect(await client.add('visit-1', 'cart', 9007199254740993n)).toBe('9007199254740997');
    expect(await client.dataget('visit-1', { withRevision: true })).toEqual(['d', expect.any(Number)]);
    expect(await client.timeout('visit-1')).toBe(60);
    expect(await client.ctl('visit-1', 'EXIST')).toBe(1);
    expect(await client.count()).toBe(1);
    expect(await client.find('user', 'ada')).toEqual(['visit-1']);
    expect(await client.listvar('user')).toEqual(new Map([['visit-1', 'ada']]));
    const object = await client.getobject('visit-1');
    expect(object).toMatchObject({ class: 'shop', data: 'd', vars: expect.any(Map) });
    expect(await client.delval('visit-1', ['user', 'none'])).toBe(1);
    expect(await client.drop('visit-1')).toBe(1);
  });

  test('null where a condition forbids, pages of a list, subcommands', async () => {
    expect(await client.dataset('a', 'x', { condition: 'xx' })).toBe(null);
    expect(await client.dataset('a', 'x', { variables: { n: 1 } })).toBe('OK');
    expect(await client.list({ cursor: '0', count: 10 })).toEqual(['0', ['a']]);
    expect(await client.clientSetname('tester')).toBe('OK');
    expect(await client.clientGetname()).toBe('tester');
    expect(await client.commandCount()).toBeGreaterThan(40);
    expect(await client.ping('hi')).toBe('hi');
  });

  test('any bytes, both ways', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await client.dataset('bin', all);
    expect(await client.dataget('bin', { encoding: 'buffer' })).toEqual(all);
    const buffers = server.client({ encoding: 'buffer' });
    expect(await buffers.dataget('bin')).toEqual(all);
    expect(await buffers.find('none', 'x')).toEqual([]);
    expect(await buffers.dataget('bin', { encoding: 'utf8' })).toBeTypeOf('string');
  });

  test('a value of 5 MB and a thousand calls at once', async () => {
    const large = Buffer.alloc(5_000_000, 'msession');
    await client.dataset('large', large);
    const counts = Array.from({ length: 1000 }, () => client.inc('globals', 'many'));
    expect((await client.dataget('large', { encoding: 'buffer' }))?.equals(large)).toBe(true);
    const values = (await Promise.all(counts)).map(Number);
    expect(values).toEqual(Array.from({ length: 1000 }, (_, index) => (values[0] as number) + index));
  });

  test('errors have the server’s code and name the command', async () => {
    await client.create('twice');
    await expect(client.create('twice')).rejects.toMatchObject({
      name: 'ServerError',
      code: 'DUPSESSION',
      command: 'CREATE',
      isRetryable: false,
    });
    await client.slock('twice');
    await expect(client.slock('twice')).rejects.toMatchObject({ code: 'LOCKED', isRetryable: true });
  });

  test('raw words', async () => {
    expect(await client.send(['ECHO', Buffer.from('x')])).toEqual(Buffer.from('x'));
    await expect(client.send(['NOSUCH'])).rejects.toMatchObject({ code: 'ERR', command: 'NOSUCH' });
    await expect(client.send([])).rejects.toMatchObject({ code: 'ARGUMENT' });
  });

  test('RESP2 answers the same values', async () => {
    const old = server.client({ protocol: 2 });
    await old.create('r2');
    await old.setval('r2', { a: 1, b: 2 });
    expect(await old.getall('r2')).toEqual(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
    expect((await old.getobject('r2')).vars).toEqual(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
    expect(await old.getval('r2', 'none')).toBe(null);
    expect(old.protocol).toBe(2);
    await expect(old.events.subscribe()).rejects.toMatchObject({ code: 'NEEDS_RESP3' });
    await expect(old.lock('r2', { waitMs: 5000 })).rejects.toMatchObject({ code: 'NEEDS_RESP3' });
    const lock = await old.lock('r2', { waitMs: 0 });
    await lock.set('c', 3).release();
    expect(await old.getval('r2', 'c')).toBe('3');
  });

  test('a restarted server is found again, and the client says what happened', async () => {
    const own = await startTestServer();
    const survivor = own.client({ reconnect: { initialDelayMs: 1, maxDelayMs: 5 } });
    const seen: string[] = [];
    survivor.on('ready', () => seen.push('ready'));
    survivor.on('disconnected', () => seen.push('disconnected'));
    await survivor.create('a');
    await own.restart();
    expect(await survivor.count()).toBe(0);
    expect(seen).toEqual(['ready', 'disconnected', 'ready']);
    await survivor.close();
    await own.close();
  });
});

describe('passwords', () => {
  test('the right one is let in, a wrong or missing one is refused without further attempts', async () => {
    const guarded = await startTestServer({ password: 'correct horse' });
    expect(await guarded.client({ password: 'correct horse' }).count()).toBe(0);
    expect(await guarded.client({ password: 'correct horse', protocol: 2 }).count()).toBe(0);
    expect(await guarded.client({ url: `msession://:correct%20horse@127.0.0.1:${guarded.port}` }).count()).toBe(0);
    const wrong = guarded.client({ password: 'battery staple' });
    await expect(wrong.connect()).rejects.toMatchObject({ code: 'WRONGPASS' });
    await expect(guarded.client().count()).rejects.toMatchObject({ code: 'NOAUTH' });
    await guarded.close();
  });
});

describe('monitor', () => {
  test('yields what clients run, until the loop is left', async () => {
    const lines: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const line of client.monitor({ signal: stop.signal })) {
        lines.push(line);
        if (line.includes('COUNT')) break;
      }
    })();
    // the monitor connects by itself: calls are made until it has seen one
    let isDone = false;
    void watching.finally(() => {
      isDone = true;
    });
    while (!isDone) await client.count();
    await watching;
    expect(lines.some((line) => /COUNT/i.test(line))).toBe(true);
  });
});
