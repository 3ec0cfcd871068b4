// Sub-sessions per browser window: the ten behaviours of Perl's MasonX::Request::WithMultiSession, one test each and
// named after it, the flaws of that module that are not repeated, and what Express adds.
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MsessionStore, type MultiSessionOptions, multiSession, type SessionMode } from '../src/index.js';
import { eventually } from './support/eventually.js';
import { type Gate, gate } from './support/gate.js';
import { type Browser, type RunningApp, serve } from './support/http-app.js';
import { type RunningMsession, startMsession } from './support/msession.js';

const unknownId = 'f'.repeat(40);
let server: RunningMsession;
let store: MsessionStore;
let app: RunningApp;
let browser: Browser;
let hanging: Gate;
let errors: Error[];

declare module 'express-session' {
  interface SessionData {
    step?: number;
    items?: string[];
  }
}

beforeEach(async () => {
  server = await startMsession({ ownsTime: true });
  hanging = gate();
  errors = [];
});
afterEach(async () => {
  hanging.open();
  await app.close();
  await server.close();
});

/** What a request answers about its sessions. */
interface Answer {
  id: string;
  data: Record<string, unknown>;
}

function windows(req: Request) {
  const { multiSession: sessions } = req;
  if (sessions === undefined) throw new Error('multiSession() is not mounted');
  return sessions;
}

async function start(
  options: Partial<MultiSessionOptions> = {},
  more: { scope?: SessionMode; routes?: (app: Express) => void } = {},
): Promise<void> {
  store = new MsessionStore({ client: server.client });
  const shop = express();
  if (more.scope !== undefined) shop.use(store.scope({ mode: more.scope }));
  shop.use(session({ store, secret: 'secret of the test', resave: false, saveUninitialized: false }));
  shop.use(express.urlencoded({ extended: false }));
  const middleware = multiSession({ store, ...options });
  shop.use(middleware);
  more.routes?.(shop);
  const show = (req: Request, res: Response) => res.json({ id: windows(req).subSessionId, data: { ...req.session } });
  shop.all('/show', show);
  shop.all('/set/:key/:value', (req, res) => {
    req.session[req.params.key ?? ''] = req.params.value;
    show(req, res);
  });
  shop.get('/new', async (req, res) => {
    await windows(req).session({ new: true });
    show(req, res);
  });
  shop.get('/clone', async (req, res) => {
    req.session.cloned = 'before';
    await windows(req).session({ clone: true, new: true });
    req.session.mine = true;
    show(req, res);
  });
  shop.get('/explicit/:id', async (req, res) => {
    await windows(req).session({ subSessionId: req.params.id });
    show(req, res);
  });
  shop.get('/choose/:id', async (req, res) => {
    req.session.used = true;
    windows(req).subSessionId = req.params.id;
    await windows(req).session();
    show(req, res);
  });
  shop.get('/delete', async (req, res) => {
    await windows(req).deleteSubSession(req.query.id as string | undefined);
    show(req, res);
  });
  shop.get('/logout', async (req, res) => {
    await windows(req).deleteSession();
    res.json({ session: typeof req.session });
  });
  shop.get('/list', async (req, res) => res.json(await windows(req).subSessionIds()));
  shop.get('/nothing', (_req, res) => res.send('nothing'));
  shop.get('/redirect', (req, res) => res.redirect(String(req.query.to)));
  shop.get('/hang', async (req, res) => {
    await hanging.pass();
    req.session.late = true;
    res.send('done');
  });
  shop.use((error: Error & { statusCode?: number }, _req: Request, res: Response, _next: NextFunction) => {
    errors.push(error);
    res.status(error.statusCode ?? 500).send('failed');
  });
  app = await serve(shop);
  browser = app.browser();
}

const get = (path: string, from = browser) => from.json(path) as Promise<Answer>;
const list = () => browser.json('/list') as Promise<string[]>;
const parentId = () =>
  decodeURIComponent(browser.cookies.get('connect.sid') ?? '')
    .slice(2)
    .split('.')[0] ?? '';

