// The daemon as a process: settings from all three places, the ready line, signals, and what it says when it cannot run.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SettingFacts, settingFacts } from '../src/settings/setting-facts.js';
import { settingNames, settingsSchema } from '../src/settings/settings-schema.js';
import { type DaemonOptions, DaemonProcess, runToEnd } from './support/daemon-process.js';

let folder: string;
const running: DaemonProcess[] = [];
const clients: MsessionClient[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'msessiond-'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const daemon of running.splice(0)) {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(options: DaemonOptions = {}): DaemonProcess {
  const daemon = new DaemonProcess({ ...options, flags: ['--port', '0', ...(options.flags ?? [])] });
  running.push(daemon);
  return daemon;
}

function client(options: Parameters<typeof createClient>[0]): MsessionClient {
  const made = createClient({ ...options, reconnect: false }) as MsessionClient;
  clients.push(made);
  return made;
}

function file(name: string, text: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
}

async function setting(daemon: DaemonProcess, name: string): Promise<string | undefined> {
  return (await client({ port: await daemon.port() }).configGet(name)).get(name);
}

describe('starting', () => {
  test('writes one line to standard output, with the port it took, and answers there', async () => {
    const daemon = start();
    const port = await daemon.port();
    expect(daemon.stdout).toBe(`ready tcp=127.0.0.1:${port}\n`);
    expect(port).toBeGreaterThan(0);
    expect(await client({ port }).ping()).toBe('PONG');
  });

  test('names the Unix socket, too, and answers there', async () => {
    const socket = path.join(folder, 'msession.sock');
    const daemon = start({ flags: ['--unix-socket', socket] });
    const port = await daemon.port();
    expect(daemon.stdout).toBe(`ready tcp=127.0.0.1:${port} unix=${socket}\n`);
    expect(await client({ path: socket }).ping()).toBe('PONG');
  });

  test('says how to try it when started by npm start, on standard error', async () => {
    const daemon = start({ environment: { npm_lifecycle_event: 'start' } });
    const port = await daemon.port();
    await daemon.until(({ stderr }) => stderr.includes('Ctrl-C stops it.'));
    expect(daemon.stderr).toContain(`redis-cli -h 127.0.0.1 -p ${port} CREATE visit-1`);
    expect(daemon.stdout.split('\n')).toHaveLength(2);
  });

  test('keeps sessions in --data-dir, and has them after an orderly end and after kill -9', async () => {
    const flags = ['--data-dir', path.join(folder, 'data')];
    const first = start({ flags });
    const one = client({ port: await first.port() });
    await one.create('visit-1', { data: 'kept' });
    first.child.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 0 });
    const second = start({ flags });
    const two = client({ port: await second.port() });
    expect(String(await two.dataget('visit-1'))).toBe('kept');
    await two.dataset('visit-1', 'changed');
    await two.serialize();
    second.child.kill('SIGKILL');
    await second.ended;
    const third = start({ flags });
    const three = client({ port: await third.port() });
    expect(String(await three.dataget('visit-1'))).toBe('changed');
  });

  test('refuses a folder that another daemon has, in one line', async () => {
    const flags = ['--data-dir', path.join(folder, 'data')];
    const first = start({ flags });
    await first.port();
    const { code, stdout, stderr } = await runToEnd({ flags: ['--port', '0', ...flags] });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^msessiond: the data directory .* is in use by process \d+; .* \(setting data-dir\)$/m);
  });

  test.runIf(process.platform === 'linux')(
    'refuses a folder where nobody may make one, and does not try for ever',
    async () => {
      const { code, stderr } = await start({ flags: ['--data-dir', '/proc/none/data', '--log-level', 'silent'] }).ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^msessiond: cannot make the data directory \/proc\/none\/data: .*\(setting data-dir\)\n$/,
      );
    },
  );
});

