import express from 'express';
import session from 'express-session';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MsessionStore, phpSerializer, phpSessionCookie, phpSessionId } from '../src/index.js';
import { type RunningApp, serve } from './support/http-app.js';
import { type RunningMsession, startMsession } from './support/msession.js';

const phpId = '0123456789abcdef0123456789abcdef';
let server: RunningMsession;
let app: RunningApp;

beforeEach(async () => {
  server = await startMsession();
  const store = new MsessionStore({ client: server.client, prefix: '', ttl: 'server', serializer: phpSerializer() });
  const shop = express();
  shop.use(phpSessionCookie({ secret: 'secret of the test' }));
  shop.use(
    session({
      store,
      name: 'PHPSESSID',
      secret: 'secret of the test',
      genid: phpSessionId,
      resave: false,
      saveUninitialized: false,
    }),
  );
  shop.get('/', (req, res) => res.json({ id: req.sessionID, user: req.session.user ?? null }));
  shop.get('/login/:user', (req, res) => {
    req.session.user = req.params.user;
    res.cookie('other', 's:kept').send(req.sessionID);
  });
  shop.get('/stream', (req, res) => {
    req.session.user = 'streamed';
    res.writeHead(200, { 'X-Streamed': 'yes' });
    res.end('x');
  });
  app = await serve(shop);
});
afterEach(async () => {
  await app.close();
  await server.close();
});

describe('phpSessionCookie', () => {
  it('makes Express accept the cookie that PHP set', async () => {
    await server.client.dataset(phpId, 'user|s:3:"ada";');
    const browser = app.browser();
    browser.cookies.set('theme', 'dark');
    browser.cookies.set('PHPSESSID', phpId);
    expect(await browser.json('/')).toEqual({ id: phpId, user: 'ada' });
  });

  it('sends a cookie that PHP accepts: the plain id, and leaves other cookies alone', async () => {
    const browser = app.browser();
    const id = await browser.text('/login/ada');
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(browser.cookies.get('PHPSESSID')).toBe(id);
    expect(browser.cookies.get('other')).toBe('s%3Akept');
    expect(await browser.json('/')).toEqual({ id, user: 'ada' });
    expect(await server.client.dataget(id)).toBe('user|s:3:"ada";');
  });

  it('does so where the handler writes the head itself', async () => {
    const browser = app.browser();
    const response = await browser.fetch('/stream');
    expect(response.headers.get('x-streamed')).toBe('yes');
    expect(browser.cookies.get('PHPSESSID')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the attributes of the cookie', async () => {
    const response = await app.browser().fetch('/login/ada');
    const line = response.headers.getSetCookie().find((cookie) => cookie.startsWith('PHPSESSID'));
    expect(line).toMatch(/^PHPSESSID=[0-9a-f]{32}; Path=\/; HttpOnly$/);
  });

  it.each([
    ['an id that nobody has', phpId],
    ['the name of the counters', 'globals'],
    ['another key of the server', `${phpId}/sub`],
    ['a cookie signed with the right secret', 's%3Aabc.def'],
    ['too short an id', 'abc'],
  ])('never makes a session under %s', async (_what, id) => {
    const browser = app.browser();
    browser.cookies.set('PHPSESSID', id);
    const made = await browser.text('/login/ada');
    expect(made).not.toBe(id);
    expect(browser.cookies.get('PHPSESSID')).toBe(made);
  });

  it('takes the first of two cookies of that name, as PHP does', async () => {
    await server.client.dataset(phpId, 'user|s:3:"ada";');
    const response = await fetch(`${app.url}/`, {
      headers: { cookie: `PHPSESSID=${phpId}; PHPSESSID=${'f'.repeat(32)}` },
    });
    expect(await response.json()).toEqual({ id: phpId, user: 'ada' });
  });

  it('names a wrong option', () => {
    expect(() => phpSessionCookie({ secret: '' })).toThrow('secret is missing');
    expect(() => phpSessionCookie({ secret: [] })).toThrow('secret is missing');
    expect(() => phpSessionCookie({ name: 'a b', secret: 'x' })).toThrow('name is no name of a cookie');
  });
});
