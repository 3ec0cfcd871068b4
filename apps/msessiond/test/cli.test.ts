// `msession` as a process against a real daemon: subcommands, forms of output, exit codes, and lines from a pipe.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createClient, type MsessionClient } from '@msession/client';
import { commandList } from '@msession/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cleanEnvironment, DaemonProcess } from './support/daemon-process.js';
import { runProgram } from './support/run-program.js';

const launcher = fileURLToPath(new URL('../bin/msession.mjs', import.meta.url));
let daemon: DaemonProcess;
let port: number;
let client: MsessionClient;

beforeAll(async () => {
  daemon = new DaemonProcess({ flags: ['--port', '0', '--show-ids', '--log-level', 'warn'] });
  port = await daemon.port();
  client = createClient({ port }) as MsessionClient;
});

afterAll(async () => {
  await client.close();
  expect((await daemon.stop()).stderr).toBe('');
});

beforeEach(async () => {
  for (const id of await client.list()) await client.drop(id);
  await client.create('visit-1');
  await client.setval('visit-1', { user: 'ada', cart: '3' });
});

async function msession(words: readonly string[], input?: string | Buffer) {
  const { code, stdout, stderr } = await runProgram(process.execPath, [launcher, '--port', String(port), ...words], {
    ...(input === undefined ? {} : { input }),
  });
  return { code, stdout: stdout.toString('latin1'), stderr };
}

describe('subcommands', () => {
  test.each([
    [['get', 'visit-1', 'user'], 'ada\n'],
    [['getval', 'visit-1', 'missing', 'none'], 'none\n'],
    [['get', 'visit-1'], 'user\tada\ncart\t3\n'],
    [['set', 'visit-1', 'user', 'bob', 'cart', '4'], 'OK\n'],
    [['find', 'user', 'ada'], 'visit-1\n'],
    [['list'], 'visit-1\n'],
    [['count'], '1\n'],
    [['ctl', 'visit-1', 'exist'], '1\n'],
    [['add', 'visit-1', 'cart', '-5'], '-2\n'],
    [['timeout', 'visit-1', '-1'], '1440\n'],
    [['dataset', 'visit-1', 'blob', '--class', 'cart', '--vars', 'a=1', '--vars', 'b=2=3', '--unset', 'user'], 'OK\n'],
    [['dataset', 'visit-9', 'blob', '--xx'], '\n'],
    [['destroy', 'visit-1'], '1\n'],
    [['config', 'get', 'max-clients'], 'max-clients\t10000\n'],
    [['send', 'getval', 'visit-1', 'user'], 'ada\n'],
    [['setval', 'visit-1', '--', '--user', '--bob'], 'OK\n'],
    [['lock', 'visit-1', 'WAIT', '10'], /^\d{16}\n$/],
    [['info', 'server'], /msession_version:/],
  ])('msession %j', async (words, expected) => {
    const { code, stdout, stderr } = await msession(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  test('dataset --vars and --unset reach the session', async () => {
    await msession(['dataset', 'visit-1', 'blob', '--vars', 'a=1', '--vars', 'b=2=3', '--unset', 'user']);
    expect(Object.fromEntries(await client.getall('visit-1'))).toEqual({ cart: '3', a: '1', b: '2=3' });
  });

  test('set --key writes only under the lock', async () => {
    const key = await client.slock('visit-1');
    expect((await msession(['set', 'visit-1', 'user', 'eve', '--key', '7'])).stderr).toMatch(/^NOWLOCK /);
    expect((await msession(['set', 'visit-1', 'user', 'bob', '--key', String(key)])).code).toBe(0);
    expect(await client.getval('visit-1', 'user')).toBe('bob');
  });

  test('every command of the table has help with its summary', async () => {
    const { stdout } = await msession(['--help']);
    for (const { name } of commandList) expect(stdout).toMatch(new RegExp(`^  ${name.toLowerCase()} `, 'm'));
    const slock = await msession(['slock', '--help']);
    expect(slock.code).toBe(0);
    expect(slock.stdout).toContain('Takes the lock of a session.');
    expect(slock.stdout).toContain('--wait <waitMs>');
    expect((await msession(['client', 'list', '--help'])).stdout).toContain('A line about each connection.');
  });
});

describe('output', () => {
  const bytes = Buffer.from([0, 10, 255, 128, 13, 65]);

  test('values go through a pipe byte for byte, in and out', async () => {
    expect(await msession(['write', 'visit-1', '--stdin'], bytes)).toMatchObject({ code: 0, stdout: 'OK\n' });
    expect((await msession(['data', 'visit-1', '--raw'])).stdout).toBe(bytes.toString('latin1'));
    expect((await msession(['data', 'visit-1'])).stdout).toBe(`${bytes.toString('latin1')}\n`);
  });

  test('--json has text as strings, other bytes as base64, maps as objects', async () => {
    await client.setval('visit-1', { blob: bytes });
    expect(JSON.parse((await msession(['all', 'visit-1', '--json'])).stdout)).toEqual({
      user: 'ada',
      cart: '3',
      blob: { base64: bytes.toString('base64') },
    });
  });

  test('what is nested is one line of JSON each in a pipe', async () => {
    await client.slock('visit-1', { note: 'me' });
    const lines = (await msession(['locks'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: 'visit-1', note: 'me', waiters: [] },
    ]);
  });

  test('monitor streams what others do until it is ended', async () => {
    const child = spawn(process.execPath, [launcher, 'monitor', '--port', String(port)], { env: cleanEnvironment() });
    const seen = new Promise<string>((resolve) => {
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('GETVAL')) resolve(text);
      });
    });
    while (!(await client.clientList()).includes('cmd=monitor'));
    await client.getval('visit-1', 'user');
    expect(await seen).toMatch(/^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] .*"GETVAL" "visit-1"/m);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });

  test('events stream what happens to sessions', async () => {
    const words = ['events', 'on', 'destroyed', '--json', '--port', String(port)];
    const child = spawn(process.execPath, [launcher, ...words], { env: cleanEnvironment() });
    const line = new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve));
    while (!/name=msession-cli.*cmd=events/.test(await client.clientList()));
    await client.drop('visit-1');
    expect(JSON.parse(await line)).toMatchObject({ name: 'destroyed', id: 'visit-1', atMs: expect.any(Number) });
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });
});