describe('settings', () => {
  test('from a file are overridden by the environment, and both by flags', async () => {
    const config = file('msession.toml', 'max-clients = 111\nmax-waiters = 222\nmax-variables = 333\n');
    const daemon = start({
      flags: ['--config', config, '--max-variables', '999'],
      environment: { MSESSION_MAX_WAITERS: '888', MSESSION_MAX_VARIABLES: '777' },
    });
    expect(await setting(daemon, 'max-clients')).toBe('111');
    expect(await setting(daemon, 'max-waiters')).toBe('888');
    expect(await setting(daemon, 'max-variables')).toBe('999');
  });

  test('of size and time take units, in the file as well', async () => {
    const config = file('msession.toml', 'max-value-size = "64KiB"\ndefault-timeout = "2h"\n');
    const daemon = start({ flags: ['--config', config, '--slow-reader-timeout', '3s'] });
    expect(await setting(daemon, 'max-value-size')).toBe('65536');
    expect(await setting(daemon, 'default-timeout')).toBe('7200');
    expect(await setting(daemon, 'slow-reader-timeout')).toBe('3000');
  });

  test('have their effect: a value above max-value-size is refused', async () => {
    const daemon = start({ flags: ['--max-value-size', '16'] });
    const one = client({ port: await daemon.port() });
    await one.create('visit-1');
    await expect(one.setval('visit-1', { name: 'seventeen bytes..' })).rejects.toMatchObject({ code: 'BADLEN' });
    await expect(one.setval('visit-1', { name: 'sixteen bytes...' })).resolves.toBe('OK');
  });

  test('the password is asked for, and CONFIG GET does not show it', async () => {
    const daemon = start({ environment: { MSESSION_PASSWORD: 'open sesame' } });
    const port = await daemon.port();
    await expect(client({ port }).count()).rejects.toMatchObject({ code: 'NOAUTH' });
    const known = client({ port, password: 'open sesame' });
    expect(await known.count()).toBe(0);
    expect(JSON.stringify([...(await known.configGet('*'))])).not.toContain('sesame');
  });

  test('the log level changes while the daemon runs', async () => {
    const daemon = start({ flags: ['--log-level', 'error'] });
    const one = client({ port: await daemon.port() });
    await expect(one.configSet({ 'log-level': 'loud' })).rejects.toThrow('one of silent, fatal');
    await one.configSet({ 'log-level': 'debug' });
    expect((await one.configGet('log-level')).get('log-level')).toBe('debug');
  });

  test('are all shown by CONFIG GET but the secret ones, and change while running where the schema says so', async () => {
    const daemon = start();
    const one = client({ port: await daemon.port() });
    const shown = await one.configGet('*');
    for (const name of settingNames) {
      const { isSecret, isChangeable } = settingFacts.get(settingsSchema.shape[name]) as SettingFacts;
      expect([name, shown.has(name)]).toEqual([name, !isSecret]);
      if (isSecret) continue;
      const change = one.configSet({ [name]: shown.get(name) as string });
      if (isChangeable) expect([name, await change]).toEqual([name, 'OK']);
      else await expect(change).rejects.toThrow(`'${name}' cannot change`);
    }
  });

  test('variables of the clients with our prefix are none of the daemon', async () => {
    const daemon = start({ environment: { MSESSION_URL: 'msession://127.0.0.1:1' } });
    expect(await daemon.port()).toBeGreaterThan(0);
  });

  test('a plugin is loaded from the folder of the configuration file', async () => {
    file(
      'greeter.mjs',
      "export const plugin = { name: 'greeter', functions: { greet: ([who]) => 'hello ' + who } };\n",
    );
    const daemon = start({ flags: ['--config', file('msession.toml', 'plugin = ["./greeter.mjs"]\n')] });
    expect(await client({ port: await daemon.port() }).call('greet', ['ada'])).toBe('hello ada');
  });
});

