// What frees a lock: the end of the response, an error, a client that hangs up, the lease. The server's time stands still
// unless a test moves it, so nothing here is freed by a lease but where that is said.
import { request as httpRequest } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MsessionStore } from '../src/index.js';
import { eventually } from './support/eventually.js';
import { type Gate, gate } from './support/gate.js';
import { type Browser, type RunningApp, serve } from './support/http-app.js';
import { type RunningMsession, startMsession } from './support/msession.js';

let server: RunningMsession;
let store: MsessionStore;
let running: RunningApp;
let browser: Browser;
let errors: { code?: string; message: string }[];
let hanging: Gate;
let id: string;

function routes(app: Express): void {
  // what a request of an earlier test still reports is none of this one's
  const seen = errors;
  app.get('/login', (req, res) => {
    req.session.counter = 1;
    res.send(req.sessionID);
  });
  app.get('/count', (req, res) => {
    req.session.counter = (req.session.counter ?? 0) + 1;
    res.send('counted');
  });
  app.get('/throw', async (req) => {
    req.session.counter = 100;
    throw new Error('thrown by the handler');
  });
  app.get('/hang', async (req, res) => {
    await hanging.pass();
    req.session.counter = (req.session.counter ?? 0) + 1;
    req.session.save((error) => {
      if (error) seen.push(error);
      res.send('saved');
    });
  });
  app.get('/stream', async (req, res) => {
    await req.msession?.release();
    res.write('begun');
    await hanging.pass();
    req.session.streamed = true;
    res.end('ended');
  });
  app.get('/afterwards', (req, res) => {
    res.on('finish', () => {
      req.session.counter = 1000;
      req.session.save((error) => seen.push(error as Error));
    });
    res.send('sent');
  });
}

async function start(options: { waitMs?: number; maxWaiters?: number } = {}): Promise<void> {
  store = new MsessionStore({ client: server.client, ...options });
  const app = express();
  app.use(store.scope({ mode: 'lock' }));
  app.use(session({ store, secret: 'secret of the test', resave: false, saveUninitialized: false }));
  routes(app);
  const seen = errors;
  app.use(
    (
      error: Error & { statusCode?: number; headers?: Record<string, string> },
      _req: Request,
      res: Response,
      _next: NextFunction,
    ) => {
      seen.push(error);
      res
        .status(error.statusCode ?? 500)
        .set(error.headers ?? {})
        .send('failed');
    },
  );
  running = await serve(app);
  browser = running.browser();
  id = await browser.text('/login');
}

beforeEach(async () => {
  errors = [];
  hanging = gate();
  server = await startMsession({ ownsTime: true });
});
afterEach(async () => {
  hanging.open();
  await running.close();
  await server.close();
});

const counter = async () =>
  (JSON.parse((await server.client.dataget(`sess:${id}`)) ?? '{}') as { counter: number }).counter;
const waiters = async () => (await server.client.locks(`sess:${id}`))[0]?.waiters.length ?? 0;

/** A request whose client can hang up. */
function hangUpable(path: string) {
  const [[name, value] = ['', '']] = browser.cookies;
  const request = httpRequest(running.url + path, { headers: { cookie: `${name}=${value}` } });
  request.on('error', () => {});
  request.end();
  return { hangUp: () => request.destroy() };
}

describe('a lock is free at once', () => {
  it('when the response is finished', async () => {
    await start();
    await browser.text('/count');
    expect(await browser.text('/count')).toBe('counted');
    expect(await counter()).toBe(3);
    await eventually(async () => expect(await server.client.ctl(`sess:${id}`, 'LOCK')).toBe(0));
  });

  it('when the handler throws', async () => {
    await start();
    expect((await browser.fetch('/throw')).status).toBe(500);
    expect(errors[0]?.message).toBe('thrown by the handler');
    expect(await browser.text('/count')).toBe('counted');
  });

  it('when the client hangs up: a waiting request goes on, and the late save is refused', async () => {
    await start();
    const hung = hangUpable('/hang');
    await hanging.reached;
    const next = browser.text('/count');
    await eventually(async () => expect(await waiters()).toBe(1));
    hung.hangUp();
    await eventually(() => expect(store.metrics.locksAbandoned).toBe(1));
    await eventually(async () => expect(await server.client.ctl(`sess:${id}`, 'LOCK')).toBeLessThanOrEqual(1));
    server.advance(1);
    expect(await next).toBe('counted');
    hanging.open();
    await eventually(() => expect(errors[0]?.code).toBe('LOCK_LOST'));
    expect(await counter()).toBe(2);
    expect(store.metrics.locksLost).toBe(1);
  });

  it('when the client hangs up and nobody waits: the late save is kept', async () => {
    await start();
    const hung = hangUpable('/hang');
    await hanging.reached;
    hung.hangUp();
    await eventually(() => expect(store.metrics.locksAbandoned).toBe(1));
    hanging.open();
    await eventually(async () => expect(await counter()).toBe(2));
    expect(errors).toEqual([]);
  });

  it('when the handler calls release: an event stream holds up nobody, and what it saves later is merged', async () => {
    await start();
    const stream = browser.fetch('/stream');
    await hanging.reached;
    expect(await browser.text('/count')).toBe('counted');
    hanging.open();
    await (await stream).text();
    const saved = JSON.parse((await server.client.dataget(`sess:${id}`)) ?? '{}') as object;
    expect(saved).toMatchObject({ counter: 2, streamed: true });
  });
});

