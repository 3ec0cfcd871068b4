// `msession dump` and `msession restore` with the address of Redis, as an operator types them: from a data directory into
// Redis and back, behind TLS with users, and what is said when it cannot be done.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@msession/client';
import { afterEach, describe, expect, test } from 'vitest';
import { RedisProcess, untilSo } from '../../../../packages/engine-redis/test/support/redis-process.js';
import { startGuardedRedis, startSingleRedis } from '../../../../packages/engine-redis/test/support/redis-single.js';
import { cleanEnvironment, DaemonProcess } from '../support/daemon-process.js';
import { runProgram } from '../support/run-program.js';
import { Farm } from './farm.js';

const program = fileURLToPath(new URL('../../bin/msession.mjs', import.meta.url));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Given {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

async function msession(words: readonly string[], given: Given = {}) {
  const { code, stdout, stderr } = await runProgram(process.execPath, [program, ...words], given);
  return { code, stdout: stdout.toString(), stderr };
}

function folder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'msession-dumps-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function redis(): Promise<RedisProcess> {
  const server = await startSingleRedis();
  cleanups.push(() => server.stop());
  return server;
}

async function farm(engine: string, flags: readonly string[] = []): Promise<Farm> {
  const started = await Farm.start({ engine, frontEnds: 1, flags });
  cleanups.push(() => started.stop());
  return started;
}

/** A data directory with some sessions and nobody at it; answers the key of a lock that stands. */
async function storeIn(directory: string): Promise<number> {
  const daemon = new DaemonProcess({ flags: ['--port', '0', '--data-dir', directory] });
  const client = createClient({ port: await daemon.port(), reconnect: false });
  for (let i = 0; i < 20; i++)
    await client.dataset(`visit-${i}`, `data of ${i}`, { variables: { user: `u${i % 3}` }, className: 'page' });
  await client.create('visit-0/window', { data: 'sub' });
  await client.setval('globals', { hits: '9' });
  const key = (await client.slock('visit-1', { leaseMs: 600_000, note: 'web-1' })) as number;
  client.destroy();
  await daemon.stop();
  return key;
}

const line = (id: string) => `{"id":"${id}","created":1764000000000001,"timeout":0,"idleMs":0}\n`;
const dumpOf = (...lines: string[]) =>
  `{"dump":"msession","format":1,"atMs":1764000000000,"keyCeiling":1764000030000000,"searched":[]}\n${lines.join('')}{"end":"msession","lines":${lines.length}}\n`;

describe('moving', () => {
  test('from a data directory to Redis and back', async () => {
    const [directory, file, back, again] = ['data', 'to.jsonl', 'back.jsonl', 'again'].map((name) =>
      path.join(folder(), name),
    ) as [string, string, string, string];
    const key = await storeIn(directory);
    const address = `redis://127.0.0.1:${(await redis()).port}/2?prefix=shop`;
    expect((await msession(['dump', directory, '--to', file])).code).toBe(0);
    expect(await msession(['restore', address, '--from', file])).toEqual({
      code: 0,
      stdout: '',
      stderr: `restored 20 sessions, 1 sub-sessions and 1 locks into ${address}\n`,
    });

    const onRedis = await farm(address);
    const client = onRedis.client();
    expect(await client.count()).toBe(20);
    expect((await client.find('user', 'u1')).length).toBe(7);
    expect(await client.dataget('visit-0/window')).toBe('sub');
    expect(await client.getval('globals', 'hits')).toBe('9');
    await expect(client.slock('visit-1')).rejects.toMatchObject({ code: 'LOCKED' });
    expect(await client.sunlock('visit-1', key, { data: 'changed on Redis' })).toBe(1);
    expect(await client.slock('visit-1')).toBeGreaterThan(key);
    await onRedis.stop();

    expect(await msession(['dump', address, '--to', back])).toMatchObject({ code: 0 });
    expect((await msession(['restore', again, '--from', back])).stderr).toContain(
      'restored 20 sessions, 1 sub-sessions and 1 locks',
    );
    expect((await msession(['check', again])).stdout).toContain(`${again} is sound`);
    const dumped = readFileSync(back, 'utf8');
    expect(dumped).toContain('"data":"changed on Redis"');
    expect(dumped).toContain('"class":"page"');
  });

  test('behind TLS, as a user who may touch one prefix; the password is shown nowhere', async () => {
    const rules =
      '+@all -@admin -@dangerous +info +role +cluster|slots +cluster|shards +cluster|nodes +cluster|info'.split(' ');
    const { server, certificates, user } = await startGuardedRedis({ prefix: 'shop:', rules });
    cleanups.push(() => server.stop());
    const secret = encodeURIComponent(user.password);
    const address = `rediss://${user.username}:${secret}@localhost:${server.port}?prefix=shop`;
    const authority = ['--engine-tls-ca', certificates.authority.certificateFile];
    const restored = await msession(['restore', address, ...authority], { input: dumpOf(line('visit')) });
    expect(restored).toEqual({
      code: 0,
      stdout: '',
      stderr: `restored 1 sessions, 0 sub-sessions and 0 locks into rediss://***@localhost:${server.port}?prefix=shop\n`,
    });
    const client = (await farm(address, authority)).client();
    expect(await client.count()).toBe(1);

    const apart = `rediss://${user.username}:-@localhost:${server.port}?prefix=shop`;
    const config = path.join(folder(), 'farm.toml');
    writeFileSync(config, `engine-tls-ca = ${JSON.stringify(certificates.authority.certificateFile)}\n`);
    const dumped = await msession(['dump', address, '--config', config]);
    expect(dumped).toMatchObject({ code: 0, stderr: 'dumped 1 sessions, 0 sub-sessions and 0 locks\n' });
    expect(dumped.stdout).toContain('"id":"visit"');

    const wrong = await msession(['dump', apart, ...authority]);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/^msession: Redis does not let us in: .*\n$/);
    const stranger = await msession(['dump', address]);
    expect(stranger).toMatchObject({ code: 1, stdout: '' });
    expect(stranger.stderr).toMatch(/^msession: the certificate of Redis is not accepted: .*\n$/);
    for (const { stderr } of [restored, dumped, wrong, stranger]) {
      expect(stderr).not.toContain(user.password);
      expect(stderr).not.toContain(secret);
    }
  });

  test('with the password in the environment', async () => {
    const administrator = { username: 'default', password: 'apart' };
    const server = await RedisProcess.start({ config: ['requirepass apart'], administrator });
    cleanups.push(() => server.stop());
    const environment = { MSESSION_ENGINE_PASSWORD: 'apart' };
    const address = `redis://127.0.0.1:${server.port}`;
    expect((await msession(['restore', address], { input: dumpOf(line('visit')), environment })).code).toBe(0);
    expect((await msession(['dump', address], { environment })).stdout).toContain('"id":"visit"');
    expect((await msession(['dump', address, '--engine-password', 'apart'])).code).toBe(0);
  });
});

