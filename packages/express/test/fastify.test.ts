// @fastify/session: the store as it is, and the plugin for the modes.
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  FastifyMsessionStore,
  msessionModes,
  phpCookieSigner,
  phpSerializer,
  phpSessionId,
  type SessionMode,
  type StoreOptions,
} from '../src/fastify.js';
import { eventually } from './support/eventually.js';
import { type Gate, gate } from './support/gate.js';
import { Browser } from './support/http-app.js';
import { type RunningMsession, startMsession } from './support/msession.js';

const requests = 100;
let server: RunningMsession;
let store: FastifyMsessionStore;
let app: FastifyInstance;
let hanging: Gate;

interface Data {
  user?: string;
  counter?: number;
  cart?: string[];
  color?: string;
}

beforeEach(async () => {
  server = await startMsession({ ownsTime: true });
  hanging = gate();
});
afterEach(async () => {
  hanging.open();
  await app.close();
  await server.close();
});

async function start(mode: SessionMode | undefined, options: Partial<StoreOptions> = {}): Promise<Browser> {
  store = new FastifyMsessionStore({ client: server.client, ...options });
  app = fastify();
  await app.register(fastifyCookie);
  if (mode !== undefined) await app.register(msessionModes, { mode });
  await app.register(fastifySession, {
    store,
    secret: 'a secret of at least thirty-two letters',
    cookie: { secure: false },
    saveUninitialized: false,
  });
  app.get('/login', async (request) => {
    Object.assign(request.session, { user: 'ada', counter: 0, cart: [] });
    return request.session.sessionId;
  });
  app.post<{ Body: { item?: string } }>('/count', async (request) => {
    const session = request.session as Data;
    const counter = session.counter ?? 0;
    await new Promise((resolve) => setImmediate(resolve));
    session.counter = counter + 1;
    session.cart = [...(session.cart ?? []), request.body.item ?? ''];
    return 'counted';
  });
  app.get('/throw', async () => {
    throw new Error('thrown by the handler');
  });
  app.get('/hang', async (request) => {
    await hanging.pass();
    (request.session as Data).color = 'red';
    return 'saved';
  });
  app.get('/logout', async (request) => {
    await request.session.destroy();
    return 'bye';
  });
  app.get('/', async (request) => {
    const { user, counter, cart, color } = request.session as Data;
    return { user, counter, cart, color };
  });
  return new Browser(await app.listen({ port: 0, host: '127.0.0.1' }));
}

const count = (browser: Browser, item: string) =>
  browser.text('/count', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ item }),
  });

describe('the store as it is', () => {
  it('keeps, finds and ends sessions', async () => {
    const browser = await start(undefined, { index: ['user'] });
    const id = await browser.text('/login');
    expect(await browser.json('/')).toMatchObject({ user: 'ada', counter: 0 });
    expect(await store.find('user', 'ada')).toEqual([id]);
    await browser.text('/logout');
    expect(await browser.json('/')).toEqual({});
    await browser.text('/login');
    expect(await store.destroyWhere('user', 'ada')).toBe(1);
    expect(await browser.json('/')).toEqual({});
  });

  it('has the methods of a store', async () => {
    const browser = await start(undefined);
    await browser.text('/login');
    const call = (method: 'all' | 'length' | 'clear') =>
      new Promise((resolve, reject) => store[method]((error, result) => (error ? reject(error) : resolve(result))));
    expect(await call('length')).toBe(1);
    expect(await call('all')).toMatchObject([{ user: 'ada' }]);
    await call('clear');
    expect(await call('length')).toBe(0);
  });

  it('lets the last writer win, as other stores do', async () => {
    const browser = await start(undefined);
    await browser.text('/login');
    await Promise.all(Array.from({ length: 20 }, (_, i) => count(browser, `item${i}`)));
    expect(((await browser.json('/')) as Data).counter).toBeLessThan(20);
  });

  it('passes the error of data that cannot be read', async () => {
    const browser = await start(undefined);
    const id = await browser.text('/login');
    await server.client.dataset(`sess:${id}`, 'no json');
    expect((await browser.fetch('/')).status).toBe(500);
    expect(await server.client.dataget(`sess:${id}`)).toBe('no json');
  });
});

