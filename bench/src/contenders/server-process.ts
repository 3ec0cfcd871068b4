// Servers that a bench starts: on free loopback ports, ended by their own process ids, also when the bench ends early.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type Durability = 'none' | 'interval' | 'always';

export interface Server {
  readonly pid: number;
  readonly port: number;
  /** How it was started, without paths and ports. */
  readonly command: string;
  /** Ends it in good order and waits until it is gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** A folder for a server's files, gone when this process ends or earlier by `removeFolder`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-bench-'));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** A child that does not outlive this process. */
export function startChild(command: string, words: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, words, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} could not be started; is it installed?`);
  return child.pid;
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Until something listens there. */
export async function untilListening(port: number, child: ChildProcess): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  while (child.exitCode === null && child.signalCode === null && failure === undefined) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw failure ?? new Error(`${child.spawnfile} ended with exit code ${child.exitCode} before it listened`);
}
