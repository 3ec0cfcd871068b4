// Every setting, tried as an operator would: a daemon that was told it does what docs/operations.md says of it. A setting that has
// no row here fails the first test. `by` names the test that tries it where that needs more than a daemon.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { encodeRequest } from '@msession/protocol';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { makeCertificates } from '../../../packages/server/test/support/certificates.js';
import { type SettingName, settingsSchema } from '../src/settings/settings-schema.js';
import { DaemonProcess, runToEnd } from './support/daemon-process.js';

const certificates = makeCertificates();
let folder: string;
const cleanups: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'msession-settings-'));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => rmSync(certificates.folder, { recursive: true, force: true }));

interface Tried {
  readonly daemon: DaemonProcess;
  readonly port: number;
  readonly client: MsessionClient;
}

async function daemonWith(...flags: string[]): Promise<Tried> {
  const daemon = new DaemonProcess({ flags: ['--port', '0', ...flags] });
  cleanups.push(async () => {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  });
  const port = await daemon.port();
  return { daemon, port, client: clientOf(port) };
}

function clientOf(port: number): MsessionClient {
  const client = createClient({ port, reconnect: false });
  cleanups.push(() => client.destroy());
  return client;
}

/** A connection of no client, that reads when it is told to. */
async function plain(port: number): Promise<Socket> {
  const socket = connectTo(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return socket;
}

function ended(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  return new Promise((resolve) => socket.on('close', () => resolve(text)));
}

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'OK',
    (error: Error & { code?: string }) => error.code,
  );