describe('the plugin', () => {
  it.each([
    ['lock', {}],
    ['merge', { resolve: { counter: 'sum', cart: 'append' } }],
  ] as const)(`in the mode %s counts ${requests} parallel requests exactly`, async (mode, options) => {
    const browser = await start(mode, options);
    await browser.text('/login');
    const items = Array.from({ length: requests }, (_, i) => `item${i}`);
    const answers = await Promise.all(items.map((item) => count(browser, item)));
    expect(new Set(answers)).toEqual(new Set(['counted']));
    const { counter, cart } = (await browser.json('/')) as Required<Data>;
    expect(counter).toBe(requests);
    expect(cart.toSorted()).toEqual(items.toSorted());
  });

  it('frees the lock when a handler throws', async () => {
    const browser = await start('lock');
    await browser.text('/login');
    expect((await browser.fetch('/throw')).status).toBe(500);
    expect(await count(browser, 'tea')).toBe('counted');
  });

  it('frees the lock when the client hangs up', async () => {
    const browser = await start('lock');
    await browser.text('/login');
    const hangUp = new AbortController();
    const hung = browser.fetch('/hang', { signal: hangUp.signal }).catch(() => 'hung up');
    await hanging.reached;
    const next = count(browser, 'tea');
    hangUp.abort();
    expect(await hung).toBe('hung up');
    await eventually(() => expect(store.metrics.locksAbandoned).toBe(1));
    await eventually(async () => {
      server.advance(1);
      expect(store.metrics.locksTaken).toBe(2);
    });
    expect(await next).toBe('counted');
  });

  it.each(['merge', 'overwrite'] as const)(
    'in the mode %s a late save brings no destroyed session back',
    async (mode) => {
      const browser = await start(mode);
      const id = await browser.text('/login');
      const late = browser.text('/hang');
      await hanging.reached;
      await server.client.drop(`sess:${id}`);
      hanging.open();
      await late;
      expect(await server.client.ctl(`sess:${id}`, 'EXIST')).toBe(0);
      expect(store.metrics.lateWrites).toBe(1);
    },
  );

  it('shows the mode of a request, chosen by route', async () => {
    const browser = await start(undefined);
    await app.close();
    app = fastify();
    await app.register(fastifyCookie);
    await app.register(msessionModes, { mode: (request) => (request.url === '/a' ? 'merge' : 'lock') });
    await app.register(fastifySession, { store, secret: 'a secret of at least thirty-two letters' });
    app.get('/a', async (request) => request.msession.mode);
    app.get('/b', async (request) => {
      await request.msession.release();
      return request.msession.mode;
    });
    expect((await app.inject('/a')).body).toBe('merge');
    expect((await app.inject('/b')).body).toBe('lock');
    expect(browser.cookies.size).toBe(0);
  });

  it("shares PHP's session by its plain cookie", async () => {
    const phpId = '0123456789abcdef0123456789abcdef';
    store = new FastifyMsessionStore({ client: server.client, prefix: '', ttl: 'server', serializer: phpSerializer() });
    app = fastify();
    await app.register(fastifyCookie);
    await app.register(msessionModes, { mode: 'lock' });
    await app.register(fastifySession, {
      store,
      secret: phpCookieSigner,
      cookieName: 'PHPSESSID',
      idGenerator: phpSessionId,
      cookie: { secure: false },
      saveUninitialized: false,
    });
    app.get('/user', async (request) => (request.session as Data).user ?? 'nobody');
    app.get('/login', async (request) => {
      (request.session as Data).user = 'eve';
      return request.session.sessionId;
    });
    await server.client.dataset(phpId, 'user|s:3:"ada";save|i:1;');
    const browser = new Browser(await app.listen({ port: 0, host: '127.0.0.1' }));
    browser.cookies.set('PHPSESSID', phpId);
    expect(await browser.text('/user')).toBe('ada');
    expect(await browser.text('/login')).toBe(phpId);
    expect(await server.client.dataget(phpId)).toBe('user|s:3:"eve";save|i:1;');
    for (const id of [`${phpId}/sub`, 'globals', 'f'.repeat(32)]) {
      browser.cookies.set('PHPSESSID', encodeURIComponent(id));
      const made = await browser.text('/login');
      expect(made).toMatch(/^[0-9a-f]{32}$/);
      expect(made).not.toBe(id);
      expect(browser.cookies.get('PHPSESSID')).toBe(made);
    }
  });

  it('names a wrong mode', async () => {
    app = fastify();
    await expect(app.register(msessionModes, { mode: 'locked' as SessionMode })).rejects.toThrow('mode is "locked"');
  });
});
