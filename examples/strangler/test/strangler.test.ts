// The shop for real: nginx, php-fpm, Express, msessiond and a browser.
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createClient, type MsessionClient } from '@msession/client';
import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startShop } from '../shop.mjs';

const pictures = fileURLToPath(new URL('../reports/', import.meta.url));
let shop: Awaited<ReturnType<typeof startShop>>;
let client: MsessionClient;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  shop = await startShop();
  client = createClient({ port: shop.msessionPort });
});
afterAll(async () => {
  await client?.close();
  await shop?.close();
});

/** A visitor without a screen: keeps the one cookie. */
class Visitor {
  id = '';

  async fetch(path: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(shop.url + path, {
      redirect: 'manual',
      headers: this.id === '' ? {} : { cookie: `PHPSESSID=${this.id}` },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) this.id = /^PHPSESSID=([^;]*)/.exec(line)?.[1] ?? this.id;
    return response;
  }

  async text(path: string, form?: Record<string, string>): Promise<string> {
    return (await this.fetch(path, form)).text();
  }

  async login(user: string): Promise<this> {
    await this.text('/login.php', { user });
    return this;
  }
}

describe('one session for PHP and Node', () => {
  it('a counter that both raise, 60 requests each, all at once, ends at 120', async () => {
    const visitor = await new Visitor().login('ada');
    const { id } = visitor;
    await Promise.all(
      Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? visitor.text('/count.php') : visitor.text('/count', {}))),
    );
    expect(visitor.id).toBe(id);
    expect(await visitor.text('/')).toContain("<b id='counter'>120</b>");
  });

  it('windows that fill the cart in Node and pages that count in PHP, all at once, lose nothing', async () => {
    const visitor = await new Visitor().login('ada');
    const items = Array.from({ length: 25 }, (_, i) => `item${i}`);
    await Promise.all([
      ...items.map((item) => visitor.text('/cart/add', { item })),
      ...items.map(() => visitor.text('/count.php')),
    ]);
    const home = await visitor.text('/');
    expect(home).toContain("<b id='counter'>25</b>");
    expect(home).toContain("<b id='items'>25</b>");
    const cart = await visitor.text('/cart');
    for (const item of items) expect(cart).toContain(`<li>${item}</li>`);
  });

  it('what Node writes leaves the rest of PHP’s session as it was, objects included', async () => {
    const visitor = await new Visitor().login('ada');
    const before = await client.dataget(visitor.id);
    expect(before).toContain('O:17:"DateTimeImmutable"');
    await visitor.text('/count', {});
    expect(await client.dataget(visitor.id)).toBe(`${before}counter|i:1;`);
  });

  it('a session that Node made is one for PHP', async () => {
    const visitor = new Visitor();
    await visitor.text('/count', {});
    const { id } = visitor;
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(await visitor.text('/count.php'))).toEqual({ counter: 2, by: 'PHP' });
    expect(visitor.id).toBe(id);
  });

  it('has one life: what PHP set stays when Node writes and reads', async () => {
    const visitor = await new Visitor().login('ada');
    expect(await client.timeout(visitor.id)).toBe(1440);
    await client.timeout(visitor.id, 1000);
    await visitor.text('/count', {});
    await visitor.text('/sessions');
    expect(await client.timeout(visitor.id)).toBe(1000);
    await visitor.text('/count.php');
    expect(await client.timeout(visitor.id)).toBe(1440);
  });

  it('ended by Node is ended for PHP, and by search: everywhere but here', async () => {
    const [here, there, other] = [
      await new Visitor().login('grace'),
      await new Visitor().login('grace'),
      await new Visitor().login('alan'),
    ];
    expect(JSON.parse(await here.text('/sessions'))).toEqual({ user: 'grace', sessions: 2 });
    expect(JSON.parse(await here.text('/end-other-sessions', {}))).toEqual({ ended: 1 });
    expect(await here.text('/')).toContain('grace');
    expect(await there.text('/')).toContain('Nobody is signed in');
    expect(await other.text('/')).toContain('alan');
  });

  it('malformed data is an error of Node, and stays as it is', async () => {
    const visitor = await new Visitor().login('ada');
    const malformed = 'user|s:3:"ada";cart|a:2:{i:0;';
    await client.dataset(visitor.id, malformed);
    expect((await visitor.fetch('/count', {})).status).toBe(500);
    expect(await client.dataget(visitor.id)).toBe(malformed);
  });

  it('does not show what PHP includes', async () => {
    expect((await new Visitor().fetch('/session.php')).status).toBe(404);
  });
});

