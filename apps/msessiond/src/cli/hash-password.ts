// `msession hash-password`: reads a password, without showing it on a terminal, and prints the hash for the users of a
// configuration file. The password is never an argument, where `ps` would show it.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { hashPassword, leastCostLog2, mostCostLog2 } from '@msession/server';
import { type ExitCode, exitCodes } from './exit-codes.js';
import type { Output } from './output.js';
import { UsageFault } from './request-words.js';

export interface HashPasswordOptions {
  readonly costLog2: number;
  readonly output: Output;
  readonly input: NodeJS.ReadStream;
  /** Where the prompt goes; undefined when nobody watches. */
  readonly terminal?: NodeJS.WriteStream;
}

/** @throws UsageFault for a cost that is none */
export function readCost(text: string): number {
  const cost = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (cost < leastCostLog2 || cost > mostCostLog2)
    throw new UsageFault(`--cost is "${text.slice(0, 20)}"; it must be ${leastCostLog2} to ${mostCostLog2}`);
  return cost;
}

export async function runHashPassword({ costLog2, output, input, terminal }: HashPasswordOptions): Promise<ExitCode> {
  const password = terminal === undefined ? await firstLine(input) : await askTwice(input, terminal);
  if (password === null) return output.usage('the two passwords differ; nothing was hashed');
  if (password === '') return output.usage('the password is empty; type it, or send it by standard input');
  output.text(await hashPassword(password, costLog2));
  return exitCodes.good;
}

async function firstLine(input: NodeJS.ReadStream): Promise<string> {
  for await (const line of createInterface({ input })) return line;
  return '';
}

/** Null when the second is another than the first. */
async function askTwice(input: NodeJS.ReadStream, terminal: NodeJS.WriteStream): Promise<string | null> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true });
  const ask = async (prompt: string) => {
    terminal.write(prompt);
    const answer = await reader.question('');
    terminal.write('\n');
    return answer;
  };
  try {
    const first = await ask('Password: ');
    return (await ask('Once more: ')) === first ? first : null;
  } finally {
    reader.close();
  }
}
