// `msession hash-password` and `msession top` as programs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type MsessionClient } from '@msession/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DaemonProcess } from './support/daemon-process.js';
import { runProgram } from './support/run-program.js';

const program = fileURLToPath(new URL('../bin/msession.mjs', import.meta.url));
const msession = (words: readonly string[], input = '') => runProgram(process.execPath, [program, ...words], { input });
let daemon: DaemonProcess;
let port: number;
let client: MsessionClient;

beforeAll(async () => {
  daemon = new DaemonProcess({ flags: ['--port', '0'] });
  port = await daemon.port();
  client = createClient({ port, reconnect: false }) as MsessionClient;
});

afterAll(async () => {
  client.destroy();
  await daemon.stop();
});

test('hash-password prints a hash that lets its password in, and shows the password nowhere', async () => {
  const { code, stdout, stderr } = await msession(['hash-password', '--cost', '10'], 'correct horse\n');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const hash = stdout.toString('utf8').trim();
  expect(hash).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$/);
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-tools-'));
  writeFileSync(`${folder}/m.toml`, `[users.ada]\npassword-hash = "${hash}"\nrights = ["read"]\n`);
  const guarded = new DaemonProcess({ flags: ['--port', '0', '--config', `${folder}/m.toml`] });
  try {
    const at = await guarded.port();
    const ada = createClient({ port: at, user: 'ada', password: 'correct horse', reconnect: false });
    expect(await ada.count()).toBe(0);
    ada.destroy();
  } finally {
    await guarded.stop();
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['an empty password', ['hash-password'], '\n', 'the password is empty'],
  ['a cost that is none', ['hash-password', '--cost', '99'], 'x\n', '--cost is "99"; it must be 10 to 20'],
  ['an interval that is none', ['top', '--interval', '0'], '', '--interval is "0"'],
  ['a word too many', ['top', 'x'], '', 'too many arguments'],
])('%s is a wrong command line', async (_what, words, input, message) => {
  const { code, stdout, stderr } = await msession(words, input);
  expect({ code, stdout: stdout.length }).toEqual({ code: 2, stdout: 0 });
  expect(stderr).toContain(message);
});

test('top --once shows sessions, throughput, latency and who waits for which lock', async () => {
  await client.create('visit-1');
  await client.slock('visit-1', { note: 'web-1 /cart' });
  const waiter = createClient({ port, reconnect: false }) as MsessionClient;
  const waiting = waiter.slock('visit-1', { waitMs: 60_000 }).catch(() => undefined);
  while ((await client.locks('visit-1'))[0]?.waiters.length !== 1);
  const { code, stdout, stderr } = await msession(['--port', String(port), 'top', '--once']);
  waiter.destroy();
  await waiting;
  const text = stdout.toString('utf8');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(text).toContain(`127.0.0.1:${port}  up `);
  expect(text).toMatch(/^sessions +1 /m);
  expect(text).toMatch(/^latency +p50 \d/m);
  expect(text).toMatch(/^locks +1 held +1 waiters/m);
  expect(text).toMatch(/ 1 +\d+m?s +web-1 \/cart$/m);
});

test('top without a server says so', async () => {
  const { code, stderr } = await msession(['--port', '1', 'top', '--once']);
  expect(code).toBe(3);
  expect(stderr).toContain('cannot connect');
});