describe('behaviour 1: which sub-session', () => {
  it('is the one of the URL parameter, if it is known', async () => {
    await start();
    const { id } = await get('/set/step/1');
    expect(await get(`/show?sub_session_id=${id}`)).toEqual({ id, data: { step: '1' } });
  });

  it('is the one of the POST parameter, if it is known', async () => {
    await start();
    const { id } = await get('/set/step/1');
    const response = await browser.post('/show', { sub_session_id: id });
    expect(await response.json()).toEqual({ id, data: { step: '1' } });
  });

  it('is a new one without a parameter', async () => {
    await start();
    const first = await get('/set/step/1');
    const second = await get('/show');
    expect(second.id).not.toBe(first.id);
    expect(second.data).toEqual({});
  });

  it('is the explicit one, whatever the URL says', async () => {
    await start();
    const first = await get('/set/step/1');
    const second = await get('/set/step/2');
    expect(await get(`/explicit/${first.id}?sub_session_id=${second.id}`)).toEqual({
      id: first.id,
      data: { step: '1' },
    });
  });

  it('is asked for by a parameter of another name, if so configured, by our name or by that of Perl', async () => {
    for (const options of [{ argsParam: 'w' }, { multi_session_args_param: 'w' }]) {
      await start(options);
      const { id } = await get('/set/step/1');
      expect(await get(`/show?w=${id}`)).toEqual({ id, data: { step: '1' } });
      expect((await get(`/show?sub_session_id=${id}`)).id).not.toBe(id);
      if (options.argsParam !== undefined) await app.close();
    }
  });

  it('is the same all through the request', async () => {
    await start(
      {},
      {
        routes: (shop) =>
          shop.get('/thrice', async (req, res) => {
            const first = windows(req).subSessionId;
            const own = await windows(req).session();
            res.json([first === windows(req).subSessionId, own === (req.session as unknown), own.id === first]);
          }),
      },
    );
    expect(await browser.json('/thrice')).toEqual([true, true, true]);
  });
});

describe('behaviour 2: unknown ids', () => {
  it('in the URL are ignored, and a fresh one is made: no fixation', async () => {
    await start();
    const { id } = await get(`/set/step/1?sub_session_id=${unknownId}`);
    expect(id).not.toBe(unknownId);
    expect(await list()).toEqual([id]);
  });

  it('given explicitly are created under that id', async () => {
    await start();
    expect((await get('/explicit/checkout')).id).toBe('checkout');
    await get('/set/step/3?sub_session_id=checkout');
    expect(await get('/explicit/checkout')).toEqual({ id: 'checkout', data: { step: '3' } });
  });

  it.each(['a%2Fb', '..', '%00', 'x'.repeat(129), ''])('that cannot be ids count as none: %j', async (id) => {
    await start();
    expect((await get(`/set/step/1?sub_session_id=${id}`)).id).toMatch(/^[0-9a-f]{40}$/);
  });

  it('of another visitor are unknown', async () => {
    await start();
    const { id } = await get('/set/step/1');
    const other = app.browser();
    const seen = await get(`/show?sub_session_id=${id}`, other);
    expect(seen.id).not.toBe(id);
    expect(seen.data).toEqual({});
  });
});

