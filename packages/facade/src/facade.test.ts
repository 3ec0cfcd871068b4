// Every function against the real server: what it returns, what it warns of, row by row as the original did.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RefusingPeer, startRefusingPeer } from '../test/refusing-peer.js';
import { startTestServer, type TestServer } from '../test/test-server.js';
import { createFacade, type Facade, functionParameters } from './facade.js';
import type { FacadeOptions, FacadeWarning } from './facade-options.js';

let server: TestServer;
let warnings: string[];
let php: Facade;
const opened: { close(): Promise<void> }[] = [];

function facade<const E extends 'utf8' | 'buffer' = 'utf8'>(options: FacadeOptions<E> = {}): Facade<E> {
  const made = createFacade<E>({ onWarning: ({ message }) => warnings.push(message), ...options });
  opened.push(made);
  return made;
}

/** The warnings since the last look. */
function warned(): string[] {
  return warnings.splice(0);
}

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  warnings = [];
  php = facade();
  expect(await php.msession_connect('127.0.0.1', server.port)).toBe(true);
  for (const id of (await php.msession_list()) || []) await php.msession_destroy(id);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

describe('what the functions return when all is well', () => {
  test('sessions', async () => {
    expect(await php.msession_count()).toBe(0);
    expect(await php.msession_list()).toBe(null);
    expect(await php.msession_create('a')).toBe(true);
    expect(await php.msession_create('b', 'shop', 'data')).toBe(true);
    expect(await php.msession_count()).toBe(2);
    expect(((await php.msession_list()) || []).sort()).toEqual(['a', 'b']);
    expect(await php.msession_get_object('a')).toEqual({ classname: 'phpsession', classdata: '' });
    expect(await php.msession_get_object('b')).toEqual({ classname: 'shop', classdata: 'data' });
    expect(await php.msession_destroy('a')).toBe(true);
    expect(await php.msession_count()).toBe(1);
    expect(await php.msession_uniq(32)).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await php.msession_count()).toBe(2);
    const id = (await php.msession_uniq('12', 'forum', 'd')) as string;
    expect(await php.msession_get_object(id)).toEqual({ classname: 'forum', classdata: 'd' });
    expect(await php.msession_randstr(9)).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(warned()).toEqual([]);
  });

  test('variables', async () => {
    await php.msession_create('a');
    expect(await php.msession_get_array('a')).toEqual({});
    expect(await php.msession_set('a', 'user', 'ada')).toBe(true);
    expect(await php.msession_get('a', 'user', 'x')).toBe('ada');
    expect(await php.msession_get('a', 'none', 1.5)).toBe('1.5');
    expect(await php.msession_get('a', 'none', null)).toBe('');
    expect(await php.msession_set_array('a', { n: 1, t: true, f: false })).toBe(null);
    expect(await php.msession_set_array('a', ['zero', 'one'])).toBe(null);
    expect(await php.msession_set_array('a', {})).toBe(null);
    expect(await php.msession_get_array('a')).toEqual({ user: 'ada', n: '1', t: '1', f: '', 0: 'zero', 1: 'one' });
    expect(await php.msession_inc('a', 'n')).toBe('2');
    expect(await php.msession_add('a', 'n', '2.5')).toBe('4.5');
    expect(await php.msession_muldiv('a', 'n', 2, 3)).toBe('3');
    expect(await php.msession_inc('globals', 'visitors')).toMatch(/^\d+$/);
    expect(warned()).toEqual([]);
  });

  test('names that mean something to JavaScript are only names', async () => {
    await php.msession_create('a');
    await php.msession_set('a', '__proto__', 'p');
    const array = (await php.msession_get_array('a')) as Record<string, string>;
    expect(Object.keys(array)).toEqual(['__proto__']);
    expect('constructor' in array).toBe(false);
  });

  test('searches', async () => {
    for (const [id, user] of [
      ['s1', 'ada'],
      ['s2', 'bob'],
      ['s3', 'ada'],
    ]) {
      await php.msession_create(id);
      await php.msession_set(id, 'user', user);
    }
    expect(await php.msession_find('user', 'ada')).toEqual(['s1', 's3']);
    expect(await php.msession_find('user', 'eve')).toBe(null);
    expect(await php.msession_listvar('user')).toEqual({ ada: 's3', bob: 's2' });
    expect(await php.msession_listvar('none')).toEqual({});
    const lossless = facade({ listvar: 'session', url: `127.0.0.1:${server.port}` });
    expect(await lossless.msession_listvar('user')).toEqual({ s1: 'ada', s2: 'bob', s3: 'ada' });
  });

  test('data and objects', async () => {
    expect(await php.msession_get_data('new')).toBe(null);
    expect(await php.msession_set_data('new', 'payload')).toBe(true);
    expect(await php.msession_get_data('new')).toBe('payload');
    expect(await php.msession_setdata('new', 5)).toBe(true);
    expect(await php.msession_getdata('new')).toBe('5');
    expect(await php.msession_save_object('o', 'data', { x: 1, classname: 'hidden' }, 'shop')).toBe(true);
    expect(await php.msession_get_object('o')).toEqual({ classname: 'shop', classdata: 'data', x: '1' });
    expect(Object.keys((await php.msession_get_object('o')) || {})).toEqual(['classname', 'classdata', 'x']);
    expect(await php.msession_save_object('o', 'again')).toBe(true);
    expect(await php.msession_get_object('o')).toEqual({ classname: 'phpsession', classdata: 'again', x: '1' });
    expect(await php.msession_save_object('o', 'again', undefined, 'third')).toBe(true);
    expect(warned()).toEqual([]);
  });

  test('locks, timeouts, facts, plugins', async () => {
    await php.msession_create('a');
    const key = await php.msession_lock('a');
    expect(key).toBeTypeOf('number');
    expect(await php.msession_unlock('a', String(key))).toBe(1);
    expect(await php.msession_timeout('a', '60 seconds')).toBe(60);
    expect(await php.msession_timeout('a')).toBe(60);
    expect(await php.msession_timeout('a', 0)).toBe(0);
    expect(await php.msession_ctl('a')).toBe(1);
    expect(await php.msession_ctl('a', 'ttl')).toBe(-1);
    expect(await php.msession_ctl('a', 'no such word')).toBe(1);
    expect(await php.msession_ctl('a', 'REV')).toBe(1);
    expect(await php.msession_ctl('nobody')).toBe(0);
    expect(await php.msession_ctl('a', 'NOW')).toBeGreaterThan(1_600_000_000);
    expect(await php.msession_plugin('a', 'greet')).toBe('greet:-');
    expect(await php.msession_plugin('a', 'greet', 'x')).toBe('greet:x');
    expect(await php.msession_call('join')).toBe('');
    expect(await php.msession_call('join', 1, null, true, 'd')).toBe('1++1+d');
    expect(warned()).toEqual([]);
  });

  test('bytes survive in both directions', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const binary = facade({ encoding: 'buffer', url: `127.0.0.1:${server.port}` });
    expect(await binary.msession_set_data('b', all)).toBe(true);
    expect(await binary.msession_get_data('b')).toEqual(all);
    await binary.msession_set('b', 'v', all);
    expect(await binary.msession_get_array('b')).toEqual({ v: all });
    expect(await binary.msession_find('v', all)).toEqual([Buffer.from('b')]);
    await php.msession_set_data('t', 'before\0after äöü');
    expect(await php.msession_get_data('t')).toBe('before\0after äöü');
  });
});

