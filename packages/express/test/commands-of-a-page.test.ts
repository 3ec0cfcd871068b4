// What a page costs the server: which commands it sends, and in how many writes. A page under the lock that saves asks
// twice, as one that merges does; what would be a command of its own goes with another.
import { createClient, createSocketTransport, type MsessionClient, type Transport } from '@msession/client';
import express, { type Express } from 'express';
import session from 'express-session';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MsessionStore, type SessionMode, type StoreOptions } from '../src/index.js';
import { eventually } from './support/eventually.js';
import { gate } from './support/gate.js';
import { type Browser, type RunningApp, serve } from './support/http-app.js';
import { type RunningMsession, startMsession } from './support/msession.js';

let server: RunningMsession;
let client: MsessionClient;
let store: MsessionStore;
let running: RunningApp;
let browser: Browser;
let writes: string[][];
let id: string;

beforeEach(async () => {
  server = await startMsession({ ownsTime: true });
});
afterEach(async () => {
  await running.close();
  client.destroy();
  await server.close();
});

/** Notes the names of the commands of each write. */
function noting(transport: Transport): Transport {
  return {
    description: transport.description,
    connect: async (events, signal) => {
      const wire = await transport.connect(events, signal);
      return {
        write: (chunks) => {
          // the name is the first word of a request, behind its count and its length
          writes.push(chunks.map((chunk) => Buffer.from(chunk).toString('latin1').split('\r\n')[2] ?? ''));
          return wire.write(chunks);
        },
        end: () => wire.end(),
        destroy: () => wire.destroy(),
        setKeepsProcessAlive: (isKeeping) => wire.setKeepsProcessAlive(isKeeping),
      };
    },
  };
}

async function start(mode: SessionMode, routes: (app: Express) => void, options: Partial<StoreOptions> = {}) {
  writes = [];
  const transport = noting(createSocketTransport({ host: '127.0.0.1', port: server.port }));
  client = createClient({ transport, keepsProcessAlive: false });
  store = new MsessionStore({ client, ...options });
  const app = express();
  app.use(store.scope({ mode }));
  app.use(session({ store, secret: 'secret of the test', resave: false, saveUninitialized: false }));
  app.get('/login', (req, res) => {
    req.session.counter = 1;
    res.send(req.sessionID);
  });
  app.get('/count', (req, res) => {
    req.session.counter = (req.session.counter ?? 0) + 1;
    res.send('counted');
  });
  app.get('/read', (req, res) => res.send(String(req.session.counter)));
  routes(app);
  running = await serve(app);
  browser = running.browser();
  id = `sess:${await browser.text('/login')}`;
  writes = [];
}

const stored = async () => JSON.parse((await server.client.dataget(id)) ?? '{}') as Record<string, unknown>;
const isFree = async () => (await server.client.ctl(id, 'LOCK')) === 0;