describe('behaviour 3: new and clone', () => {
  it('new is empty and becomes the current one; the old one stays', async () => {
    await start();
    const old = await get('/set/step/1');
    const fresh = await get(`/new?sub_session_id=${old.id}`);
    expect(fresh.id).not.toBe(old.id);
    expect(fresh.data).toEqual({});
    expect((await get(`/show?sub_session_id=${old.id}`)).data).toEqual({ step: '1' });
    expect((await list()).toSorted()).toEqual([old.id, fresh.id].toSorted());
  });

  it('clone is a copy of the current one with its unsaved changes, becomes the current one, and wins over new', async () => {
    await start();
    const old = await get('/set/step/1');
    const copy = await get(`/clone?sub_session_id=${old.id}`);
    expect(copy.id).not.toBe(old.id);
    expect(copy.data).toEqual({ step: '1', cloned: 'before', mine: true });
    expect((await get(`/show?sub_session_id=${copy.id}`)).data).toEqual({ step: '1', cloned: 'before', mine: true });
    expect((await get(`/show?sub_session_id=${old.id}`)).data).toEqual({ step: '1', cloned: 'before' });
  });

  it('a copy shares nothing with its original', async () => {
    await start(
      {},
      {
        routes: (shop) =>
          shop.get('/share', async (req, res) => {
            req.session.items = ['tea'];
            const original = req.session;
            const copy = (await windows(req).session({ clone: true })) as unknown as { items: string[] };
            copy.items.push('cup');
            res.json([original.items, copy.items]);
          }),
      },
    );
    expect(await browser.json('/share')).toEqual([['tea'], ['tea', 'cup']]);
  });
});

describe('behaviour 4: session() renews the access time', () => {
  it('of the sub-session of the URL', async () => {
    await start({ expire: 100 });
    const { id } = await get('/set/step/1');
    for (let i = 0; i < 3; i++) {
      server.advance(60_000);
      expect((await get(`/show?sub_session_id=${id}`)).data).toEqual({ step: '1' });
    }
  });

  it('at every call, in a long request, too', async () => {
    const later = gate();
    await start(
      { expire: 100 },
      {
        routes: (shop) =>
          shop.get('/long', async (req, res) => {
            await later.pass();
            await windows(req).session();
            res.send('done');
          }),
      },
    );
    const { id } = await get('/set/step/1');
    const long = browser.text(`/long?sub_session_id=${id}`);
    await later.reached;
    server.advance(20_000);
    later.open();
    await long;
    expect(await server.client.ctl(`sess:${parentId()}/${id}`, 'TTL')).toBe(100);
  });
});

describe('behaviour 5: deleteSubSession', () => {
  it('without an id ends the current one, and the next session is a new one', async () => {
    await start();
    const { id } = await get('/set/step/1');
    const after = await get(`/delete?sub_session_id=${id}`);
    expect(after.id).not.toBe(id);
    expect(after.data).toEqual({});
    expect(await list()).toEqual([after.id]);
  });

  it('with an id ends that one, and the current one stays', async () => {
    await start();
    const one = await get('/set/step/1');
    const two = await get('/set/step/2');
    expect(await get(`/delete?sub_session_id=${one.id}&id=${two.id}`)).toEqual(one);
    expect(await list()).toEqual([one.id]);
  });

  it('of an id that is unknown is no error', async () => {
    await start();
    const { id } = await get('/set/step/1');
    expect((await get(`/delete?sub_session_id=${id}&id=${unknownId}`)).id).toBe(id);
  });
});

it('behaviour 6: deleting the parent deletes all sub-sessions', async () => {
  await start();
  const one = await get('/set/step/1');
  await get('/set/step/2');
  const parent = parentId();
  expect(await browser.json(`/logout?sub_session_id=${one.id}`)).toEqual({ session: 'undefined' });
  expect(await server.client.ctl(`sess:${parent}`, 'EXIST')).toBe(0);
  expect(await server.client.ctl(`sess:${parent}/${one.id}`, 'EXIST')).toBe(0);
  expect((await get(`/show?sub_session_id=${one.id}`)).data).toEqual({});
});

it('behaviour 6: after deleting the parent session() begins anew, with a parent of another id', async () => {
  await start(
    {},
    {
      routes: (shop) =>
        shop.get('/again', async (req, res) => {
          await windows(req).deleteSession();
          await windows(req).session();
          req.session.step = 9;
          res.json({ id: windows(req).subSessionId });
        }),
    },
  );
  const old = await get('/set/step/1');
  const before = parentId();
  const { id } = await get(`/again?sub_session_id=${old.id}`);
  expect(parentId()).not.toBe(before);
  expect((await get(`/show?sub_session_id=${id}`)).data).toEqual({ step: 9 });
});

