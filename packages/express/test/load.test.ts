// 200 parallel requests through a real Express server: exact with `lock` and with `merge`, across several processes'
// worth of stores; and what the same load does to connect-redis.
import { RedisStore } from 'connect-redis';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import { afterEach, describe, expect, it } from 'vitest';
import { MsessionStore, type SessionMode, type StoreOptions } from '../src/index.js';
import { type RunningApp, serve } from './support/http-app.js';
import { startMsession } from './support/msession.js';
import { startRedis } from './support/redis.js';

const requests = 200;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function shop(store: session.Store, before: readonly RequestHandler[]): Promise<RunningApp> {
  const app = express();
  for (const handler of before) app.use(handler);
  app.use(session({ store, secret: 'secret of the test', resave: false, saveUninitialized: false }));
  app.post('/count', async (req, res) => {
    const counter = req.session.counter ?? 0;
    await new Promise((resolve) => setImmediate(resolve));
    req.session.counter = counter + 1;
    res.send('counted');
  });
  app.post('/cart/:item', async (req, res) => {
    const cart = req.session.cart ?? [];
    await new Promise((resolve) => setImmediate(resolve));
    req.session.cart = [...cart, req.params.item];
    res.send('added');
  });
  app.get('/', (req, res) => {
    res.json({ counter: req.session.counter, cart: req.session.cart });
  });
  const running = await serve(app);
  closing.push(() => running.close());
  return running;
}

const items = Array.from({ length: requests }, (_, i) => `item${i}`);

/** All requests of one browser at once, spread over the servers. */
async function load(apps: readonly RunningApp[]): Promise<{ counter: number; cart: string[] }> {
  const browsers = apps.map((app) => app.browser());
  const [first] = browsers as [(typeof browsers)[number]];
  await (await first.post('/count')).text();
  for (const browser of browsers) for (const [name, value] of first.cookies) browser.cookies.set(name, value);
  // a response has ended when its body has: express-session sends the last byte behind the save
  const post = async (path: string, i: number) => (await browsers[i % browsers.length]!.post(path)).text();
  const answers = await Promise.all([
    ...items.map((item, i) => post(`/cart/${item}`, i)),
    ...Array.from({ length: requests - 1 }, (_, i) => post('/count', i)),
  ]);
  expect(new Set(answers)).toEqual(new Set(['added', 'counted']));
  return (await first.json('/')) as { counter: number; cart: string[] };
}

async function msessionShops(mode: SessionMode, count: number, options: Partial<StoreOptions> = {}) {
  const server = await startMsession();
  closing.push(() => server.close());
  const stores = Array.from({ length: count }, () => new MsessionStore({ client: server.connect(), ...options }));
  const apps = await Promise.all(stores.map((store) => shop(store, [store.scope({ mode })])));
  return { stores, apps };
}

describe('200 requests that count and 200 that add to a cart, all at once', () => {
  it.each([1, 4])('end exact with lock, on %i servers', async (servers) => {
    const { apps, stores } = await msessionShops('lock', servers);
    const { counter, cart } = await load(apps);
    expect(counter).toBe(requests);
    expect(cart.toSorted()).toEqual(items.toSorted());
    expect(stores.map(({ metrics }) => metrics.locksLost)).toEqual(stores.map(() => 0));
  });

  it.each([1, 4])('end exact with merge, resolved by sum and append, on %i servers', async (servers) => {
    const { apps, stores } = await msessionShops('merge', servers, { resolve: { counter: 'sum', cart: 'append' } });
    const { counter, cart } = await load(apps);
    expect(counter).toBe(requests);
    expect(cart.toSorted()).toEqual(items.toSorted());
    expect(stores.reduce((sum, { metrics }) => sum + metrics.conflictsKeptMine, 0)).toBe(0);
  });

  it('lose updates with connect-redis', async () => {
    const redis = await startRedis();
    closing.push(() => redis.close());
    const { counter, cart } = await load([await shop(new RedisStore({ client: redis.client }), [])]);
    expect(counter + cart.length).toBeLessThan(2 * requests);
  });
});
