// The prompt as a person meets it, on streams instead of a terminal: what it draws, keeps and completes.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createClient, type MsessionClient } from '@msession/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Output } from '../src/cli/output.js';
import { runPrompt } from '../src/cli/prompt.js';
import { DaemonProcess } from './support/daemon-process.js';

let daemon: DaemonProcess;
let folder: string;
let client: MsessionClient<'buffer'>;

beforeAll(async () => {
  daemon = new DaemonProcess({ flags: ['--port', '0', '--show-ids'] });
  await daemon.port();
});
afterAll(async () => {
  await daemon.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'msession-prompt-'));
  client = createClient({ port: await daemon.port(), encoding: 'buffer' });
});
afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

class Session {
  readonly input = new PassThrough();
  readonly historyFile = path.join(folder, 'history');
  readonly done: Promise<number>;
  #screen = '';
  #listeners: (() => void)[] = [];

  constructor() {
    const terminal = new PassThrough();
    const draw = (chunk: string | Uint8Array) => {
      this.#screen += String(chunk);
      for (const resolve of this.#listeners.splice(0)) resolve();
    };
    terminal.on('data', draw);
    const output = new Output('terminal', { write: draw }, { write: draw });
    const { input, historyFile } = this;
    this.done = runPrompt({ client, output, input, terminal, label: 'here', historyFile });
  }

  /** Types something and waits until the screen shows something behind what it showed before. */
  async type(text: string, shown: string): Promise<void> {
    const before = this.#screen.length;
    this.input.write(text);
    await this.until(shown, before);
  }

  async until(shown: string, from = 0): Promise<void> {
    while (!this.#screen.slice(from).includes(shown))
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }
}

test('greets, answers, shows tables, and leaves by exit', async () => {
  const session = new Session();
  await session.until('Type help for the commands');
  await session.type('create visit-p\n', 'OK\n');
  await session.type('set visit-p user "a\\x00da\\x1b[2J"\n', 'OK\n');
  await session.type('get visit-p user\n', 'a\\x00da\\x1b[2J\n');
  await session.type('get visit-p\n', '│ user │ a\\x00da\\x1b[2J │');
  await session.type('get nobody x\n', 'NOSESSION ');
  await session.type('list\n', '1) visit-p');
  await session.type('drop visit-p\n', '1\n');
  session.input.write('exit\n');
  expect(await session.done).toBe(0);
});

test('Tab completes commands, subcommands, words and options', async () => {
  const session = new Session();
  await session.type('serial\t', 'serialize ');
  await session.type('\u0015', 'here> ');
  await session.type('client li\t', 'client list ');
  await session.type('\u0015', 'here> ');
  await session.type('SLOCK visit-1 LE\t', 'LEASE ');
  await session.type('\u0015', 'here> ');
  await session.type('ctl visit-1 ex\t', 'exist ');
  await session.type('\u0015', 'here> ');
  session.input.write('exit\n');
  await session.done;
});

test('keeps a history for the next time, passwords left out, readable by its owner alone', async () => {
  const first = new Session();
  await first.type('count\n', 'here> ');
  await first.type('auth secret\n', 'ERR');
  first.input.write('exit\n');
  await first.done;
  expect(readFileSync(first.historyFile, 'utf8')).toBe('count\nexit\n');
  expect(statSync(first.historyFile).mode & 0o777).toBe(0o600);

  const second = new Session();
  await second.until('here> ');
  await second.type('\u001b[A\u001b[A', 'count');
  second.input.write('\u0015exit\n');
  await second.done;
});

test('Ctrl-C ends what streams and then the prompt', async () => {
  const session = new Session();
  await session.until('here> ');
  session.input.write('monitor\n');
  const other = createClient({ port: await daemon.port() });
  while (!(await other.clientList()).includes('cmd=monitor'));
  await other.ctl('globals', 'NOW');
  await session.until('"globals"');
  await session.type('\u0003', 'here> ');
  session.input.write('\u0003');
  expect(await session.done).toBe(0);
  await other.close();
});
