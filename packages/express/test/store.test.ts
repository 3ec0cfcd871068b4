// What our store does beside the shared specification: search, lives, ids, taking over, sharing with PHP, errors.
import { once } from 'node:events';
import session from 'express-session';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MsessionStore, phpSerializer, type StoreOptions } from '../src/index.js';
import { eventually } from './support/eventually.js';
import { type RunningMsession, startMsession } from './support/msession.js';

let server: RunningMsession;

beforeEach(async () => {
  server = await startMsession({ ownsTime: true });
});
afterEach(() => server.close());

const storeWith = (options: Partial<StoreOptions> = {}) => new MsessionStore({ client: server.client, ...options });

function data(fields: Record<string, unknown>): session.SessionData {
  return { cookie: new session.Cookie(), ...fields } as session.SessionData;
}

describe('search', () => {
  const users = async (store: MsessionStore) => {
    await store.set('a', data({ user: { id: 7, name: 'ada' } }));
    await store.set('b', data({ user: { id: 7, name: 'ada' } }));
    await store.set('c', data({ user: { id: 8, name: 'bob' } }));
    await store.set('d', data({}));
  };

  it('finds and ends sessions by an indexed field', async () => {
    const store = storeWith({ index: ['user.id', 'user.name'] });
    await users(store);
    expect(await store.find('user.id', 7)).toEqual(['a', 'b']);
    expect(await store.find('user.id', '8')).toEqual(['c']);
    expect(await store.find('user.name', 'nobody')).toEqual([]);
    expect(await store.destroyWhere('user.id', 7, { except: 'b' })).toBe(1);
    expect(await store.ids()).toEqual(expect.arrayContaining(['b', 'c', 'd']));
    expect(await store.find('user.id', 7)).toEqual(['b']);
  });

  it('follows every save: a session that logs out is not found any more', async () => {
    const store = storeWith({ index: ['user.id'] });
    await users(store);
    await store.set('a', data({ user: { id: 8 } }));
    await store.set('b', data({ user: null }));
    expect(await store.find('user.id', 7)).toEqual([]);
    expect(await store.find('user.id', 8)).toEqual(['a', 'c']);
  });

  it('stays within its prefix', async () => {
    const store = storeWith({ index: ['user.id'] });
    const other = storeWith({ index: ['user.id'], prefix: 'other:' });
    await users(store);
    await other.set('x', data({ user: { id: 7 } }));
    expect(await other.find('user.id', 7)).toEqual(['x']);
    expect(await other.destroyWhere('user.id', 7)).toBe(1);
    expect(await store.find('user.id', 7)).toEqual(['a', 'b']);
  });

  it('without a prefix uses the bare names, which other languages use, too', async () => {
    const store = storeWith({ index: ['user.id'], prefix: '' });
    await store.set('a', data({ user: { id: 7 } }));
    expect(await server.client.find('user.id', '7')).toEqual(['a']);
  });

  it('wants the field to be indexed, and a value that can be searched for', async () => {
    const store = storeWith({ index: ['user.id'] });
    await expect(store.find('user.name', 'ada')).rejects.toThrow(
      "'user.name' is not indexed; name it in the option index (user.id)",
    );
    await expect(store.find('user.id', {})).rejects.toThrow('searched for by a string, number, bigint or boolean');
  });
});

