// Runs a tool for stores: what it finds or writes goes to standard output or where it was told, how far it is and how it ended
// to standard error.
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ClientOptions } from '@msession/client';
import { createClient } from '@msession/client';
import {
  backupStore,
  checkStore,
  compactStore,
  DumpFault,
  dumpTarget,
  EngineError,
  readDump,
  type SalvageReport,
  type SessionSource,
  type SessionTarget,
  salvageSource,
  storeSource,
  storeTarget,
  type TransferProgress,
  transfer,
} from '@msession/engine';
import { isRedisAddress, withoutPassword } from '../settings/redis-address.js';
import { SettingFault } from '../settings/setting-fault.js';
import { fileTarget } from './dump-file.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import type { Output } from './output.js';
import { ProgressLine, type ProgressScreen } from './progress-line.js';
import type { StoreTool } from './store-tools.js';

export interface StoreToolRun {
  readonly output: Output;
  readonly input: Readable;
  /** Takes a dump for standard output; resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
  readonly screen: ProgressScreen;
  /** Calls it off: nothing is left half done. */
  readonly signal: AbortSignal;
  /** The server that was named, for a backup. */
  readonly server?: Partial<ClientOptions>;
  /** Settings of Redis may stand here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function runStoreTool(tool: StoreTool, run: StoreToolRun): Promise<ExitCode> {
  const progress = new ProgressLine(run.screen);
  try {
    return await runNamed(tool, run, progress);
  } catch (error) {
    progress.end();
    if (error instanceof SettingFault) return run.output.usage(error.message);
    if (run.signal.aborted) return run.output.fault('called off; nothing is left half done');
    const isExpected = error instanceof EngineError || typeof (error as NodeJS.ErrnoException).syscall === 'string';
    if (!isExpected) throw error;
    return run.output.fault((error as Error).message);
  } finally {
    progress.end();
  }
}

function runNamed(tool: StoreTool, run: StoreToolRun, progress: ProgressLine): Promise<ExitCode> {
  switch (tool.name) {
    case 'check':
      return check(tool, run, progress);
    case 'dump':
      return dump(tool, run, progress);
    case 'restore':
      return restore(tool, run, progress);
    case 'backup':
      return backup(tool, run, progress);
    case 'compact':
      return compact(tool, run, progress);
  }
}

type Tool<Name extends StoreTool['name']> = Extract<StoreTool, { readonly name: Name }>;

async function check(
  { directory, scratch, showIds = false }: Tool<'check'>,
  { output, signal }: StoreToolRun,
  progress: ProgressLine,
): Promise<ExitCode> {
  const report = await checkStore({
    directory,
    ...(scratch === undefined ? {} : { scratch }),
    showIds,
    signal,
    onProgress: (records) => progress.show(() => `${shown(records)} records`),
  });
  progress.end();
  const lines = [
    ...report.findings,
    ...(report.findingCount > report.findings.length
      ? [`and ${report.findingCount - report.findings.length} more`]
      : []),
    ...Object.entries(report.counts).map(([name, count]) => `${name.padEnd(13)} ${shown(count)}`),
    report.isSound
      ? `${directory} is sound${report.holder === undefined ? '' : `, as of the last batch of process ${report.holder}`}`
      : `${directory} is damaged; save what can be read: msession dump --salvage ${directory} --to FILE`,
  ];
  output.item(lines.join('\n'), report);
  return report.isSound ? exitCodes.good : exitCodes.errorReply;
}

async function dump(tool: Tool<'dump'>, run: StoreToolRun, progress: ProgressLine): Promise<ExitCode> {
  const { to, salvage = false } = tool;
  const { output, write, signal } = run;
  const salvaging = salvage ? await salvageSource({ directory: tool.directory }) : undefined;
  const source = salvaging ?? (await sourceOf(tool, run));
  try {
    const target = to === undefined ? dumpTarget({ write }) : fileTarget(to);
    const done = await transfer(source, target, {
      signal,
      onProgress: ({ sessions }) => progress.show(() => `${shown(sessions)} sessions${ofExpected(source.expected)}`),
    });
    progress.end();
    output.note(`dumped ${counted(done)}`);
    const missing = salvaging === undefined ? [] : missingOf(salvaging.report);
    for (const line of missing) output.note(line);
    return missing.length === 0 ? exitCodes.good : exitCodes.errorReply;
  } finally {
    await source.close();
  }
}

async function sourceOf(
  { directory, scratch, ...flags }: Tool<'dump'>,
  { signal, environment }: StoreToolRun,
): Promise<SessionSource> {
  if (!isRedisAddress(directory))
    return await storeSource({ directory, ...(scratch === undefined ? {} : { scratch }), signal });
  // whoever has no Redis waits for no code of it
  const { openRedisSource } = await import('./redis-sessions.js');
  return await openRedisSource(directory, flags, environment);
}

async function targetOf(
  { directory, resume = false, ...flags }: Tool<'restore'>,
  { environment }: StoreToolRun,
): Promise<SessionTarget> {
  const meanwhile = resume ? 'stands' : 'passes';
  if (!isRedisAddress(directory)) return storeTarget({ directory, meanwhile });
  const { openRedisTarget } = await import('./redis-sessions.js');
  return openRedisTarget(directory, flags, environment, meanwhile);
}

function missingOf({ lostPages, lostRecords, strays, notes }: SalvageReport): string[] {
  return [
    ...(lostPages === 0 ? [] : [`missing: ${shown(lostPages)} pages, with the sessions on them`]),
    ...(lostRecords === 0 ? [] : [`missing: ${shown(lostRecords)} sessions whose records are damaged`]),
    ...(strays === 0
      ? []
      : [
          `${shown(strays)} sessions were found where no table leads: they are as they once were, and may have ended since`,
        ]),
    ...notes,
  ];
}

async function restore(tool: Tool<'restore'>, run: StoreToolRun, progress: ProgressLine): Promise<ExitCode> {
  const { directory, from, cut = false } = tool;
  const { output, input, signal } = run;
  const target = await targetOf(tool, run);
  const stream = from === undefined ? input : createReadStream(from);
  // it may be waiting for more
  signal.addEventListener('abort', () => stream.destroy(signal.reason as Error), { once: true });
  let source: SessionSource | undefined;
  try {
    source = await readDump(stream, { mayBeCut: cut });
    const done = await transfer(source, target, {
      signal,
      onProgress: ({ sessions }) => progress.show(() => `${shown(sessions)} sessions`),
    });
    progress.end();
    output.note(`restored ${counted(done)} into ${withoutPassword(directory)}`);
    return exitCodes.good;
  } catch (error) {
    if (error instanceof DumpFault) throw new DumpFault(`${from ?? 'standard input'}: ${error.message}`);
    throw error;
  } finally {
    await source?.close();
  }
}

async function backup(
  { directory, to }: Tool<'backup'>,
  { output, signal, server }: StoreToolRun,
  progress: ProgressLine,
): Promise<ExitCode> {
  if (server !== undefined) {
    const client = createClient(server);
    try {
      await client.connect();
      await client.serialize();
    } catch (error) {
      return output.failure(error);
    } finally {
      client.destroy();
    }
  }
  const { holder } = await backupStore({
    directory,
    to,
    signal,
    onProgress: (bytes, of) => progress.show(() => `${shown(bytes)} of ${shown(of)} bytes`),
  });
  progress.end();
  output.note(`copied ${directory} to ${to}${holder === undefined ? '' : `, beside process ${holder}`}`);
  return exitCodes.good;
}

async function compact(
  { directory }: Tool<'compact'>,
  { output, signal }: StoreToolRun,
  progress: ProgressLine,
): Promise<ExitCode> {
  const { bytesBefore, bytesAfter } = await compactStore({
    directory,
    signal,
    onProgress: (bytes) => progress.show(() => `${shown(bytes)} bytes`),
  });
  progress.end();
  output.note(`${directory} took ${shown(bytesBefore)} bytes and takes ${shown(bytesAfter)}`);
  return exitCodes.good;
}

function counted({ sessions, subSessions, locks }: TransferProgress): string {
  return `${shown(sessions)} sessions, ${shown(subSessions)} sub-sessions and ${shown(locks)} locks`;
}

function ofExpected(expected: number | undefined): string {
  return expected === undefined ? '' : ` of ${shown(expected)}`;
}

function shown(count: number): string {
  return count.toLocaleString('en');
}
