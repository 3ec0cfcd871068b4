// `msession top`: looks at a server again and again and redraws one screen, until q or Ctrl-C. Once without a terminal.
import type { MsessionClient } from '@msession/client';
import { type ExitCode, exitCodes } from './exit-codes.js';
import type { Output } from './output.js';
import { UsageFault } from './request-words.js';
import { readTop, type TopFigures } from './top-figures.js';
import { topScreen } from './top-screen.js';

export interface TopOptions {
  readonly client: MsessionClient<'buffer'>;
  readonly output: Output;
  readonly label: string;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  /** Undefined: one look, as text. */
  readonly terminal?: { readonly screen: NodeJS.WriteStream; readonly keys: NodeJS.ReadStream };
}

const withoutTerminal = { columns: 200, rows: 1000 };
const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const restOfLine = '\x1b[K';
const restOfScreen = '\x1b[J';

/** @throws UsageFault for an interval that is none */
export function readInterval(text: string): number {
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (seconds < 0.1 || seconds > 3600)
    throw new UsageFault(`--interval is "${text.slice(0, 20)}"; it must be 0.1 to 3600 seconds`);
  return seconds * 1000;
}

export async function runTop(options: TopOptions): Promise<ExitCode> {
  const { client, output, label, terminal } = options;
  try {
    if (terminal !== undefined) return await redraw(options, terminal);
    const now = await readTop(client);
    output.text(topScreen({ label, now, ...withoutTerminal }));
    return exitCodes.good;
  } catch (error) {
    return output.failure(error);
  }
}

async function redraw(
  { client, label, intervalMs, signal }: TopOptions,
  { screen, keys }: NonNullable<TopOptions['terminal']>,
): Promise<ExitCode> {
  let wake: () => void = () => {};
  let isOver = signal.aborted;
  const end = () => {
    isOver = true;
    wake();
  };
  signal.addEventListener('abort', end, { once: true });
  const onKey = (key: Buffer) => {
    if (key.includes('q') || key.includes(3)) end();
  };
  keys.setRawMode(true);
  keys.on('data', onKey);
  screen.write(enter);
  try {
    let before: TopFigures | undefined;
    while (!isOver) {
      const now = await readTop(client);
      const { columns, rows } = screen;
      const text = topScreen({ label, now, ...(before === undefined ? {} : { before }), columns, rows: rows - 1 });
      screen.write(`${home}${text.replaceAll('\n', `${restOfLine}\n`)}${restOfLine}${restOfScreen}`);
      before = now;
      if (isOver) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return exitCodes.good;
  } finally {
    screen.write(leave);
    keys.off('data', onKey);
    keys.setRawMode(false);
    keys.pause();
  }
}