describe('in a browser', () => {
  const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    if (chromium === undefined) throw new Error('chromium is not installed');
    browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
    context = await browser.createBrowserContext();
  });
  afterAll(() => browser?.close());

  const open = async (path: string): Promise<Page> => {
    const page = await context.newPage();
    await page.setViewport({ width: 760, height: 620 });
    await page.goto(shop.url + path);
    return page;
  };
  const textOf = (page: Page, selector: string) => page.$eval(selector, (element) => element.textContent);
  const listOf = (page: Page, id: string) =>
    page.$$eval(`#${id} li`, (elements) => elements.map((element) => element.textContent));
  const submit = async (page: Page, field: string, value: string) => {
    await page.bringToFront();
    await page.type(`input[name=${field}]`, value);
    await Promise.all([page.waitForNavigation(), page.click('form button')]);
  };
  const picture = async (page: Page, name: string) => {
    await page.bringToFront();
    await page.screenshot({ path: `${pictures}${name}.png` });
  };

  it('signs in with PHP, fills carts of two windows with Node, and a sign-out in PHP is one in Node', async () => {
    const first = await open('/login.php');
    await submit(first, 'user', 'ada');
    expect(await textOf(first, '#user')).toBe('ada');
    await picture(first, '1-signed-in');

    await first.goto(`${shop.url}/cart`);
    expect(await textOf(first, '#user')).toBe('ada');
    const second = await open('/cart');
    await submit(first, 'item', 'tea');
    await submit(second, 'item', 'cup');
    await submit(first, 'item', 'sugar & <milk>');

    // each window its own selection, one cart for both
    expect(await listOf(first, 'window')).toEqual(['tea', 'sugar & <milk>']);
    expect(await listOf(first, 'all')).toEqual(['tea', 'cup', 'sugar & <milk>']);
    await second.reload();
    expect(await listOf(second, 'window')).toEqual(['cup']);
    expect(await listOf(second, 'all')).toEqual(['tea', 'cup', 'sugar & <milk>']);
    expect(new URL(first.url()).searchParams.get('sub_session_id')).toMatch(/^[0-9a-f]{40}$/);
    expect(first.url()).not.toBe(second.url());
    await picture(first, '2-first-window');
    await picture(second, '3-second-window');

    // PHP sees the window that Node fills, and Node what PHP puts into it
    await second.bringToFront();
    await Promise.all([second.waitForNavigation(), second.click('#selection')]);
    expect(await listOf(second, 'window')).toEqual(['cup']);
    await picture(second, '4-window-in-php');
    await Promise.all([second.waitForNavigation(), second.click('form button')]);
    expect(await listOf(second, 'window')).toEqual(['cup']);
    expect(await textOf(second, '#wrapped')).toBe('To be wrapped as a present.');
    await first.reload();
    expect(await textOf(first, '#wrapped')).toBe('');

    // a new window begins with a copy and goes its own way
    const address = await second.$eval('#clone', (link) => link.getAttribute('href'));
    const third = await open(address ?? '');
    expect(await listOf(third, 'window')).toEqual(['cup']);
    await submit(third, 'item', 'spoon');
    await second.reload();
    expect(await listOf(third, 'window')).toEqual(['cup', 'spoon']);
    expect(await listOf(second, 'window')).toEqual(['cup']);
    await picture(third, '5-cloned-window');

    await first.goto(`${shop.url}/`);
    expect(await textOf(first, '#items')).toBe('4');
    await first.bringToFront();
    await Promise.all([first.waitForNavigation(), first.click('#logout')]);
    await picture(first, '6-signed-out');

    await second.reload();
    expect(await second.$('#user')).toBeNull();
    expect(await listOf(second, 'window')).toEqual([]);
    expect(await listOf(second, 'all')).toEqual([]);
    await picture(second, '7-signed-out-in-node');
  });
});
