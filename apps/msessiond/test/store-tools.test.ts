// `msession check`, `dump`, `restore`, `backup` and `compact` as an operator types them: beside a running daemon, on a store
// at rest, on one that is damaged, and where something is in the way.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type MsessionClient } from '@msession/client';
import { afterEach, describe, expect, test } from 'vitest';
import { cleanEnvironment, DaemonProcess } from './support/daemon-process.js';
import { runProgram } from './support/run-program.js';
import { cutStore } from './support/store-file.js';

const program = fileURLToPath(new URL('../bin/msession.mjs', import.meta.url));
const noSessions =
  '{"dump":"msession","format":1,"atMs":1764000000000,"keyCeiling":1764000030000000,"searched":[]}\n{"end":"msession","lines":0}\n';
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function msession(words: readonly string[], input?: string | Buffer) {
  const { code, stdout, stderr } = await runProgram(process.execPath, [program, ...words], {
    ...(input === undefined ? {} : { input }),
  });
  return { code, stdout: stdout.toString(), stderr };
}

function folder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'msession-tools-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

interface Running {
  readonly daemon: DaemonProcess;
  readonly port: number;
  readonly client: MsessionClient;
  stop(): Promise<void>;
}

async function running(directory: string, ...flags: string[]): Promise<Running> {
  const daemon = new DaemonProcess({ flags: ['--port', '0', '--data-dir', directory, ...flags] });
  let client: MsessionClient | undefined;
  const stop = async () => {
    client?.destroy();
    await daemon.stop();
  };
  cleanups.push(stop);
  const port = await daemon.port();
  client = createClient({ port, reconnect: false }) as MsessionClient;
  return { daemon, port, client, stop };
}

/** A store with sessions of each kind, and nobody at it. */
async function storeIn(directory: string, sessions = 20): Promise<void> {
  const { client, stop } = await running(directory);
  for (let i = 0; i < sessions; i++)
    await client.dataset(`visit-${i}`, `data of ${i}`, { variables: { user: `u${i % 3}` }, className: 'page' });
  await client.create('visit-0/window', { data: 'sub' });
  await client.slock('visit-1', { leaseMs: 600_000, note: 'web-1' });
  await client.find('user', 'u1');
  await stop();
}