describe('life', () => {
  const timeout = (id = 'a') => server.client.timeout(`sess:${id}`);

  it('is fixed, or what a function says, or for ever, or left to the server', async () => {
    await storeWith({ ttl: 600 }).set('a', data({}));
    expect(await timeout()).toBe(600);
    const byUser = storeWith({ ttl: (one) => (one.user === undefined ? 60 : 7200) });
    await byUser.set('a', data({}));
    expect(await timeout()).toBe(60);
    await byUser.touch('a', data({ user: 'ada' }));
    expect(await timeout()).toBe(7200);
    await storeWith({ disableTTL: true }).set('a', data({}));
    expect(await timeout()).toBe(0);
    await server.client.timeout('sess:a', 77);
    await storeWith({ ttl: 'server' }).set('a', data({}));
    await storeWith({ ttl: 'server' }).touch('a', data({}));
    expect(await timeout()).toBe(77);
  });

  it('ends when the function says 0, or the cookie is over', async () => {
    const store = storeWith({ ttl: () => 0 });
    await storeWith().set('a', data({}));
    await store.set('a', data({}));
    expect(await store.get('a')).toBeNull();
    const over = data({});
    over.cookie.expires = new Date(Date.now() - 1000);
    await storeWith().set('a', over);
    expect(await store.get('a')).toBeNull();
  });

  it('is renewed by touch, unless touch is disabled', async () => {
    const store = storeWith({ ttl: 60 });
    await store.set('a', data({}));
    server.advance(50_000);
    await storeWith({ ttl: 60, disableTouch: true }).touch('a', data({}));
    expect(await server.client.ctl('sess:a', 'TTL')).toBe(10);
    await store.touch('a', data({}));
    expect(await server.client.ctl('sess:a', 'TTL')).toBe(60);
  });

  it('counts touches and saves that come after a session was destroyed', async () => {
    const store = storeWith();
    await store.set('a', data({ counter: 1 }));
    const loaded = store.createSession(
      { sessionID: 'a', sessionStore: store } as never,
      (await store.get('a')) as session.SessionData,
    );
    await store.destroy('a');
    await store.touch('a', loaded);
    await store.set('a', loaded);
    expect(await store.get('a')).toBeNull();
    expect(store.metrics).toMatchObject({ lateTouches: 1, lateWrites: 1 });
  });
});

describe('ids', () => {
  it.each(['globals', 'a/b', '', 'a\n', 'x'.repeat(256)])('%j is no session, and is not saved', async (id) => {
    const store = storeWith({ prefix: '' });
    await server.client.dataset('a', '{}');
    expect(await store.get(id)).toBeNull();
    await store.touch(id, data({}));
    await store.destroy(id);
    await expect(store.set(id, data({}))).rejects.toMatchObject({ code: 'BAD_ID', statusCode: 400 });
    expect(await server.client.ctl('globals', 'EXIST')).toBe(1);
  });
});

