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
  salvageSource,
  storeSource,
  storeTarget,
  type TransferProgress,
  transfer,
} from '@msession/engine';
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
}

export async function runStoreTool(tool: StoreTool, run: StoreToolRun): Promise<ExitCode> {
  const progress = new ProgressLine(run.screen);
  try {
    return await runNamed(tool, run, progress);
  } catch (error) {
    progress.end();
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

async function dump(
  { directory, to, salvage = false, scratch }: Tool<'dump'>,
  { output, write, signal }: StoreToolRun,
  progress: ProgressLine,
): Promise<ExitCode> {
  const salvaging = salvage ? await salvageSource({ directory }) : undefined;
  const source = salvaging ?? (await storeSource({ directory, ...(scratch === undefined ? {} : { scratch }), signal }));
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

async function restore(
  { directory, from, resume = false, cut = false }: Tool<'restore'>,
  { output, input, signal }: StoreToolRun,
  progress: ProgressLine,
): Promise<ExitCode> {
  const stream = from === undefined ? input : createReadStream(from);
  // it may be waiting for more
  signal.addEventListener('abort', () => stream.destroy(signal.reason as Error), { once: true });
  let source: SessionSource | undefined;
  try {
    source = await readDump(stream, { mayBeCut: cut });
    const target = storeTarget({ directory, meanwhile: resume ? 'stands' : 'passes' });
    const done = await transfer(source, target, {
      signal,
      onProgress: ({ sessions }) => progress.show(() => `${shown(sessions)} sessions`),
    });
    progress.end();
    output.note(`restored ${counted(done)} into ${directory}`);
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
