// The two servers of a run, started on free loopback ports and ended by their own process ids: msessiond as built, and
// the redis-server of the machine. Both get the same promise of durability.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';

export type Durability = 'none' | 'interval';

export interface Contender {
  readonly name: 'msession' | 'redis';
  readonly version: string;
  readonly port: number;
  /** How it was started, without paths and ports. */
  readonly command: string;
  stop(): Promise<void>;
}

const daemon = fileURLToPath(new URL('../../../apps/msessiond/bin/msessiond.mjs', import.meta.url));

export async function startMsession(durability: Durability): Promise<Contender> {
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-bench-'));
  const storage = durability === 'none' ? ['--durability', 'none'] : ['--durability', durability, '--data-dir', folder];
  const child = spawn(process.execPath, [daemon, '--port', '0', '--log-level', 'warn', ...storage], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await portFromReadyLine(child);
  return {
    name: 'msession',
    version: execFileSync(process.execPath, [daemon, '--version'], { encoding: 'utf8' }).trim(),
    port,
    command: `msessiond --durability ${durability}`,
    stop: () => stop(child, folder),
  };
}

export async function startRedis(durability: Durability): Promise<Contender> {
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-bench-redis-'));
  const port = await freePort();
  const storage = durability === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', 'everysec'];
  const words = ['--save', '', ...storage];
  const child = spawn('redis-server', ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(port, child);
  const version =
    /v=([0-9.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
  return {
    name: 'redis',
    version,
    port,
    command: `redis-server --save "" ${storage.join(' ')}`,
    stop: () => stop(child, folder),
  };
}

async function portFromReadyLine(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('msessiond has no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^ready .*\btcp=\S+:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('msessiond ended before it was ready');
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`redis-server ended with exit code ${child.exitCode} before it listened`);
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