describe('answers', () => {
  it('by promise where there is no callback', async () => {
    const store = storeWith();
    await store.set('a', data({ user: 'ada' }));
    expect(await store.length()).toBe(1);
    expect(await store.all()).toMatchObject([{ id: 'a', user: 'ada' }]);
    await store.clear();
    expect(await store.length()).toBe(0);
  });

  it('to all() without prolonging the sessions that are listed', async () => {
    await server.client.dataset('sess:old', JSON.stringify({ user: 'ada' }), { timeoutSeconds: 1000 });
    server.advance(600_000);
    expect(await storeWith().all()).toEqual([{ user: 'ada', id: 'old' }]);
    expect(await server.client.ctl('sess:old', 'TTL')).toBe(400);
  });

  it('by callback with the error where the data cannot be read, and keeps that data', async () => {
    await server.client.dataset('sess:a', 'no json');
    const error = await new Promise((resolve) => storeWith().get('a', resolve));
    expect(error).toBeInstanceOf(SyntaxError);
    expect(await server.client.dataget('sess:a')).toBe('no json');
  });

  it('takes JSON-like serializers', async () => {
    const serializer = {
      parse: (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()) as unknown,
      stringify: (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64'),
    };
    const store = storeWith({
      serializer: {
        ...serializer,
        parse: (bytes: Buffer) => serializer.parse(bytes.toString()) as Record<string, unknown>,
      },
    });
    await store.set('a', data({ user: 'ada' }));
    expect(await store.get('a')).toMatchObject({ user: 'ada' });
    expect(await server.client.dataget('sess:a')).not.toContain('ada');
  });

  it('tells of a server that is gone, and that it is there again', async () => {
    const store = storeWith();
    const disconnected = once(store, 'disconnect');
    await server.client.close();
    await disconnected;
    await expect(store.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('migrateFrom', () => {
  it('takes a session over, and deletes the old one with the next save', async () => {
    const old = new session.MemoryStore();
    old.set('a', data({ user: 'ada', counter: 1 }));
    const store = storeWith({ migrateFrom: old });
    const found = (await store.get('a')) as session.SessionData;
    expect(found).toMatchObject({ user: 'ada', counter: 1 });
    const inOld = () => new Promise((resolve) => old.get('a', (_error, one) => resolve(one ?? null)));
    expect(await inOld()).toMatchObject({ user: 'ada' });
    await store.set('a', store.createSession({ sessionID: 'a', sessionStore: store } as never, found));
    expect(await inOld()).toBeNull();
    expect(await store.get('a')).toMatchObject({ user: 'ada' });
    expect(store.metrics.migrated).toBe(1);
  });

  it('ends a session in both stores, and finds nothing where neither has it', async () => {
    const old = new session.MemoryStore();
    old.set('a', data({ user: 'ada' }));
    const store = storeWith({ migrateFrom: old });
    await store.destroy('a');
    expect(await store.get('a')).toBeNull();
    expect(await store.get('unknown')).toBeNull();
  });

  it('takes over once when two requests come at once', async () => {
    const old = new session.MemoryStore();
    old.set('a', data({ user: 'ada' }));
    const store = storeWith({ migrateFrom: old });
    const both = await Promise.all([store.get('a'), store.get('a')]);
    expect(both).toMatchObject([{ user: 'ada' }, { user: 'ada' }]);
    expect(store.metrics.migrated).toBe(1);
  });
});

describe('sessions of PHP', () => {
  const php = (options: Partial<StoreOptions> = {}) =>
    storeWith({ prefix: '', ttl: 'server', serializer: phpSerializer(), ...options });
  const load = async (store: MsessionStore, id = 'a') =>
    store.createSession(
      { sessionID: id, sessionStore: store } as never,
      (await store.get(id)) as session.SessionData,
    ) as session.Session & Record<string, unknown>;

  it('are read with a cookie and written without one, in the order of PHP', async () => {
    const store = php();
    await server.client.dataset('a', 'user|s:3:"ada";cart|a:1:{i:0;s:3:"tea";}total|d:10;');
    const one = await load(store);
    expect(one.cookie).toMatchObject({ path: '/', expires: null });
    (one.cart as string[]).push('cup');
    one.fresh = true;
    await store.set('a', one);
    expect(await server.client.dataget('a')).toBe(
      'user|s:3:"ada";cart|a:2:{i:0;s:3:"tea";i:1;s:3:"cup";}total|d:10;fresh|b:1;',
    );
  });

  it('keep variables that express-session cannot show', async () => {
    const store = php();
    const text = 'cookie|s:3:"php";user|s:3:"ada";save|i:1;__proto__|i:2;id|i:3;';
    await server.client.dataset('a', text);
    const one = await load(store);
    expect(typeof one.save).toBe('function');
    one.user = 'eve';
    await store.set('a', one);
    expect(await server.client.dataget('a')).toBe(text.replace('ada', 'eve'));
    delete one.user;
    await store.set('a', one);
    expect(await server.client.dataget('a')).toBe('cookie|s:3:"php";save|i:1;__proto__|i:2;id|i:3;');
  });

  it('show every change in JSON, where express-session looks for it: bigints, objects, maps that were empty', async () => {
    const store = php();
    await server.client.dataset('a', 'big|i:9223372036854775807;map|a:0:{}object|O:3:"Foo":1:{s:1:"x";i:1;}');
    const one = await load(store);
    const before = JSON.stringify(one);
    expect(before).toContain('"9223372036854775807"');
    (one.map as Record<string, unknown>).apple = 2;
    expect(JSON.stringify(one)).not.toBe(before);
    await store.set('a', one);
    expect(await server.client.dataget('a')).toContain('map|a:1:{s:5:"apple";i:2;}object|O:3:"Foo"');
  });

  it('leave their life as PHP set it', async () => {
    await server.client.dataset('a', 'user|i:1;', { timeoutSeconds: 1440 });
    const store = php();
    const one = await load(store);
    await store.set('a', one);
    await store.touch('a', one);
    expect(await server.client.timeout('a')).toBe(1440);
  });

  it('are searched by the fields of arrays and objects', async () => {
    const store = php({ index: ['user.id'] });
    await server.client.dataset('a', 'user|O:4:"User":1:{s:5:"\0*\0id";i:7;}');
    await store.set('a', await load(store));
    expect(await store.find('user.id', 7)).toEqual(['a']);
  });

  describe('that are malformed', () => {
    const malformed = 'user|s:3:"ada";cart|a:1:{i:0;s:99:"x"';

    it.each(['lock', 'merge', 'overwrite'] as const)(
      'are an error naming the offset, and stay as they are: %s',
      async (mode) => {
        const store = php();
        await server.client.dataset('a', malformed);
        const request = {};
        const response = { once: vi.fn(), writableFinished: false };
        const error = await new Promise<Error>((resolve) =>
          store.scope({ mode })(request, response, () => store.get('a', (failure) => resolve(failure as Error))),
        );
        expect(error).toMatchObject({ code: 'MALFORMED', offset: 31 });
        expect(error.message).toContain('offset 31');
        expect(error.message).not.toContain('ada');
        expect(await server.client.dataget('a')).toBe(malformed);
      },
    );

    it('are not overwritten by a request that had read them before they broke', async () => {
      const store = php();
      await server.client.dataset('a', 'user|s:3:"ada";');
      await new Promise<void>((resolve) =>
        store.scope({ mode: 'merge' })({}, { once: vi.fn(), writableFinished: false }, async () => {
          const one = await load(store);
          await server.client.dataset('a', malformed);
          one.user = 'eve';
          await expect(store.set('a', one)).rejects.toMatchObject({ code: 'MALFORMED' });
          resolve();
        }),
      );
      expect(await server.client.dataget('a')).toBe(malformed);
    });
  });
});

describe('merge', () => {
  const inRequest = <Result>(store: MsessionStore, work: () => Promise<Result>) =>
    new Promise<Result>((resolve, reject) =>
      store.scope({ mode: 'merge' })({}, { once: vi.fn(), writableFinished: false }, () =>
        work().then(resolve, reject),
      ),
    );
  const load = async (store: MsessionStore) =>
    store.createSession(
      { sessionID: 'a', sessionStore: store } as never,
      (await store.get('a')) as session.SessionData,
    ) as session.Session & Record<string, unknown>;
  const stored = async () => JSON.parse((await server.client.dataget('sess:a')) ?? 'null') as Record<string, unknown>;

  it('writes only the keys that the request changed or deleted, and never the cookie', async () => {
    const store = storeWith();
    await store.set('a', data({ kept: 1, mine: 1, theirs: 1, gone: 1 }));
    await inRequest(store, async () => {
      const one = await load(store);
      await server.client.dataset(
        'sess:a',
        JSON.stringify({ cookie: { path: '/theirs' }, kept: 1, mine: 1, theirs: 2, gone: 1, fresh: 1 }),
      );
      one.mine = 2;
      delete one.gone;
      one.cookie.path = '/mine';
      await store.set('a', one);
    });
    expect(await stored()).toEqual({ cookie: { path: '/theirs' }, kept: 1, mine: 2, theirs: 2, fresh: 1 });
    expect(store.metrics).toMatchObject({ conflicts: 0, staleWrites: 1 });
  });

  it('asks the resolver about a key that both changed, and counts what it replaced', async () => {
    const resolve = vi.fn(
      (_key: string, _base: unknown, theirs: unknown, mine: unknown) => `${String(theirs)}+${String(mine)}`,
    );
    const store = storeWith({ resolve });
    const plain = storeWith();
    for (const each of [store, plain]) {
      await each.set('a', data({ note: 'base' }));
      await inRequest(each, async () => {
        const one = await load(each);
        await server.client.dataset('sess:a', JSON.stringify(data({ note: 'theirs' })));
        one.note = 'mine';
        await each.set('a', one);
      });
      if (each === store) expect(await stored()).toMatchObject({ note: 'theirs+mine' });
    }
    expect(resolve.mock.calls).toEqual([['note', 'base', 'theirs', 'mine']]);
    expect(await stored()).toMatchObject({ note: 'mine' });
    expect(store.metrics).toMatchObject({ conflicts: 1, conflictsKeptMine: 0 });
    expect(plain.metrics).toMatchObject({ conflicts: 1, conflictsKeptMine: 1 });
  });

  it('counts each change once when a request saves more than once', async () => {
    const store = storeWith({ resolve: 'sum' });
    await store.set('a', data({ counter: 10 }));
    await inRequest(store, async () => {
      const one = await load(store);
      await server.client.dataset('sess:a', JSON.stringify(data({ counter: 15 })));
      one.counter = 11;
      await store.set('a', one);
      expect(await stored()).toMatchObject({ counter: 16 });
      one.counter = 13;
      await store.set('a', one);
      await store.set('a', one);
    });
    expect(await stored()).toMatchObject({ counter: 18 });
  });

  it('gives up after as many tries as it was told, with an error', async () => {
    const store = storeWith({ maxTries: 3 });
    await store.set('a', data({ counter: 1 }));
    await inRequest(store, async () => {
      const one = await load(store);
      const { client } = store.core.records.options;
      const dataget = client.dataget.bind(client);
      // somebody else is always quicker
      Object.assign(client, {
        dataget: async (...parameters: Parameters<typeof dataget>) => {
          const answer = await dataget(...parameters);
          await server.client.dataset('sess:a', JSON.stringify(data({ other: Math.random() })));
          return answer;
        },
      });
      await server.client.dataset('sess:a', JSON.stringify(data({ other: 0 })));
      one.counter = 2;
      await expect(store.set('a', one)).rejects.toMatchObject({ code: 'CONFLICT', statusCode: 409 });
      Object.assign(client, { dataget });
    });
    expect(await stored()).not.toHaveProperty('counter');
    expect(store.metrics.staleWrites).toBe(3);
  });
});

describe('merge of sessions shared with PHP', () => {
  it('waits for the page that holds the lock, and writes onto what it made', async () => {
    const store = storeWith({
      prefix: '',
      ttl: 'server',
      serializer: phpSerializer(),
      resolve: { counter: 'sum', cart: 'append' },
    });
    await server.client.dataset('a', 'counter|i:1;cart|a:0:{}');
    const page = await server.connect().lock('a');
    await new Promise<void>((resolve, reject) =>
      store.scope({ mode: 'merge' })({}, { once: vi.fn(), writableFinished: false }, async () => {
        try {
          const one = store.createSession(
            { sessionID: 'a', sessionStore: store } as never,
            (await store.get('a')) as session.SessionData,
          ) as session.Session & Record<string, unknown>;
          one.counter = 2;
          one.cart = ['tea'];
          const saved = store.set('a', one);
          await eventually(async () => expect((await server.client.locks('a'))[0]?.waiters).toHaveLength(1));
          await page.setData('counter|i:5;cart|a:1:{i:0;s:3:"cup";}').release();
          await saved;
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      }),
    );
    expect(await server.client.dataget('a')).toBe('counter|i:6;cart|a:2:{i:0;s:3:"cup";i:1;s:3:"tea";}');
    expect(await server.client.ctl('a', 'LOCK')).toBe(0);
  });
});

it.each([
  [{ client: undefined }, 'client is missing'],
  [{ ttl: -1 }, 'ttl must be a whole number'],
  [{ ttl: 'forever' }, "ttl is a number of seconds, a function or 'server'"],
  [{ prefix: 'a/' }, 'prefix is at most 128 bytes'],
  [{ waitMs: 1.5 }, 'waitMs must be a whole number, 0 to 86400000'],
  [{ leaseMs: 0 }, 'leaseMs must be a whole number, 1 to'],
  [{ maxTries: 11 }, 'maxTries must be a whole number, 1 to 10'],
  [{ resolve: 'best' }, "resolve is 'best'"],
  [{ tll: 5 }, "the store has no option 'tll'"],
])('names a wrong option: %o', (options, message) => {
  expect(() => storeWith(options as never)).toThrow(message);
});
