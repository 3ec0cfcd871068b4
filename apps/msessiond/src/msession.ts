// The program `msession`: reads the command line, connects, asks, prints. What it ends with is in exit-codes.ts.
import { readFileSync } from 'node:fs';
import { ArgumentError, createClient } from '@msession/client';
import { type Command, CommanderError } from 'commander';
import { clientOptions, serverLabel } from './cli/client-options.js';
import { type ExitCode, exitCodes } from './cli/exit-codes.js';
import { runHashPassword } from './cli/hash-password.js';
import { historyFile } from './cli/history-file.js';
import { Output, type OutputForm } from './cli/output.js';
import { type Asked, buildProgram, type GlobalFlags, unknownOption } from './cli/program.js';
import { runPrompt } from './cli/prompt.js';
import { UsageFault } from './cli/request-words.js';
import { runCommand } from './cli/run-command.js';
import { runStoreTool } from './cli/run-store-tool.js';
import { runTop } from './cli/run-top.js';
import type { StoreTool } from './cli/store-tools.js';
import { writeText } from './cli/write-text.js';
import { version } from './version.js';

function outputForm(flags: GlobalFlags): OutputForm {
  if (flags.json === true) return 'json';
  if (flags.raw === true) return 'raw';
  return process.stdout.isTTY === true ? 'terminal' : 'pipe';
}

function read(words: readonly string[]): Asked | ExitCode {
  let asked: Asked | undefined;
  const program = buildProgram({
    version,
    onAsked: (what) => {
      asked = what;
    },
    readStdin: () => readFileSync(0),
  });
  let failedIn: Command = program;
  const prepare = (command: Command) => {
    command.exitOverride((error) => {
      failedIn = command;
      throw error;
    });
    command.configureOutput({ writeErr: () => {} });
    for (const sub of command.commands) prepare(sub);
  };
  prepare(program);
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    const output = new Output(words.includes('--json') ? 'json' : 'pipe', process.stdout, process.stderr);
    if (error instanceof UsageFault) return output.usage(error.message);
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.good;
    const flag = /'(-[^' ]*)/.exec(error.message)?.[1];
    if (error.code === 'commander.unknownOption' && flag !== undefined)
      return output.usage(unknownOption(flag, failedIn));
    return output.usage(error.message.replace(/^error: /, ''));
  }
  return asked ?? exitCodes.usage;
}

async function main(): Promise<ExitCode> {
  const asked = read(process.argv.slice(2));
  if (typeof asked === 'number') return asked;
  const output = new Output(outputForm(asked.flags), process.stdout, process.stderr);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (asked.what === 'hash-password')
    return await runHashPassword({
      costLog2: asked.costLog2,
      output,
      input: process.stdin,
      // the hash goes to standard output, which may be a file
      ...(process.stdin.isTTY === true ? { terminal: process.stderr } : {}),
    });
  if (asked.what === 'store-tool') return await runTool(asked.tool, asked.flags, output);
  try {
    const options = clientOptions(asked.flags, process.env);
    const client = createClient(options);
    try {
      await client.connect();
    } catch (error) {
      return output.failure(error);
    }
    const ending = new AbortController();
    const endOnSignals = () => {
      process.on('SIGINT', () => ending.abort());
      process.on('SIGTERM', () => ending.abort());
    };
    if (asked.what === 'request') {
      endOnSignals();
      return await runCommand(asked.words, { client, output, signal: ending.signal });
    }
    if (asked.what === 'top') {
      endOnSignals();
      const { intervalMs, isOnce } = asked;
      return await runTop({
        client,
        output,
        label: serverLabel(options),
        intervalMs,
        signal: ending.signal,
        ...(isTerminal && !isOnce ? { terminal: { screen: process.stdout, keys: process.stdin } } : {}),
      });
    }
    const history = historyFile(process.env);
    return await runPrompt({
      client,
      output,
      input: process.stdin,
      label: serverLabel(options),
      ...(isTerminal ? { terminal: process.stdout } : {}),
      ...(isTerminal && history !== undefined ? { historyFile: history } : {}),
    });
  } catch (error) {
    if (error instanceof ArgumentError) return output.usage(error.message);
    throw error;
  }
}

/** Runs a tool for stores, which ends in order on a signal, or when nobody reads its output any more. */
async function runTool(tool: StoreTool, flags: GlobalFlags, output: Output): Promise<ExitCode> {
  const ending = new AbortController();
  onReaderGone = () => ending.abort();
  process.on('SIGINT', () => ending.abort());
  process.on('SIGTERM', () => ending.abort());
  const { url, host, port } = flags;
  try {
    return await runStoreTool(tool, {
      output,
      input: process.stdin,
      write: (text) => writeText(process.stdout, text, ending.signal),
      screen: process.stderr,
      signal: ending.signal,
      environment: process.env,
      // a backup asks a server to write only where one was named for it
      ...(url === undefined && host === undefined && port === undefined
        ? {}
        : { server: clientOptions(flags, process.env) }),
    });
  } catch (error) {
    if (error instanceof ArgumentError) return output.usage(error.message);
    throw error;
  }
}

// `msession list | head`: whoever read has read enough
let onReaderGone = (): void => process.exit(exitCodes.good);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  onReaderGone();
});
process.exit(await main());