describe('a page under the lock', () => {
  it('that saves reads with the lock, and writes with its release', async () => {
    await start('lock', () => {});
    expect(await browser.text('/count')).toBe('counted');
    expect(writes).toEqual([['CTL', 'SLOCK'], ['SUNLOCK']]);
    // before the response is complete, the next request can have the session
    expect(await isFree()).toBe(true);
    expect(await stored()).toMatchObject({ counter: 2 });
  });

  it('that changes nothing renews the life of the session with its release', async () => {
    let seconds = 600;
    await start('lock', () => {}, { ttl: () => seconds });
    seconds = 900;
    expect(await browser.text('/read')).toBe('1');
    expect(writes).toEqual([['CTL', 'SLOCK'], ['SUNLOCK']]);
    expect(await isFree()).toBe(true);
    expect(await server.client.timeout(id)).toBe(900);
  });

  it('with a serializer of sessions that all lock needs no revision', async () => {
    const serializer = {
      parse: (bytes: Buffer) => JSON.parse(bytes.toString()) as Record<string, unknown>,
      stringify: (data: object) => JSON.stringify(data),
      isSharedUnderLock: true,
    };
    await start('lock', () => {}, { serializer });
    await browser.text('/count');
    expect(writes).toEqual([['SLOCK'], ['SUNLOCK']]);
    expect(await stored()).toMatchObject({ counter: 2 });
  });

  it('keeps its lock while it saves before it responds', async () => {
    const locked: number[] = [];
    await start('lock', (app) =>
      app.get('/save', (req, res) => {
        req.session.counter = 10;
        req.session.save(async () => {
          locked.push(await server.client.ctl(id, 'LOCK'));
          req.session.counter = 11;
          res.send('saved');
        });
      }),
    );
    await browser.text('/save');
    expect(locked).toEqual([30_000]);
    expect(writes.flat().filter((name) => name === 'DATASET' || name === 'SUNLOCK')).toEqual(['DATASET', 'SUNLOCK']);
    expect(await stored()).toMatchObject({ counter: 11 });
    expect(await isFree()).toBe(true);
  });

  it('keeps what others merged while it worked, and frees the lock with that write', async () => {
    const working = gate();
    await start(
      'lock',
      (app) =>
        app.get('/work', async (req, res) => {
          await working.pass();
          req.session.counter = (req.session.counter ?? 0) + 1;
          res.send('worked');
        }),
      { resolve: { counter: 'sum' } },
    );
    const page = browser.text('/work');
    await working.reached;
    await server.client.dataset(id, JSON.stringify({ ...(await stored()), counter: 5, color: 'red' }));
    working.open();
    expect(await page).toBe('worked');
    expect(await stored()).toMatchObject({ counter: 6, color: 'red' });
    expect(await isFree()).toBe(true);
    expect(store.metrics.staleWrites).toBe(1);
  });

  it('that waited for another knows what that one wrote', async () => {
    const holding = gate();
    await start('lock', (app) =>
      app.get('/hold', async (req, res) => {
        await holding.pass();
        req.session.counter = 100;
        res.send('held');
      }),
    );
    const first = browser.text('/hold');
    await holding.reached;
    const second = browser.text('/count');
    await eventually(async () => expect((await server.client.locks(id))[0]?.waiters).toHaveLength(1));
    holding.open();
    expect([await first, await second]).toEqual(['held', 'counted']);
    expect(await stored()).toMatchObject({ counter: 101 });
    expect(store.metrics.staleWrites).toBe(0);
  });

  it('that saves once more behind its response loses neither save', async () => {
    await start(
      'lock',
      (app) =>
        app.get('/late', (req, res) => {
          req.session.counter = 2;
          res.send('sent');
          req.session.counter = 3;
          req.session.late = true;
          req.session.save();
        }),
      { resolve: { counter: 'sum' } },
    );
    await browser.text('/late');
    await eventually(async () => expect(await stored()).toMatchObject({ counter: 3, late: true }));
    expect(await isFree()).toBe(true);
  });

  it('whose session was destroyed meanwhile neither saves nor touches it', async () => {
    const working = [gate(), gate()];
    await start('lock', (app) =>
      app.get('/:which', async (req, res) => {
        await working[Number(req.params.which)]?.pass();
        if (req.params.which === '0') req.session.counter = 7;
        res.send('worked');
      }),
    );
    for (const [which, each] of working.entries()) {
      if (which === 1) await server.client.dataset(id, JSON.stringify({ cookie: {}, counter: 1 }));
      const page = browser.text(`/${which}`);
      await each.reached;
      await server.client.drop(id);
      each.open();
      expect(await page).toBe('worked');
      expect(await server.client.ctl(id, 'EXIST')).toBe(0);
    }
    expect(store.metrics).toMatchObject({ lateWrites: 1, lateTouches: 1 });
  });
});

it('a page that merges reads once and writes once', async () => {
  await start('merge', () => {});
  await browser.text('/count');
  expect(writes).toEqual([['DATAGET'], ['DATASET']]);
});

it('pages that read their sessions in one turn write in one', async () => {
  await start('merge', () => {});
  const pages = Array.from({ length: 20 }, () => store.get(id.slice('sess:'.length)));
  await Promise.all(pages);
  expect(writes).toEqual([Array.from({ length: 20 }, () => 'DATAGET')]);
});