describe('a setting that cannot be used', () => {
  const bad: [string, DaemonOptions, string][] = [
    ['an unknown flag', { flags: ['--prot', '1'] }, 'unknown flag --prot (did you mean --port?)'],
    [
      'an unknown variable',
      { environment: { MSESSION_PROT: '1' } },
      'MSESSION_PROT in the environment (did you mean MSESSION_PORT?)',
    ],
    ['a flag without its value', { flags: ['--port'] }, 'flag --port wants a value: a whole number, 0 to 65535'],
    ['a word of no flag', { flags: ['8086'] }, 'belongs to no flag'],
    [
      'a port out of range',
      { flags: ['--port', '65536'] },
      'setting port (flag --port) is "65536"; it must be a whole number, 0 to 65535',
    ],
    [
      'a number with letters',
      { environment: { MSESSION_MAX_CLIENTS: '10x' } },
      'setting max-clients (MSESSION_MAX_CLIENTS) is "10x"',
    ],
    ['a size without meaning', { flags: ['--max-memory', '8 parsecs'] }, 'it must be a size in bytes'],
    ['a time below its unit', { flags: ['--idle-timeout', '500ms'] }, 'it must be a time in seconds'],
    ['a word that is no choice', { flags: ['--evict', 'oldest'] }, 'it must be one of none, lru, ttl'],
    [
      'an empty password',
      { environment: { MSESSION_PASSWORD: '' } },
      'setting password (MSESSION_PASSWORD) is not usable',
    ],
    [
      'durability without a folder',
      { flags: ['--durability', 'always'] },
      'without setting data-dir sessions live in memory alone',
    ],
    [
      'an engine that is neither embedded nor an address',
      { flags: ['--engine', 'redis'] },
      'setting engine (flag --engine) is "redis"; it must be embedded, or redis://',
    ],
    [
      'an address of Redis that is wrong, without its password',
      { environment: { MSESSION_ENGINE: 'redis://web:hidden@host:port' } },
      'setting engine (MSESSION_ENGINE) is "redis://***@host:port": a host is a name',
    ],
    [
      'a folder where Redis keeps the sessions',
      { flags: ['--engine', 'redis://host', '--data-dir', 'here'] },
      'setting data-dir (flag --data-dir) is "here": sessions are kept by the Redis servers',
    ],
    [
      'a limit of memory where Redis has the memory',
      { flags: ['--engine', 'redis://host', '--max-memory', '1GiB'] },
      'set maxmemory and maxmemory-policy noeviction',
    ],
    [
      'a setting of Redis without Redis',
      { environment: { MSESSION_ENGINE_PASSWORD: 'hidden' } },
      'setting engine-password (MSESSION_ENGINE_PASSWORD) is given: there is no Redis',
    ],
    [
      'two passwords of Redis',
      { environment: { MSESSION_ENGINE: 'redis://:hidden@host', MSESSION_ENGINE_PASSWORD: 'hidden' } },
      'the address has a password already',
    ],
    [
      'certificates for an address without TLS',
      { flags: ['--engine', 'redis://host', '--engine-tls-ca', 'ca.crt'] },
      'it does with rediss instead of redis',
    ],
    [
      'a certificate without its key',
      { flags: ['--engine', 'rediss://host', '--engine-tls-cert', 'web.crt'] },
      'it needs setting engine-tls-key',
    ],
    [
      'an authority that is not there',
      { flags: ['--engine', 'rediss://host', '--engine-tls-ca', 'none.crt'] },
      'setting engine-tls-ca (flag --engine-tls-ca) is "none.crt": cannot read this file: there is none',
    ],
    [
      'a missing file',
      { flags: ['--config', 'nowhere.toml'] },
      'cannot read the configuration file nowhere.toml: there is none',
    ],
  ];
  test.each(bad)('%s: one line, exit code 2', async (_what, options, line) => {
    const { code, stdout, stderr } = await runToEnd(options);
    expect({ code, stdout, lines: stderr.split('\n').length }).toEqual({ code: 2, stdout: '', lines: 2 });
    expect(stderr).toMatch(/^msessiond: /);
    expect(stderr).toContain(line);
    expect(stderr).not.toContain('hidden');
  });

  test.each([
    ['an unknown key', 'prot = 1\n', 'unknown setting prot in', '(did you mean port?)'],
    ['a table', '[server]\nport = 1\n', 'unknown table [server]', 'top of the file'],
    [
      'a bad value',
      'max-clients = 0\n',
      'setting max-clients (max-clients in',
      'it must be a whole number, 1 to 1000000',
    ],
    ['no TOML', 'port = = 1\n', 'is no TOML at line 1', ''],
    ['a value that a flag overrides', 'port = "x"\n', 'setting port (port in', '0 to 65535'],
  ])('in the file, %s: one line with the file, exit code 2', async (_what, text, first, second) => {
    const config = file('farm.toml', text);
    const { code, stderr } = await runToEnd({ flags: ['--config', config, '--port', '0'] });
    expect(code).toBe(2);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toContain(first);
    expect(stderr).toContain(second);
    expect(stderr).toContain('farm.toml');
  });

  test('a password is never shown', async () => {
    const { code, stderr } = await runToEnd({ environment: { MSESSION_PASSWORD: 'secret\nsecret' } });
    expect(code).toBe(2);
    expect(stderr).toContain('setting password');
    expect(stderr).not.toContain('secret\n');
  });
});