describe('what the caller saw when it failed', () => {
  const missing = 'nobody';
  /** Function, its call on a session that does not exist, what it returns, and the code warned of. */
  const rows: readonly [string, (f: Facade) => Promise<unknown>, unknown, string | null][] = [
    ['msession_lock', (f) => f.msession_lock(missing), false, 'NOSESSION'],
    ['msession_unlock', (f) => f.msession_unlock(missing, 1), false, 'NOSESSION'],
    ['msession_destroy', (f) => f.msession_destroy(missing), true, 'NOSESSION'],
    ['msession_set', (f) => f.msession_set(missing, 'a', 'b'), false, 'NOSESSION'],
    ['msession_get', (f) => f.msession_get(missing, 'a', 'b'), null, 'NOSESSION'],
    ['msession_get_array', (f) => f.msession_get_array(missing), null, null],
    ['msession_set_array', (f) => f.msession_set_array(missing, { a: 1 }), null, 'NOSESSION'],
    ['msession_timeout', (f) => f.msession_timeout(missing, 5), null, 'NOSESSION'],
    ['msession_inc', (f) => f.msession_inc(missing, 'a'), false, 'NOSESSION'],
    ['msession_add', (f) => f.msession_add(missing, 'a', 1), null, 'NOSESSION'],
    ['msession_muldiv', (f) => f.msession_muldiv(missing, 'a', 1, 1), null, 'NOSESSION'],
    ['msession_get_data', (f) => f.msession_get_data(missing), null, null],
    ['msession_getdata', (f) => f.msession_getdata(missing), null, null],
    ['msession_plugin', (f) => f.msession_plugin(missing, 'a'), false, 'NOSESSION'],
    ['msession_ctl', (f) => f.msession_ctl(missing, 'AGE'), false, null],
    ['msession_get_object', (f) => f.msession_get_object(missing), null, 'NOSESSION'],
  ];
  test.each(rows)('%s of a session that does not exist', async (name, call, value, code) => {
    expect(await call(php)).toBe(value);
    const [warning, ...more] = warned();
    expect(more).toEqual([]);
    if (code === null) expect(warning).toBe(undefined);
    else expect(warning).toMatch(new RegExp(`^${name}\\(\\): ${code} `));
  });

  test('each other reason', async () => {
    await php.msession_create('a');
    expect(await php.msession_create('a')).toBe(false);
    expect(warned()).toEqual([expect.stringMatching(/^msession_create\(\): DUPSESSION /)]);
    await php.msession_lock('a');
    expect(await php.msession_lock('a')).toBe(false);
    expect(warned()).toEqual([expect.stringMatching(/^msession_lock\(\): LOCKED /)]);
    expect(await php.msession_unlock('a', 'abc')).toBe(false);
    expect(warned()).toEqual([expect.stringMatching(/^msession_unlock\(\): NOWLOCK /)]);
    await php.msession_set('a', 'text', 'x');
    expect(await php.msession_inc('a', 'text')).toBe(false);
    expect(await php.msession_add('a', 'text', 1)).toBe(null);
    expect(warned()).toEqual([
      expect.stringMatching(/^msession_inc\(\): NOTANUMBER /),
      expect.stringMatching(/^msession_add\(\): NOTANUMBER /),
    ]);
    expect(await php.msession_muldiv('a', 'n', 1, 0)).toBe(null);
    expect(await php.msession_uniq(0)).toBe(null);
    expect(await php.msession_randstr('none')).toBe(null);
    expect(await php.msession_create('two/many/slashes')).toBe(false);
    expect(await php.msession_call('nosuch')).toBe(false);
    expect(await php.msession_call('fail')).toBe(false);
    expect(warned()).toEqual([
      expect.stringMatching(/^msession_muldiv\(\): ERR /),
      expect.stringMatching(/^msession_uniq\(\): ERR /),
      expect.stringMatching(/^msession_randstr\(\): ERR /),
      expect.stringMatching(/^msession_create\(\): ERR /),
      expect.stringMatching(/^msession_call\(\): NOFN /),
      expect.stringMatching(/^msession_call\(\): PLUGIN /),
    ]);
    expect(await php.msession_set_array('a', 'no array' as unknown as [])).toBe(null);
    expect(await php.msession_save_object('a', 'd', null as unknown as [])).toBe(null);
    expect(await php.msession_timeout('a', '99999999999999999999')).toBe(null);
    expect(warned()).toEqual([
      'msession_set_array(): the second argument is no array',
      'msession_save_object(): the third argument is no array',
      'msession_timeout(): ERR an integer is beyond 2^53',
    ]);
  });

  test.each(Object.entries(functionParameters))('%s with a wrong number of arguments', async (name, parameters) => {
    const call = (php as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>)[name];
    const required = parameters.filter(({ isOptional }) => isOptional !== true).length;
    const counts = [required - 1, parameters.length + 1].filter((count) => count >= 0);
    for (const count of counts) {
      expect(await call?.(...Array.from({ length: count }, () => 'x'))).toBe(null);
      expect(warned()).toEqual([`Wrong parameter count for ${name}()`]);
    }
    expect(await php.msession_count()).toBe(0);
  });

  describe('a server that refuses everything', () => {
    let peer: RefusingPeer;
    beforeEach(async () => {
      peer = await startRefusingPeer();
    });
    afterEach(() => peer.close());

    const refused: readonly [string, (f: Facade) => Promise<unknown>, unknown, boolean][] = [
      ['msession_count', (f) => f.msession_count(), 0, false],
      ['msession_create', (f) => f.msession_create('a'), false, true],
      ['msession_destroy', (f) => f.msession_destroy('a'), true, true],
      ['msession_lock', (f) => f.msession_lock('a'), false, true],
      ['msession_unlock', (f) => f.msession_unlock('a', 1), false, true],
      ['msession_set', (f) => f.msession_set('a', 'b', 'c'), false, true],
      ['msession_get', (f) => f.msession_get('a', 'b', 'c'), null, true],
      ['msession_find', (f) => f.msession_find('a', 'b'), null, true],
      ['msession_list', (f) => f.msession_list(), null, true],
      ['msession_get_array', (f) => f.msession_get_array('a'), null, true],
      ['msession_set_array', (f) => f.msession_set_array('a', { b: 1 }), null, true],
      ['msession_listvar', (f) => f.msession_listvar('a'), null, true],
      ['msession_timeout', (f) => f.msession_timeout('a'), null, true],
      ['msession_inc', (f) => f.msession_inc('a', 'b'), false, true],
      ['msession_add', (f) => f.msession_add('a', 'b', 1), null, true],
      ['msession_muldiv', (f) => f.msession_muldiv('a', 'b', 1, 1), null, true],
      ['msession_get_data', (f) => f.msession_get_data('a'), null, false],
      ['msession_getdata', (f) => f.msession_getdata('a'), null, false],
      ['msession_set_data', (f) => f.msession_set_data('a', 'b'), false, true],
      ['msession_setdata', (f) => f.msession_setdata('a', 'b'), false, true],
      ['msession_uniq', (f) => f.msession_uniq(8), null, true],
      ['msession_randstr', (f) => f.msession_randstr(8), null, true],
      ['msession_plugin', (f) => f.msession_plugin('a', 'b'), false, true],
      ['msession_call', (f) => f.msession_call('a'), false, true],
      ['msession_ctl', (f) => f.msession_ctl('a'), false, false],
      ['msession_get_object', (f) => f.msession_get_object('a'), null, true],
      ['msession_save_object', (f) => f.msession_save_object('a', 'b'), null, true],
    ];

    test('the list has every function but the two of the connection', () => {
      expect(refused.map(([name]) => name).sort()).toEqual(
        Object.keys(functionParameters)
          .filter((name) => !/connect$/.test(name))
          .sort(),
      );
    });

    test.each(refused)('%s', async (name, call, value, isWarned) => {
      const refusing = facade({ url: `127.0.0.1:${peer.port}` });
      expect(await call(refusing)).toBe(value);
      expect(warned()).toEqual(isWarned ? [`${name}(): ERR not today`] : []);
      await refusing.msession_disconnect();
      expect(await call(refusing)).toBe(name === 'msession_destroy');
      expect(warned()).toEqual([`${name}(): Msession not initialized`]);
    });

    test('msession_list says nothing of "no session"', async () => {
      peer.answer = '-NOSESSION none\r\n';
      expect(await facade({ url: `127.0.0.1:${peer.port}` }).msession_list()).toBe(null);
      expect(warned()).toEqual([]);
    });

    test('a request that ends the connection is sent once more where that is safe, and not where it is not', async () => {
      const dropping = facade({ url: `127.0.0.1:${peer.port}` });
      peer.answer = null;
      expect(await dropping.msession_get('a', 'b', 'c')).toBe(null);
      expect(peer.requests.splice(0)).toEqual(['GETVAL', 'GETVAL']);
      expect(await dropping.msession_inc('a', 'b')).toBe(false);
      expect(peer.requests).toEqual(['INC']);
      expect(warned()).toEqual([
        expect.stringMatching(/^msession_get\(\): CONNECTION_LOST /),
        expect.stringMatching(/^msession_inc\(\): CONNECTION_LOST .*unknown/),
      ]);
    });
  });
});