describe('exit codes and errors', () => {
  test.each([
    [['get', 'nobody', 'user'], 1, /^NOSESSION /],
    [['inc', 'visit-1', 'user'], 1, /^NOTANUMBER /],
    [['create', 'visit-1'], 1, /^DUPSESSION /],
    [['getval'], 2, /^msession: getval wants id\n$/],
    [['setval', 'visit-1', 'user'], 2, /^msession: setval wants variables\n$/],
    [['dataset', 'visit-1', 'x', '--vars', 'novalue'], 2, /^msession: write name=value, not 'novalue'\n$/],
    [['lsit'], 2, /^msession: unknown command lsit \(did you mean list\?\)/],
    [['client', 'lst'], 2, /^msession: client wants one of .*, not lst \(did you mean list\?\)\n$/],
    [['slock', 'visit-1', '--wiat', '5'], 2, /^msession: unknown option --wiat \(did you mean --wait\?\)/],
    [['list', '--url', 'http://x'], 2, /^msession: .*unknown scheme/],
    [['list', '--port', '0'], 2, /^msession: --port is "0"/],
  ])('msession %j ends with %i', async (words, code, stderr) => {
    expect(await msession(words)).toEqual({ code, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  test('with --json errors are JSON, too', async () => {
    const { code, stderr } = await msession(['get', 'nobody', 'user', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'NOSESSION' } });
    const usage = await msession(['lsit', '--json']);
    expect(usage.code).toBe(2);
    expect(JSON.parse(usage.stderr)).toMatchObject({ error: { code: 'USAGE' } });
  });

  test('no server: exit code 3 and where it was looked for', async () => {
    const { code, stderr } = await runProgram(process.execPath, [launcher, '--port', '1', 'list']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^cannot connect: .*127\.0\.0\.1:1/);
  });

  test('MSESSION_URL names the server, and flags win over it', async () => {
    const there = { MSESSION_URL: `msession://127.0.0.1:${port}` };
    expect((await runProgram(process.execPath, [launcher, 'count'], { environment: there })).stdout.toString()).toBe(
      '1\n',
    );
    const { code } = await runProgram(process.execPath, [launcher, 'count', '--port', '1'], { environment: there });
    expect(code).toBe(3);
  });
});

describe('lines from a pipe', () => {
  test('run in order, with quotes and escapes, and the worst of them is the exit code', async () => {
    const input = [
      'create visit-2',
      'SETVAL visit-2 greeting "hello \\x41\\n" \'single one\' x',
      'getval visit-2 greeting',
      '',
      'getval nobody x',
      'get visit-2 "single one"',
      'exit',
      'count',
    ].join('\n');
    const { code, stdout, stderr } = await msession([], `${input}\n`);
    expect(stdout).toBe('OK\nOK\nhello A\n\nx\n');
    expect(stderr).toMatch(/^NOSESSION /);
    expect(code).toBe(1);
  });

  test('a line that cannot be split is told and the next one runs', async () => {
    const { code, stdout, stderr } = await msession([], 'get "visit-1\ncount\n');
    expect(stdout).toBe('1\n');
    expect(stderr).toBe('msession: the quote at column 5 has no end\n');
    expect(code).toBe(2);
  });

  test('help explains commands, subcommands and short names', async () => {
    const { stdout } = await msession([], 'help\nhelp slock\nhelp lock\nhelp client list\nhelp nonsense\n');
    expect(stdout).toContain('short names');
    expect(stdout.match(/^SLOCK id \[WAIT waitMs\]/gm)).toHaveLength(2);
    expect(stdout).toContain('CLIENT LIST\n\n  A line about each connection.');
    expect(stdout).toContain('there is no command NONSENSE; help lists all');
  });
});