it('behaviour 7: a request handed on inside the application shares the sub-session', async () => {
  const inner = express();
  await start(
    {},
    {
      routes: (shop) => {
        inner.use(multiSession({ store }));
        inner.get('/', (req, res) => {
          req.session.inner = true;
          res.json({ id: windows(req).subSessionId, data: { ...req.session } });
        });
        shop.use(
          '/outer',
          (req, _res, next) => {
            req.session.outer = true;
            next();
          },
          inner,
        );
      },
    },
  );
  const { id, data } = await get('/outer');
  expect(data).toEqual({ outer: true, inner: true });
  expect(await list()).toEqual([id]);
});

describe('behaviour 8: a sub-session expires', () => {
  it.each([{ expire: 60 }, { multi_session_expire: 60 }])('when its last access is older than %o', async (options) => {
    await start(options);
    const { id } = await get('/set/step/1');
    server.advance(59_999);
    expect((await get(`/show?sub_session_id=${id}`)).id).toBe(id);
    server.advance(60_001);
    expect((await get(`/show?sub_session_id=${id}`)).id).not.toBe(id);
    expect(await list()).not.toContain(id);
  });

  it('never on its own when nothing is said, but with its parent', async () => {
    await start();
    const { id } = await get('/set/step/1');
    server.advance(86_000_000);
    expect((await get(`/show?sub_session_id=${id}`)).id).toBe(id);
    server.advance(86_401_000);
    expect((await get(`/show?sub_session_id=${id}`)).id).not.toBe(id);
  });
});

it('behaviour 9: ids have 40 hexadecimal characters and differ', async () => {
  await start();
  const ids = await Promise.all(Array.from({ length: 20 }, async () => (await get('/show')).id));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{40}$/);
  expect(new Set(ids).size).toBe(20);
});

describe('behaviour 10: the application carries the id', () => {
  it('in links and forms, by helpers of request and templates', async () => {
    await start(
      {},
      {
        routes: (shop) =>
          shop.get('/page', (req, res) => {
            const { subSessionUrl, subSessionField } = res.locals as Record<string, (path?: string) => string>;
            res.json({
              id: windows(req).subSessionId,
              link: windows(req).url('/cart?page=2#top'),
              field: windows(req).formField(),
              foreign: windows(req).url('https://other.example/'),
              same:
                subSessionUrl?.('/x') === windows(req).url('/x') && subSessionField?.() === windows(req).formField(),
            });
          }),
      },
    );
    const page = (await browser.json('/page')) as Record<string, unknown>;
    expect(page).toEqual({
      id: page.id,
      link: `/cart?page=2&sub_session_id=${String(page.id)}#top`,
      field: `<input type="hidden" name="sub_session_id" value="${String(page.id)}">`,
      foreign: 'https://other.example/',
      same: true,
    });
  });

  it('in redirects within the site, and never to another', async () => {
    await start();
    const { id } = await get('/set/step/1');
    const location = async (to: string) =>
      (await browser.fetch(`/redirect?sub_session_id=${id}&to=${encodeURIComponent(to)}`)).headers.get('location');
    expect(await location('/cart#x')).toBe(`/cart?sub_session_id=${id}#x`);
    expect(await location(`${app.url}/cart?a=1`)).toBe(`${app.url}/cart?a=1&sub_session_id=${id}`);
    expect(await location('https://other.example/x')).toBe('https://other.example/x');
    expect(await location('//other.example/x')).toBe('//other.example/x');
  });

  it('not in redirects of requests that have no sub-session, nor where that is turned off', async () => {
    await start();
    expect((await browser.fetch('/redirect?to=/cart')).headers.get('location')).toBe('/cart');
    await app.close();
    await start({ carryInRedirects: false });
    const { id } = await get('/set/step/1');
    const response = await browser.fetch(`/redirect?sub_session_id=${id}&to=/cart`);
    expect(response.headers.get('location')).toBe('/cart');
  });
});