describe('on a store at rest', () => {
  test('check says that it is sound and what is there', async () => {
    const directory = path.join(folder(), 'data');
    await storeIn(directory);
    const { code, stdout, stderr } = await msession(['check', directory]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^sessions +20$/m);
    expect(stdout).toMatch(/^subSessions +1$/m);
    expect(stdout.trimEnd().endsWith(`${directory} is sound`)).toBe(true);
    const report = JSON.parse((await msession(['check', directory, '--json'])).stdout) as unknown;
    expect(report).toMatchObject({ isSound: true, findings: [], counts: { sessions: 20, locks: 1 } });
  });

  test('what is dumped and restored is what was there, with its lock', async () => {
    const directory = path.join(folder(), 'data');
    await storeIn(directory);
    const dumped = await msession(['dump', directory]);
    expect(dumped.code).toBe(0);
    expect(dumped.stderr).toBe('dumped 20 sessions, 1 sub-sessions and 1 locks\n');
    const again = path.join(folder(), 'again');
    const restored = await msession(['restore', again], dumped.stdout);
    expect(restored.code).toBe(0);
    expect(restored.stderr).toContain('restored 20 sessions');
    const { client } = await running(again);
    expect(await client.count()).toBe(20);
    expect(String(await client.dataget('visit-7'))).toBe('data of 7');
    expect(String(await client.dataget('visit-0/window'))).toBe('sub');
    expect((await client.find('user', 'u1')).length).toBe(7);
    await expect(client.slock('visit-1')).rejects.toMatchObject({ code: 'LOCKED' });
  });

  test('a dump into a file is for its owner alone, and takes the place of none', async () => {
    const directory = path.join(folder(), 'data');
    await storeIn(directory, 3);
    const file = path.join(folder(), 'sessions.jsonl');
    expect((await msession(['dump', directory, '--to', file])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, 'utf8');
    expect(before.split('\n')[0]).toMatch(/^\{"dump":"msession","format":1,/);
    const twice = await msession(['dump', directory, '--to', file]);
    expect(twice).toEqual({
      code: 1,
      stdout: '',
      stderr: `msession: ${file} is there already; name a file that is not\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    const again = path.join(folder(), 'again');
    expect((await msession(['restore', again, '--from', file])).code).toBe(0);
    expect(readdirSync(path.dirname(file))).toEqual(['sessions.jsonl']);
  });

  test('compact makes the file smaller and keeps what is in it', async () => {
    const directory = path.join(folder(), 'data');
    const { client, stop } = await running(directory);
    for (let i = 0; i < 60; i++) await client.dataset(`big-${i}`, Buffer.alloc(100_000, i));
    await client.serialize();
    for (let i = 1; i < 60; i++) await client.drop(`big-${i}`);
    await stop();
    const { code, stderr } = await msession(['compact', directory]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/took [\d,]{9,} bytes and takes \d{3},\d{3}$/m);
    const later = await running(directory);
    expect(await later.client.count()).toBe(1);
    expect(await later.client.dataget('big-0')).toHaveLength(100_000);
  });
});

describe('beside a running daemon', () => {
  test('backup is a store that a daemon starts on, and --port has everything written first', async () => {
    const directory = path.join(folder(), 'data');
    // an interval that never comes: only SERIALIZE writes
    const { client, port } = await running(directory, '--store-interval', '1h');
    await client.dataset('visit-1', 'x');
    const to = path.join(folder(), 'backup');
    const { code, stderr } = await msession(['--port', String(port), 'backup', directory, '--to', to]);
    expect(stderr).toMatch(/^copied .* beside process \d+$/m);
    expect(code).toBe(0);
    expect((await msession(['check', to])).code).toBe(0);
    expect(await client.count()).toBe(1);
    const copy = await running(to);
    expect(String(await copy.client.dataget('visit-1'))).toBe('x');
  });

  test('backup of a server that is not there says so and makes nothing', async () => {
    const directory = path.join(folder(), 'data');
    await storeIn(directory, 2);
    const to = path.join(folder(), 'backup');
    const { code, stderr } = await msession(['--port', '1', 'backup', directory, '--to', to]);
    expect(code).toBe(3);
    expect(stderr).toContain('cannot connect');
    expect(existsSync(to)).toBe(false);
  });

  test('dump and check go by a copy, which they take away', async () => {
    const directory = path.join(folder(), 'data');
    const { client, daemon } = await running(directory);
    await client.dataset('visit-1', 'x');
    await client.serialize();
    const scratch = folder();
    const { code, stdout } = await msession(['dump', directory, '--scratch', scratch]);
    expect(code).toBe(0);
    expect(stdout).toContain('"visit-1"');
    const checked = await msession(['check', directory, '--scratch', scratch]);
    expect(checked.stdout).toContain(`is sound, as of the last batch of process ${daemon.child.pid}`);
    expect(readdirSync(scratch)).toEqual([]);
    expect(await client.count()).toBe(1);
  });

  test.each([
    ['compact', ['compact'], /in use by process \d+: a store is compacted at rest; stop the daemon first/],
    ['restore', ['restore'], /is not empty/],
    ['dump --salvage', ['dump', '--salvage'], /in use by process \d+: stop that one/],
  ])('%s is refused', async (_what, [name, ...flags], message) => {
    const directory = path.join(folder(), 'data');
    await running(directory);
    const { code, stderr } = await msession([name as string, directory, ...flags], noSessions);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe('a store that is damaged', () => {
  test('is refused by the daemon with the way out, and that way leads out', async () => {
    const directory = path.join(folder(), 'data');
    await storeIn(directory, 300);
    const file = path.join(directory, 'sessions.mdb');
    cutStore(file, 0.75);
    const refused = await new DaemonProcess({ flags: ['--port', '0', '--data-dir', directory] }).ended;
    expect(refused.code).toBe(1);
    const line = /^msessiond: .*$/m.exec(refused.stderr)?.[0] ?? '';
    expect(line).toContain(file);
    for (const way of ['msession check', 'msession dump --salvage', 'msession restore']) expect(line).toContain(way);
    const checked = await msession(['check', directory]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain('it is cut off after');
    expect(checked.stdout).toContain(`msession dump --salvage ${directory}`);
    expect((await msession(['dump', directory])).stderr).toContain('is damaged');
    const dump = path.join(folder(), 'saved.jsonl');
    const saved = await msession(['dump', directory, '--salvage', '--to', dump]);
    expect(saved.code).toBe(1);
    expect(saved.stderr).toMatch(/^missing: /m);
    const again = path.join(folder(), 'again');
    expect((await msession(['restore', again, '--from', dump])).code).toBe(0);
    const { client } = await running(again);
    const left = await client.list();
    expect(left.length).toBeGreaterThan(50);
    for (const id of left) expect(String(await client.dataget(id))).toBe(`data of ${String(id).slice(6)}`);
  });

  test('is not made worse by a salvage that finds everything', async () => {
    const directory = path.join(folder(), 'data');
    await storeIn(directory, 5);
    const before = readFileSync(path.join(directory, 'sessions.mdb'));
    const saved = await msession(['dump', directory, '--salvage']);
    expect(saved).toMatchObject({ code: 0, stderr: 'dumped 5 sessions, 1 sub-sessions and 1 locks\n' });
    expect(readFileSync(path.join(directory, 'sessions.mdb')).equals(before)).toBe(true);
  });
});

describe('what is wrong', () => {
  test.each([
    ['no directory', ['check', '/nowhere/at/all'], 1, 'there is no directory /nowhere/at/all'],
    ['no word', ['dump'], 2, "missing required argument 'data-dir|address'"],
    ['no target', ['backup', '.'], 2, "required option '--to <dir>' not specified"],
    ['an unknown option', ['check', '.', '--sho-ids'], 2, 'unknown option --sho-ids (did you mean --show-ids?)'],
    ['a dump that is not there', ['restore', '/tmp/never', '--from', '/nowhere.jsonl'], 1, '/nowhere.jsonl'],
  ])('%s', async (_what, words, code, message) => {
    const ended = await msession(words);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(ended.stdout).toBe('');
  });

  test('a dump that is none is refused by its line, and leaves nothing', async () => {
    const to = path.join(folder(), 'new');
    const { code, stderr } = await msession(['restore', to], 'these are notes\n');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'msession: standard input: line 1: it is no JSON; the dump is cut off there, or damaged\n',
    });
    expect(existsSync(to)).toBe(false);
  });

  test('errors are JSON where that was asked for', async () => {
    const { stderr } = await msession(['check', '/nowhere', '--json']);
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'ERR', message: 'there is no directory /nowhere' } });
  });
});

test('a dump whose reader goes ends, and leaves no lock and no copy', async () => {
  const directory = path.join(folder(), 'data');
  const { client } = await running(directory);
  for (let i = 0; i < 40; i++) await client.dataset(`s${i}`, Buffer.alloc(100_000, i));
  await client.serialize();
  const scratch = folder();
  const child = spawn(process.execPath, [program, 'dump', directory, '--scratch', scratch], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: cleanEnvironment(),
  });
  child.stdout.once('data', () => child.stdout.destroy());
  await new Promise((resolve) => child.once('close', resolve));
  expect(readdirSync(scratch)).toEqual([]);
});

test('a restore that is interrupted leaves nothing', async () => {
  const to = path.join(folder(), 'new');
  const child = spawn(process.execPath, [program, 'restore', to], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: cleanEnvironment(),
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin.on('error', () => {});
  child.stdin.write(
    '{"dump":"msession","format":1,"atMs":1764000000000,"keyCeiling":1764000030000000,"searched":[]}\n',
  );
  // it waits for more when the directory is there
  while (!existsSync(path.join(to, 'sessions.mdb.new'))) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGTERM');
  expect(await ended).toBe(1);
  expect(stderr).toBe('msession: called off; nothing is left half done\n');
  expect(existsSync(to)).toBe(false);
});

test("what a killed restore leaves is in nobody's way", async () => {
  const directory = path.join(folder(), 'data');
  await storeIn(directory, 3);
  const { stdout } = await msession(['dump', directory]);
  const to = path.join(folder(), 'new');
  const child = spawn(process.execPath, [program, 'restore', to], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: cleanEnvironment(),
  });
  child.stdin.on('error', () => {});
  child.stdin.write(stdout.slice(0, -20));
  while (!existsSync(path.join(to, 'sessions.mdb.new'))) await new Promise((resolve) => setTimeout(resolve, 10));
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
  expect((await msession(['restore', to], stdout)).code).toBe(0);
  expect(
    readdirSync(to)
      .filter((name) => !name.endsWith('-lock'))
      .sort(),
  ).toEqual(['keys.mdb', 'sessions.mdb']);
});