it('a hung handler loses the lock at the lease, and its save is refused with an error', async () => {
  await start({ waitMs: 60_000 });
  const hung = browser.text('/hang');
  await hanging.reached;
  const next = browser.text('/count');
  await eventually(async () => expect(await waiters()).toBe(1));
  server.advance(29_999);
  expect(await waiters()).toBe(1);
  server.advance(1);
  expect(await next).toBe('counted');
  hanging.open();
  await hung;
  expect(errors[0]).toMatchObject({ code: 'LOCK_LOST', statusCode: 409 });
  expect(await counter()).toBe(2);
});

it('a waiting client that hangs up leaves the queue', async () => {
  await start();
  const holder = browser.text('/hang');
  await hanging.reached;
  const waiting = hangUpable('/count');
  await eventually(async () => expect(await waiters()).toBe(1));
  waiting.hangUp();
  await eventually(async () => expect(await waiters()).toBe(0));
  hanging.open();
  await holder;
  expect(await counter()).toBe(2);
});

it('a request that waits too long is answered 503 with Retry-After', async () => {
  await start({ waitMs: 5000 });
  const holder = browser.text('/hang');
  await hanging.reached;
  const late = browser.fetch('/count');
  await eventually(async () => expect(await waiters()).toBe(1));
  server.advance(5000);
  const response = await late;
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(errors[0]).toMatchObject({ code: 'LOCK_TIMEOUT' });
  expect(store.metrics.lockTimeouts).toBe(1);
  hanging.open();
  await holder;
});

it('one request too many for a session is refused at once', async () => {
  await start({ maxWaiters: 10 });
  const holder = browser.text('/hang');
  await hanging.reached;
  const crowd = Array.from({ length: 11 }, () => browser.fetch('/count'));
  const first = await Promise.race(crowd);
  expect(first.status).toBe(503);
  expect(errors).toMatchObject([{ code: 'LOCK_BUSY' }]);
  hanging.open();
  await holder;
  const statuses = await Promise.all(crowd.map(async (answer) => (await answer).status));
  expect(statuses.filter((status) => status === 200)).toHaveLength(10);
});

it('a session saved after the response is an error, not a silent loss', async () => {
  await start();
  await browser.text('/afterwards');
  await eventually(() => expect(errors[0]).toMatchObject({ code: 'LOCK_RELEASED' }));
  expect(await counter()).toBe(1);
});

it('LOCKS says which request holds a session, without its query', async () => {
  await start();
  const holder = browser.text('/hang?token=geheim');
  await hanging.reached;
  const locks = JSON.stringify(await server.client.locks(`sess:${id}`), (_key, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  );
  expect(locks).toContain(`${process.pid} GET /hang`);
  expect(locks).not.toContain('geheim');
  hanging.open();
  await holder;
});

it('the mode is chosen by route', async () => {
  await start();
  const app = express();
  app.use(store.scope({ mode: (req) => (req.url.startsWith('/quick') ? 'overwrite' : 'lock') }));
  app.use(session({ store, secret: 'secret of the test', resave: false, saveUninitialized: false }));
  app.get('/quick', (req, res) => res.json([req.msession?.mode, req.session.counter]));
  app.get('/slow', (req, res) => res.json([req.msession?.mode, req.session.counter]));
  const other = await serve(app);
  const reader = other.browser();
  for (const [name, value] of browser.cookies) reader.cookies.set(name, value);
  const holder = browser.text('/hang');
  await hanging.reached;
  expect(await reader.json('/quick')).toEqual(['overwrite', 1]);
  const waiting = reader.json('/slow');
  hanging.open();
  await holder;
  expect(await waiting).toEqual(['lock', 2]);
  await other.close();
});

it('a request that merges is not held up by a lock, and the holder of the lock does not undo it', async () => {
  await start();
  const app = express();
  app.use(store.scope({ mode: 'merge' }));
  app.use(session({ store, secret: 'secret of the test', resave: false, saveUninitialized: false }));
  app.get('/color', (req, res) => {
    req.session.color = 'red';
    res.send('merged');
  });
  const other = await serve(app);
  const merging = other.browser();
  for (const [name, value] of browser.cookies) merging.cookies.set(name, value);
  const holder = browser.text('/hang');
  await hanging.reached;
  expect(await merging.text('/color')).toBe('merged');
  hanging.open();
  expect(await holder).toBe('saved');
  const saved = JSON.parse((await server.client.dataget(`sess:${id}`)) ?? '{}') as object;
  expect(saved).toMatchObject({ counter: 2, color: 'red' });
  await other.close();
});

it('wants a mode that there is', async () => {
  await start();
  expect(() => store.scope({ mode: 'locked' as 'lock' })).toThrow('mode is "locked"; it may be lock, merge, overwrite');
});