describe('a daemon that cannot start', () => {
  test('says which setting to change when the port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    try {
      const { code, stdout, stderr } = await runToEnd({ flags: ['--port', String(port), '--log-level', 'silent'] });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toBe(
        `msessiond: 127.0.0.1:${port} is taken by another process: stop that one, or change setting port (--port or MSESSION_PORT; 0 takes a free one)\n`,
      );
    } finally {
      other.close();
    }
  });

  test('tells a Unix socket in a folder that is not there from one that it may not make', async () => {
    const socket = path.join(folder, 'none', 'msession.sock');
    const { code, stderr } = await runToEnd({
      flags: ['--port', '0', '--unix-socket', socket, '--log-level', 'silent'],
    });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `msessiond: there is no folder ${path.dirname(socket)} for the Unix socket: make it, or change setting unix-socket\n`,
    );
  });

  test('refuses other addresses than loopback without a password, and says why', async () => {
    const { code, stderr } = await runToEnd({ flags: ['--host', '0.0.0.0', '--port', '0', '--log-level', 'silent'] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^msessiond: .*without a password.*settings password and host/);
  });

  test('names a plugin that does not load', async () => {
    const { code, stderr } = await runToEnd({
      flags: ['--port', '0', '--plugin', './none.mjs', '--log-level', 'silent'],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^msessiond: .*none\.mjs.*setting plugin/);
  });
});

describe('asked without running', () => {
  test('--help names every flag with its variable', async () => {
    const { code, stdout } = await runToEnd({ flags: ['--help'] });
    expect(code).toBe(0);
    for (const flag of ['--port <port>', '--max-memory <size>', '--check-config']) expect(stdout).toContain(flag);
    expect(stdout).toContain('MSESSION_PORT');
  });

  test('--version is the version of the package', async () => {
    const { code, stdout } = await runToEnd({ flags: ['--version'] });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--check-config checks settings and plugins', async () => {
    expect(await runToEnd({ flags: ['--check-config', '--port', '1'] })).toMatchObject({
      code: 0,
      stdout: 'all settings are good\n',
    });
    expect(await runToEnd({ flags: ['--check-config', '--plugin', './none.mjs'] })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none.mjs'),
    });
  });
});

describe('ending', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it in good order: exit code 0', async (signal) => {
    const daemon = start();
    await daemon.port();
    daemon.child.kill(signal);
    expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  });

  test('with its terminal: HUP ends a daemon that somebody watches', async () => {
    const daemon = start({ environment: { npm_lifecycle_event: 'start' } });
    await daemon.port();
    daemon.child.kill('SIGHUP');
    expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  });

  test('SHUTDOWN ends it as TERM does', async () => {
    const daemon = start();
    await client({ port: await daemon.port() }).shutdown();
    expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  });

  test('a waiter is answered before its connection closes', async () => {
    const daemon = start();
    const port = await daemon.port();
    const [holder, waiter] = [client({ port }), client({ port })];
    await holder.slock('visit-1', { create: true });
    const waiting = waiter.slock('visit-1', { create: true, waitMs: 60_000 });
    while ((await holder.locks('visit-1'))[0]?.waiters.length !== 1);
    daemon.child.kill('SIGTERM');
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await daemon.ended).toMatchObject({ code: 0 });
  });

  test('a second TERM ends it at once', async () => {
    // a plugin that never finishes stopping keeps the first TERM waiting
    const plugin = file(
      'slow.mjs',
      "export const plugin = { name: 'slow', timeoutMs: 600000, hooks: { stop: () => new Promise(() => {}) } };\n",
    );
    const daemon = start({ flags: ['--plugin', plugin] });
    await daemon.port();
    daemon.child.kill('SIGTERM');
    await daemon.until(({ stderr }) => stderr.includes('ending'));
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toMatchObject({ code: 143 });
  });
});