describe('what cannot be done is said in one line', () => {
  test('sessions in the way, a daemon at work, a broken line: and nothing is changed', async () => {
    const server = await redis();
    const address = `redis://127.0.0.1:${server.port}?prefix=shop`;
    const broken = await msession(['restore', address], { input: dumpOf(line('a'), '{"id":\n') });
    expect(broken).toEqual({
      code: 1,
      stdout: '',
      stderr: 'msession: standard input: line 3: it is no JSON; the dump is cut off there, or damaged\n',
    });
    expect(await server.texts('KEYS', '*')).toEqual([]);

    expect((await msession(['restore', address], { input: dumpOf(line('a')) })).code).toBe(0);
    const before = (await server.texts('KEYS', '*')).sort();
    expect(await msession(['restore', address], { input: dumpOf(line('b')) })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        "msession: Redis keeps sessions under the prefix 'shop' already; restore under another (?prefix=text), or remove those first\n",
    });
    expect((await server.texts('KEYS', '*')).sort()).toEqual(before);

    await farm(`redis://127.0.0.1:${server.port}?prefix=blog`);
    await untilSo('the daemon sweeps', async () => (await server.call('EXISTS', 'blog:sweeper')) === 1);
    const busy = await msession(['restore', `redis://127.0.0.1:${server.port}?prefix=blog`], { input: dumpOf() });
    expect(busy.code).toBe(1);
    expect(busy.stderr).toMatch(/^msession: a daemon is at work under the prefix 'blog' of Redis.*\n$/);
  });

  test('a restore that is called off leaves nothing', async () => {
    const server = await redis();
    const child = spawn(process.execPath, [program, 'restore', `redis://127.0.0.1:${server.port}`], {
      env: cleanEnvironment(),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.stdin.on('error', () => undefined); // it ends before it has read everything
    const [head = ''] = dumpOf().split('\n');
    child.stdin.write(`${head}\n`);
    for (let i = 0; i < 20_000; i++) child.stdin.write(line(`visit-${i}`));
    await untilSo('sessions are there', async () => Number(await server.call('DBSIZE')) > 1000);
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(stderr).toBe('msession: called off; nothing is left half done\n');
    expect(await server.texts('KEYS', '*')).toEqual([]);
  });

  test.concurrent.each([
    [['dump', 'redis://user:secret@'], /^msession: the address redis:\/\/\*\*\*@ cannot be used: a host is a name/],
    [['dump', 'redis://a,b'], /^msession: the address redis:\/\/a,b cannot be used: several hosts are Sentinels/],
    [['restore', 'redis://h', '--engine-tls-ca', 'x'], /^msession: setting engine-tls-ca \(flag --engine-tls-ca\): /],
    [
      ['restore', 'redis://h', '--engine-timeout', 'soon'],
      /^msession: setting engine-timeout \(flag --engine-timeout\)/,
    ],
    [['dump', 'redis://h', '--salvage'], /^msession: --salvage is for data directories/],
    [['dump', '/data', '--engine-password', 'x'], /^msession: --engine-password is for Redis/],
    [['backup', 'redis://h', '--to', 'x'], /^msession: backup is for data directories/],
    [['check', 'rediss+cluster://h'], /^msession: check is for data directories/],
  ])('%j is a wrong command line', async (words, message) => {
    const { code, stdout, stderr } = await msession(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('secret');
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('Redis that is away', async () => {
    const server = await redis();
    await server.kill();
    const address = `redis://127.0.0.1:${server.port}`;
    const { code, stderr } = await msession(['dump', address, '--engine-timeout', '2s']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^msession: Redis cannot be reached: .*\n$/);
  });
});
