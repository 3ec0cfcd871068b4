// The interactive prompt, and the same without a prompt for lines from a pipe: one command a line, in order.
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { MsessionClient } from '@msession/client';
import { commandList } from '@msession/protocol';
import { aliases, findCommand, resolveAlias } from './command-names.js';
import { commandHelp } from './command-usage.js';
import { completeLine } from './complete-line.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { isKept, readHistory, writeHistory } from './history-file.js';
import type { Output } from './output.js';
import type { Word } from './request-words.js';
import { runCommand } from './run-command.js';
import { LineFault, splitLine } from './split-line.js';

export interface PromptOptions {
  readonly client: MsessionClient<'buffer'>;
  readonly output: Output;
  readonly input: Readable;
  /** Where the prompt is drawn; left out, there is none. */
  readonly terminal?: Writable;
  /** What stands before `> `. */
  readonly label: string;
  readonly historyFile?: string;
}

/** Reads lines until they end; answers the worst exit code of a pipe's commands, 0 of a person's. */
export async function runPrompt(options: PromptOptions): Promise<ExitCode> {
  const { input, terminal, output } = options;
  const lines = createInterface({
    input,
    ...(terminal === undefined ? {} : { output: terminal }),
    terminal: terminal !== undefined,
    prompt: `${options.label}> `,
    completer: completeLine,
    history: readHistory(options.historyFile),
    historySize: 1000,
    removeHistoryDuplicates: true,
  });
  lines.on('history', (history: string[]) => {
    for (let index = history.length - 1; index >= 0; index--)
      if (!isKept(history[index] as string)) history.splice(index, 1);
    writeHistory(options.historyFile, history);
  });
  let running: AbortController | undefined;
  lines.on('SIGINT', () => {
    if (running === undefined) lines.close();
    else running.abort();
  });
  if (terminal !== undefined) {
    output.text('Type help for the commands, Tab to complete, exit to leave.');
    lines.prompt();
  }
  let worst: ExitCode = exitCodes.good;
  for await (const line of lines) {
    running = new AbortController();
    const outcome = await runLine(line, options, running.signal);
    running = undefined;
    if (outcome === 'exit') break;
    if (outcome > worst) worst = outcome;
    if (terminal !== undefined) lines.prompt();
  }
  lines.close();
  return terminal === undefined ? worst : exitCodes.good;
}

async function runLine(
  line: string,
  { client, output }: PromptOptions,
  signal: AbortSignal,
): Promise<ExitCode | 'exit'> {
  let words: Word[];
  try {
    words = splitLine(line);
  } catch (error) {
    if (!(error instanceof LineFault)) throw error;
    return output.usage(error.message);
  }
  const first = String(words[0] ?? '').toLowerCase();
  if (words.length === 0) return exitCodes.good;
  if (first === 'exit' || first === 'quit') return 'exit';
  if (first === 'help' || first === '?') {
    output.text(help(words.slice(1).map(String)));
    return exitCodes.good;
  }
  const alias = resolveAlias(first, words.length - 1);
  return await runCommand(alias === undefined ? words : [alias, ...words.slice(1)], { client, output, signal });
}

/** `help`, or `help slock`. */
export function help(words: readonly string[]): string {
  const [first] = words;
  if (first === undefined) return overview();
  const found = findCommand([aliases[first.toLowerCase()] ?? first, ...words.slice(1)]);
  return found === undefined ? `there is no command ${first.toUpperCase()}; help lists all` : commandHelp(found.spec);
}

function overview(): string {
  const groups = [...new Set(commandList.map(({ group }) => group))];
  const width = Math.max(...commandList.map(({ name }) => name.length));
  const sections = groups.map((group) => {
    const rows = commandList
      .filter((spec) => spec.group === group)
      .map((spec) => `  ${spec.name.padEnd(width)}  ${spec.summary}`);
    return [group, ...rows].join('\n');
  });
  const short = Object.entries(aliases).map(([word, name]) => `${word} = ${name}`);
  return [...sections, `short names\n  ${short.join(', ')}`, 'help COMMAND tells more'].join('\n\n');
}
