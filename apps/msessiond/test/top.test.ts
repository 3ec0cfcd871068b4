// `msession top` as a person has it: a screen that is drawn again and again, keys that end it, a terminal left as it was.
import { PassThrough } from 'node:stream';
import { createClient, type MsessionClient } from '@msession/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Output } from '../src/cli/output.js';
import { runTop } from '../src/cli/run-top.js';
import { DaemonProcess } from './support/daemon-process.js';

let daemon: DaemonProcess;
let client: MsessionClient<'buffer'>;

beforeEach(async () => {
  daemon = new DaemonProcess({ flags: ['--port', '0', '--show-ids'] });
  client = createClient({ port: await daemon.port(), encoding: 'buffer', reconnect: false });
});

afterEach(async () => {
  client.destroy();
  await daemon.stop();
});

/** A terminal that keeps what was drawn. */
class Terminal {
  readonly screen = Object.assign(new PassThrough(), { columns: 100, rows: 24 });
  readonly keys = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => this.modes.push(isRaw) });
  readonly modes: boolean[] = [];
  drawn = '';
  #listeners: (() => void)[] = [];

  constructor() {
    this.screen.on('data', (chunk: Buffer) => {
      this.drawn += String(chunk);
      for (const resolve of this.#listeners.splice(0)) resolve();
    });
  }

  run(signal = new AbortController().signal): Promise<number> {
    const draw = { write: () => undefined };
    return runTop({
      client,
      output: new Output('terminal', draw, draw),
      label: 'here',
      intervalMs: 20,
      signal,
      terminal: { screen: this.screen, keys: this.keys } as unknown as NonNullable<
        Parameters<typeof runTop>[0]['terminal']
      >,
    });
  }

  /** Waits for a screen that was begun after now and matches. */
  async until(shown: RegExp): Promise<void> {
    const from = this.drawn.length;
    while (!shown.test(this.drawn.slice(this.drawn.indexOf('\x1b[H', from))) || !this.drawn.includes('\x1b[H', from))
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }
}

test('draws what changes until q, and leaves the terminal as it was', async () => {
  const terminal = new Terminal();
  const ended = terminal.run();
  await terminal.until(/sessions +0 /);
  await client.create('visit-1');
  await client.slock('visit-1', { note: 'shop.php' });
  await terminal.until(/sessions +1 .*(\n.*)*visit-1 .*shop\.php/);
  await terminal.until(/commands +\d+\/s/);
  await terminal.until(/latency +p50 /);
  terminal.keys.write('x');
  terminal.keys.write('q');
  expect(await ended).toBe(0);
  expect(terminal.drawn.startsWith('\x1b[?1049h\x1b[?25l')).toBe(true);
  expect(terminal.drawn.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
  expect(terminal.modes).toEqual([true, false]);
  expect(terminal.keys.listenerCount('data')).toBe(0);
});

test.each([
  ['Ctrl-C', (terminal: Terminal) => terminal.keys.write('\x03')],
  ['a signal', (_terminal: Terminal, abort: AbortController) => abort.abort()],
])('ends by %s', async (_what, end) => {
  const terminal = new Terminal();
  const abort = new AbortController();
  const ended = terminal.run(abort.signal);
  await terminal.until(/sessions/);
  end(terminal, abort);
  expect(await ended).toBe(0);
  expect(terminal.modes).toEqual([true, false]);
});

test('a server that goes away ends it with an error, and the terminal is as it was', async () => {
  const terminal = new Terminal();
  const ended = terminal.run();
  await terminal.until(/sessions/);
  await daemon.stop();
  expect(await ended).not.toBe(0);
  expect(terminal.modes).toEqual([true, false]);
  expect(terminal.drawn.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
});