describe('flaws of the Perl module that are not repeated', () => {
  it('setting the id after the first use counts', async () => {
    await start();
    const one = await get('/set/step/1');
    expect(await get(`/choose/${one.id}`)).toEqual({ id: one.id, data: { step: '1' } });
  });

  it('using req.session after choosing another, without opening it, is a clear error', async () => {
    await start(
      {},
      {
        routes: (shop) =>
          shop.get('/hasty', (req, res) => {
            windows(req).subSessionId = unknownId;
            res.json(req.session);
          }),
      },
    );
    expect((await browser.fetch('/hasty')).status).toBe(400);
    expect(errors[0]?.message).toBe('another sub-session was chosen; await req.multiSession.session() first');
  });

  it('an id that was handed out and never used is known, and expires', async () => {
    await start({ expire: 60 });
    const { id } = await get('/show');
    expect(await list()).toEqual([id]);
    expect((await get(`/show?sub_session_id=${id}`)).id).toBe(id);
    server.advance(61_000);
    expect(await list()).toEqual([]);
  });

  it('deleting the current one by its id leaves a working request', async () => {
    await start();
    const { id } = await get('/set/step/1');
    const after = await get(`/delete?sub_session_id=${id}&id=${id}`);
    expect(after.id).not.toBe(id);
    expect(errors).toEqual([]);
  });

  it('there is a cap: the one that idled longest makes room', async () => {
    await start({ maxSubSessions: 3 });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      ids.push((await get(`/set/step/${i}`)).id);
      server.advance(10_000);
    }
    await get(`/show?sub_session_id=${ids[0]}`);
    const fourth = await get('/set/step/4');
    expect((await list()).toSorted()).toEqual([ids[0], ids[2], fourth.id].toSorted());
  });
});

describe('windows side by side', () => {
  it('have their own data', async () => {
    await start();
    const one = await get('/set/step/1');
    const two = await get('/set/step/2');
    expect((await get(`/show?sub_session_id=${one.id}`)).data).toEqual({ step: '1' });
    expect((await get(`/show?sub_session_id=${two.id}`)).data).toEqual({ step: '2' });
  });

  it.each([undefined, 'lock', 'merge'] as const)(
    'run in parallel, while requests of one window wait (parent: %s)',
    async (scope) => {
      await start({}, scope === undefined ? {} : { scope });
      const one = await get('/set/step/1');
      const two = await get('/set/step/2');
      const held = browser.text(`/hang?sub_session_id=${one.id}`);
      await hanging.reached;
      expect((await get(`/set/step/3?sub_session_id=${two.id}`)).data).toEqual({ step: '3' });
      const waiting = get(`/show?sub_session_id=${one.id}`);
      await eventually(async () =>
        expect((await server.client.locks(`sess:${parentId()}/${one.id}`))[0]?.waiters).toHaveLength(1),
      );
      hanging.open();
      await held;
      expect((await waiting).data).toEqual({ step: '1', late: true });
    },
  );

  it('count exactly when each of them is raised in parallel', async () => {
    await start(
      {},
      {
        routes: (shop) =>
          shop.get('/count', async (req, res) => {
            const counter = req.session.counter ?? 0;
            await new Promise((resolve) => setImmediate(resolve));
            req.session.counter = counter + 1;
            res.send('counted');
          }),
      },
    );
    const ids = [(await get('/show')).id, (await get('/show')).id];
    await Promise.all(Array.from({ length: 60 }, (_, i) => browser.text(`/count?sub_session_id=${ids[i % 2]}`)));
    for (const id of ids) expect((await get(`/show?sub_session_id=${id}`)).data).toEqual({ counter: 30 });
  });
});