async function info(client: MsessionClient, name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(.*)$`, 'm').exec(String(await client.info('everything')))?.[1]);
}

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

type Try = () => Promise<void>;
interface Elsewhere {
  readonly by: readonly [file: string, test: string];
}

const operation = (title: string): Elsewhere => ({ by: ['operation.test.ts', title] });
const daemon = (title: string): Elsewhere => ({ by: ['daemon.test.ts', title] });

/** A setting of the Redis engine where there is no Redis: refused by name, and never taken and not heeded. */
function refusedWithoutRedis(name: SettingName, value: string): Try {
  return async () => {
    const { code: exit, stderr } = await runToEnd({ flags: ['--port', '0', `--${name}`, value] });
    expect({ exit, lines: stderr.split('\n').length }).toEqual({ exit: 2, lines: 2 });
    expect(stderr).toContain(`setting ${name} `);
  };
}

async function fill(client: MsessionClient, count: number): Promise<(string | undefined)[]> {
  const codes: (string | undefined)[] = [];
  for (let i = 0; i < count; i++) codes.push(await code(client.dataset(`s${i}`, 'x'.repeat(1000))));
  return codes;
}

const tlsFiles = () => {
  const { certificate, key } = certificates.server();
  const file = (name: string, text: string | Buffer) => {
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    return path.join(folder, name);
  };
  return ['--tls-cert', file('server.crt', certificate), '--tls-key', file('server.key', key)];
};

const exercises: Readonly<Record<SettingName, Try | Elsewhere>> = {
  host: daemon('refuses other addresses than loopback without a password'),
  port: daemon('writes one line to standard output, with the port it took'),
  'unix-socket': daemon('names the Unix socket, too, and answers there'),
  'tls-port': operation('serves clients that trust its authority, beside the plain port'),
  'tls-host': async () => {
    const { daemon: started } = await daemonWith('--tls-port', '0', '--tls-host', '127.0.0.2', ...tlsFiles());
    expect(started.stdout).toMatch(/ tcp=127\.0\.0\.1:\d+ .*tls=127\.0\.0\.2:\d+/);
  },
  'tls-cert': operation('reads the certificate again'),
  'tls-key': operation('reads the certificate again'),
  'tls-ca': operation('with client certificates lets in who has one'),
  'tls-require-client-cert': operation('with client certificates lets in who has one'),
  'admin-port': operation('stands in the ready line and serves metrics and health'),
  'admin-host': async () => {
    const { daemon: started } = await daemonWith('--admin-port', '0', '--admin-host', '127.0.0.2');
    const address = /admin=(127\.0\.0\.2:\d+)/.exec(started.stdout)?.[1];
    expect((await fetch(`http://${address}/metrics`)).status).toBe(200);
  },
  config: daemon('from a file are overridden by the environment'),
  password: daemon('the password is asked for, and CONFIG GET does not show it'),
  users: operation('of the file have their rights, and their hashes are shown nowhere'),
  allow: async () => {
    const { port } = await daemonWith('--allow', '10.0.0.0/8');
    expect(await ended(await plain(port))).toMatch(/^-DENIED .*\r\n$/);
    const inside = await daemonWith('--allow', '127.0.0.0/8');
    expect(await inside.client.ping()).toBe('PONG');
  },
  'admin-token': operation('wants its token, and off loopback a token there must be'),
  'max-password-failures': async () => {
    const { port } = await daemonWith('--password', 'right', '--max-password-failures', '2');
    const socket = await plain(port);
    socket.write(encodeRequest(['AUTH', 'wrong']));
    socket.write(encodeRequest(['AUTH', 'wrong, too']));
    socket.write(encodeRequest(['AUTH', 'right']));
    expect((await ended(socket)).match(/-WRONGPASS/g)).toHaveLength(2);
  },
  'pre-auth-timeout': async () => {
    const { port } = await daemonWith('--password', 'right', '--pre-auth-timeout', '1');
    expect(await ended(await plain(port))).toBe('');
  },
  'default-timeout': async () => {
    const { client } = await daemonWith('--default-timeout', '77');
    await client.create('a');
    expect(await client.timeout('a')).toBe(77);
  },
  'max-waiters': async () => {
    const { client, port } = await daemonWith('--max-waiters', '0');
    await client.create('a');
    await client.slock('a');
    expect(await code(clientOf(port).slock('a', { waitMs: 60_000 }))).toBe('BUSY');
  },
  'max-variables': async () => {
    const { client } = await daemonWith('--max-variables', '2');
    await client.create('a');
    expect(await code(client.setval('a', { x: 1, y: 2 }))).toBe('OK');
    expect(await code(client.setval('a', { z: 3 }))).toBe('BADLEN');
  },
  'max-sub-sessions': async () => {
    const { client } = await daemonWith('--max-sub-sessions', '1');
    await client.create('a');
    await client.subnew('a');
    expect(await code(client.subnew('a'))).toBe('BADLEN');
  },
  'max-searched-names': async () => {
    const { client } = await daemonWith('--max-searched-names', '2');
    for (const name of ['a', 'b', 'c', 'd']) await client.find(name, '1');
    expect(await info(client, 'indexed_names')).toBe(2);
  },
  'max-value-size': daemon('have their effect: a value above max-value-size is refused'),
  'max-memory': async () => {
    const { client } = await daemonWith('--max-memory', '64KiB');
    const codes = await fill(client, 100);
    expect(codes.indexOf('OOM')).toBeGreaterThan(40);
    expect(new Set(codes.slice(codes.indexOf('OOM')))).toEqual(new Set(['OOM']));
  },
  evict: async () => {
    for (const policy of ['lru', 'ttl']) {
      const { client } = await daemonWith('--max-memory', '64KiB', '--evict', policy);
      expect(new Set(await fill(client, 100))).toEqual(new Set(['OK']));
      const [left, gone] = [await client.count(), await info(client, 'evicted_keys')];
      expect({ policy, all: left + gone }).toEqual({ policy, all: 100 });
      expect(left).toBeLessThan(70);
    }
  },
  engine: { by: ['redis/engines.test.ts', 'engine: `redis://127.0.0.1'] },
  'engine-password': { by: ['redis/engines.test.ts', 'MSESSION_ENGINE_PASSWORD'] },
  'engine-sentinel-password': refusedWithoutRedis('engine-sentinel-password', 'secret'),
  'engine-tls-ca': { by: ['redis/engines.test.ts', '--engine-tls-ca'] },
  'engine-tls-cert': refusedWithoutRedis('engine-tls-cert', 'client.crt'),
  'engine-tls-key': refusedWithoutRedis('engine-tls-key', 'client.key'),
  'engine-timeout': { by: ['redis/engines.test.ts', '--engine-timeout'] },
  'engine-replicas-ack': { by: ['redis/disturbances.test.ts', '--engine-replicas-ack'] },
  'data-dir': daemon('keeps sessions in --data-dir, and has them after an orderly end and after kill -9'),
  durability: { by: ['crash/kill.test.ts', 'killed under load with durability always, nothing acknowledged is lost'] },
  'store-interval': async () => {
    const batches = async (interval: string) => {
      const { client } = await daemonWith('--data-dir', path.join(folder, interval), '--store-interval', interval);
      await client.create('a');
      const before = await info(client, 'batchesWritten');
      await client.create('b');
      return { client, before };
    };
    const often = await batches('10ms');
    await eventually(async () => (await info(often.client, 'batchesWritten')) > often.before);
    const seldom = await batches('1h');
    expect(await info(seldom.client, 'batchesWritten')).toBe(seldom.before);
  },
  'hot-memory': async () => {
    const { client } = await daemonWith('--data-dir', folder, '--hot-memory', '64KiB', '--store-interval', '10ms');
    await fill(client, 300);
    await client.serialize();
    await eventually(async () => {
      await client.dataset('more', 'x');
      return (await info(client, 'coldSessions')) > 150;
    });
    expect(String(await client.dataget('s0'))).toHaveLength(1000);
  },
  'max-store-size': { by: ['faults/faults.test.ts', 'a store at max-store-size: writes are refused'] },
  'max-clients': async () => {
    const { client, port } = await daemonWith('--max-clients', '1');
    await client.ping();
    expect(await ended(await plain(port))).toMatch(/^-MAXCLIENTS 1 clients are connected/);
  },
  'max-request-size': async () => {
    const { client } = await daemonWith('--max-request-size', '64KiB');
    expect(await code(client.echo('x'.repeat(60_000)))).toBe('OK');
    expect(await code(client.echo('x'.repeat(70_000)))).toBe('BADLEN');
  },
  'pipeline-depth': async () => {
    const { port } = await daemonWith('--pipeline-depth', '1', '--data-dir', folder, '--durability', 'always');
    const socket = await plain(port);
    const words = Array.from({ length: 500 }, (_, i) => encodeRequest(['INC', 'globals', `n${i % 7}`]));
    socket.write(Buffer.concat([...words, encodeRequest(['QUIT'])]));
    const replies = (await ended(socket)).split('\r\n').filter((line) => /^\d+$/.test(line));
    expect(replies).toEqual(Array.from({ length: 500 }, (_, i) => String(Math.floor(i / 7) + 1)));
  },
  'idle-timeout': async () => {
    const { port } = await daemonWith('--idle-timeout', '1');
    const socket = await plain(port);
    socket.write('PING\r\n');
    expect(await ended(socket)).toBe('+PONG\r\n');
  },
  'request-timeout': async () => {
    const { port } = await daemonWith('--request-timeout', '1');
    const socket = await plain(port);
    socket.write('*1\r\n$4\r\nPI');
    expect(await ended(socket)).toBe('');
  },
  'output-buffer': async () => {
    const { client, port } = await daemonWith('--output-buffer', '16KiB');
    await client.dataset('a', 'x'.repeat(100_000));
    const socket = await plain(port);
    socket.pause();
    socket.write(Buffer.concat(Array.from({ length: 500 }, () => encodeRequest(['DATAGET', 'a']))));
    await eventually(async () => (await info(client, 'client_output_bytes')) > 0);
    for (let i = 0; i < 50; i++) expect(await info(client, 'client_output_bytes')).toBeLessThan(1024 * 1024);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    socket.resume();
    await eventually(async () => bytes === 500 * ('$100000\r\n'.length + 100_000 + 2));
  },
  'push-backlog': async () => {
    const { client, port } = await daemonWith('--push-backlog', '16KiB');
    const socket = await plain(port);
    socket.write('HELLO 3\r\nEVENTS ON\r\n');
    socket.pause();
    await eventually(async () => {
      for (let i = 0; i < 500; i++) await client.dataset(`${'s'.repeat(200)}${i}`, '');
      await client.flush(0);
      return (await info(client, 'slow_readers_closed')) === 1;
    });
  },
  'slow-reader-timeout': { by: ['faults/faults.test.ts', 'a reader that does not read costs little and is closed'] },
  'slowlog-threshold': async () => {
    const { client } = await daemonWith('--slowlog-threshold', '0');
    await client.echo('x');
    expect(JSON.stringify(await client.send(['SLOWLOG', 'LEN']))).toMatch(/^[1-9]/);
    const silent = await daemonWith('--slowlog-threshold', '-1');
    await silent.client.echo('x');
    expect(await silent.client.send(['SLOWLOG', 'LEN'])).toBe(0);
  },
  'slowlog-length': async () => {
    const { client } = await daemonWith('--slowlog-threshold', '0', '--slowlog-length', '3');
    for (let i = 0; i < 9; i++) await client.echo('x');
    expect(await client.send(['SLOWLOG', 'LEN'])).toBe(3);
  },
  'slowlog-lock-threshold': async () => {
    for (const [threshold, entries] of [
      ['0', 1],
      ['1h', 0],
    ] as const) {
      const { client, port } = await daemonWith('--slowlog-lock-threshold', threshold);
      await client.create('a');
      await client.slock('a');
      expect(await code(clientOf(port).slock('a', { waitMs: 1 }))).toBe('LOCKED');
      expect(await info(client, 'slow_lock_entries')).toBe(entries);
    }
  },
  'show-ids': async () => {
    for (const [flags, isShown] of [
      [['--show-ids'], true],
      [[], false],
    ] as const) {
      const { client } = await daemonWith(...flags);
      await client.slock('visit-1', { create: true });
      expect((await client.locks()).some(({ id }) => String(id) === 'visit-1')).toBe(isShown);
    }
  },
  'log-level': daemon('the log level changes while the daemon runs'),
  'log-format': async () => {
    const json = await daemonWith('--log-format', 'json');
    await json.daemon.until(({ stderr }) => stderr.includes('\n'));
    expect(JSON.parse(json.daemon.stderr.split('\n')[0] as string)).toMatchObject({ level: expect.anything() });
    const pretty = await daemonWith('--log-format', 'pretty');
    await pretty.daemon.until(({ stderr }) => /INFO.*listening/.test(stderr));
  },
  plugin: daemon('a plugin is loaded from the folder of the configuration file'),
};

test('every setting of the page is tried: here, or by a test that there is', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const names = Object.keys(settingsSchema.shape).sort();
  expect(Object.keys(exercises).sort()).toEqual(names);
  for (const name of names) expect(page).toContain(`| \`${name}\` |`);
  for (const [name, exercise] of Object.entries(exercises)) {
    if (typeof exercise === 'function') continue;
    const [file, title] = exercise.by;
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect([name, text.includes(title)]).toEqual([name, true]);
  }
});

const here = Object.entries(exercises).filter((entry): entry is [SettingName, Try] => typeof entry[1] === 'function');

test.each(here)('%s does what the page says', async (_name, exercise) => {
  await exercise();
});

test('--help and --check-config know every setting', () => {
  const launcher = new URL('../bin/msessiond.mjs', import.meta.url).pathname;
  const { stdout } = spawnSync(process.execPath, [launcher, '--help'], { encoding: 'utf8' });
  for (const name of Object.keys(settingsSchema.shape)) if (name !== 'users') expect(stdout).toContain(`--${name}`);
});