describe('the connection', () => {
  test('nobody answers', async () => {
    const lonely = facade();
    expect(await lonely.msession_connect('127.0.0.1', 1)).toBe(false);
    expect(warned()).toEqual([
      expect.stringMatching(
        /^msession_connect\(\): MSession connect failed: no connection to 127\.0\.0\.1:1 .*ECONNREFUSED/,
      ),
    ]);
    expect(await lonely.msession_count()).toBe(false);
    expect(warned()).toEqual(['msession_count(): Msession not initialized']);
  });

  test('port "0" and "" mean 8086, a host may be an address', async () => {
    const lonely = facade({ connectTimeoutMs: 2000 });
    // 192.0.2.1 is set apart for documentation; the name below does not resolve, and the message names the port
    for (const port of ['0', '', 0, null]) await lonely.msession_connect('host.invalid', port);
    expect(warned().filter((message) => message.includes('host.invalid:8086'))).toHaveLength(4);
    expect(await lonely.msession_connect('http://x', 5)).toBe(false);
    expect(warned()).toEqual([expect.stringMatching(/MSession connect failed: .*unknown scheme/)]);
    expect(await lonely.msession_connect(`msession://127.0.0.1:${server.port}`, '')).toBe(true);
    expect(await lonely.msession_count()).toBe(0);
  });

  test('without msession_connect the functions connect to the configured server', async () => {
    expect(await facade({ url: `msession://127.0.0.1:${server.port}` }).msession_count()).toBe(0);
    const before = process.env.MSESSION_URL;
    try {
      process.env.MSESSION_URL = `127.0.0.1:${server.port}`;
      expect(await facade().msession_count()).toBe(0);
      process.env.MSESSION_URL = '127.0.0.1:1';
      expect(await facade().msession_count()).toBe(false);
      expect(await facade().msession_destroy('a')).toBe(true);
      process.env.MSESSION_URL = 'ftp://x';
      expect(await facade().msession_count()).toBe(false);
      delete process.env.MSESSION_URL;
      expect(await facade().msession_count()).toBe(false);
    } finally {
      if (before === undefined) delete process.env.MSESSION_URL;
      else process.env.MSESSION_URL = before;
    }
    expect(warned()).toEqual([
      expect.stringMatching(/^msession_count\(\): Msession not initialized: no connection/),
      expect.stringMatching(/^msession_destroy\(\): Msession not initialized: no connection/),
      expect.stringMatching(/^msession_count\(\): Msession not initialized: .*scheme/),
      'msession_count(): Msession not initialized',
    ]);
  });

  test('msession_disconnect answers null, and nothing connects by itself after it', async () => {
    const configured = facade({ url: `127.0.0.1:${server.port}` });
    expect(await configured.msession_count()).toBe(0);
    expect(await configured.msession_disconnect()).toBe(null);
    expect(await configured.msession_count()).toBe(false);
    expect(warned()).toEqual(['msession_count(): Msession not initialized']);
    expect(await configured.msession_connect('127.0.0.1', server.port)).toBe(true);
    expect(await configured.msession_count()).toBe(0);
  });

  test('a dropped connection is opened again', async () => {
    await php.msession_set_data('kept', 'x');
    await server.dropConnections();
    expect(await php.msession_get_data('kept')).toBe('x');
    expect(await php.msession_inc('globals', 'after-drop')).toBe('1');
    expect(warned()).toEqual([]);
  });

  test('a password, right and wrong', async () => {
    const guarded = await startTestServer({ password: 'secret' });
    const port = guarded.port;
    expect(await facade({ password: 'secret' }).msession_connect('127.0.0.1', port)).toBe(true);
    expect(await facade({ url: `msession://:secret@127.0.0.1:${port}` }).msession_count()).toBe(0);
    expect(warned()).toEqual([]);
    expect(await facade({ password: 'wrong' }).msession_connect('127.0.0.1', port)).toBe(false);
    expect(await facade({ password: 'wrong', url: `127.0.0.1:${port}` }).msession_ctl('a')).toBe(false);
    const [connectWarning, ctlWarning] = warned();
    expect(connectWarning).toMatch(/^msession_connect\(\): MSession connect failed/);
    expect(ctlWarning).toMatch(/^msession_ctl\(\): Msession not initialized/);
    await guarded.close();
  });

  test('warnings go to the process where no handler is given, and can be told apart by code', async () => {
    const emitted: (Error & { code?: string })[] = [];
    const listener = (warning: Error) => emitted.push(warning);
    process.on('warning', listener);
    const silent = createFacade();
    await silent.msession_count();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listener);
    expect(emitted).toMatchObject([{ name: 'MsessionWarning', message: 'msession_count(): Msession not initialized' }]);
    const seen: FacadeWarning[] = [];
    const coded = facade({ url: `127.0.0.1:${server.port}`, onWarning: (warning) => seen.push(warning) });
    await coded.msession_lock('nobody');
    await (coded.msession_lock as unknown as () => Promise<unknown>)();
    expect(seen.map(({ functionName, code }) => [functionName, code])).toEqual([
      ['msession_lock', 'NOSESSION'],
      ['msession_lock', undefined],
    ]);
  });
});