describe('in Express', () => {
  it('a visit that uses no session leaves none, and sets no cookie', async () => {
    await start();
    expect(await browser.text('/nothing')).toBe('nothing');
    expect(browser.cookies.size).toBe(0);
    expect(await server.client.count()).toBe(0);
  });

  it('the parent keeps its own data, shared by all windows', async () => {
    await start(
      {},
      {
        routes: (shop) => {
          shop.get('/parent/:user', (req, res) => {
            windows(req).parent.user = req.params.user;
            req.session.step = 1;
            res.json({ id: windows(req).subSessionId });
          });
          shop.get('/who', (req, res) => res.json({ user: windows(req).parent.user, data: { ...req.session } }));
        },
      },
    );
    const { id } = await get('/parent/ada');
    expect(await browser.json('/who')).toEqual({ user: 'ada', data: {} });
    expect(await browser.json(`/who?sub_session_id=${id}`)).toEqual({ user: 'ada', data: { step: 1 } });
  });

  it("the window's session has the methods of express-session", async () => {
    await start(
      {},
      {
        routes: (shop) => {
          shop.get('/save', (req, res, next) => {
            req.session.step = 1;
            req.session.save((error) => {
              if (error) return next(error);
              req.session.step = 2;
              req.session.reload(() => res.json({ id: req.session.id, data: { ...req.session } }));
            });
          });
          shop.get('/destroy', (req, res) => {
            req.session.destroy(() => res.json({ id: windows(req).subSessionId, data: {} }));
          });
          shop.get('/regenerate', (req, res) => {
            const before = req.sessionID;
            req.session.regenerate((error) => {
              if (error) errors.push(error as Error);
              req.session.user = 'ada';
              res.json({ id: windows(req).subSessionId, data: { changed: req.sessionID !== before } });
            });
          });
        },
      },
    );
    const { id, data } = await get('/save');
    expect(data).toEqual({ step: 1 });
    expect((await get(`/destroy?sub_session_id=${id}`)).id).not.toBe(id);
    const old = parentId();
    const login = await get(`/regenerate?sub_session_id=${id}`);
    expect(login.data).toEqual({ changed: true });
    expect(errors).toEqual([]);
    expect(parentId()).not.toBe(old);
    expect((await get(`/show?sub_session_id=${login.id}`)).data).toEqual({ user: 'ada' });
  });

  it('a logout in another window stays one: a request under way revives neither parent nor sub-session', async () => {
    await start();
    const one = await get('/set/step/1');
    const late = browser.text(`/hang?sub_session_id=${one.id}`);
    await hanging.reached;
    const parent = parentId();
    await server.client.drop(`sess:${parent}`);
    hanging.open();
    expect(await late).toBe('done');
    expect(await server.client.ctl(`sess:${parent}`, 'EXIST')).toBe(0);
    expect(await server.client.count()).toBe(0);
  });

  it('a save that fails is an error of the request', async () => {
    await start();
    const { id } = await get('/set/step/1');
    const failing = browser.fetch(`/hang?sub_session_id=${id}`);
    await hanging.reached;
    server.limits.maxValueBytes = 5;
    hanging.open();
    expect((await failing).status).toBe(500);
    expect(errors[0]).toMatchObject({ code: 'BADLEN' });
  });

  it('wants express-session in front, and right options', async () => {
    await start();
    const bare = express();
    bare.use(multiSession({ store }));
    bare.use((error: Error, _req: Request, res: Response, _next: NextFunction) => res.send(error.message));
    const other = await serve(bare);
    expect(await other.browser().text('/')).toContain('multiSession() is mounted behind express-session');
    await other.close();
    expect(() => multiSession({} as MultiSessionOptions)).toThrow('store is missing');
    expect(() => multiSession({ store, expire: 0 })).toThrow('expire must be a whole number of seconds');
    expect(() => multiSession({ store, maxSubSessions: 0 })).toThrow('maxSubSessions must be a whole number');
    expect(() => multiSession({ store, argsParam: '' })).toThrow('argsParam is empty');
    expect(() => multiSession({ store, mode: 'x' as SessionMode })).toThrow('mode is "x"');
  });
});
