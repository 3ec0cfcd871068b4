// What the fault scenarios share: a daemon for the time of one scenario, and clients that do not hide what happens.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { type DaemonOptions, DaemonProcess, type Ended } from '../support/daemon-process.js';

/** Every scenario answers what it did, for the record. */
export type Facts = Readonly<Record<string, number>>;

export interface RunningDaemon {
  readonly process: DaemonProcess;
  readonly pid: number;
  readonly port: number;
  readonly client: MsessionClient;
}

const graceMs = 500;

/** Runs a daemon, does something with it and ends it in good order; the daemon must end without a complaint of its own. */
export async function withDaemon<Result>(
  options: DaemonOptions,
  act: (daemon: RunningDaemon) => Promise<Result>,
): Promise<Result> {
  const daemon = new DaemonProcess({
    ...options,
    flags: ['--port', '0', '--log-level', 'error', ...(options.flags ?? [])],
  });
  let client: MsessionClient | undefined;
  try {
    const port = await daemon.port();
    client = newClient(port);
    const result = await act({ process: daemon, pid: daemon.child.pid as number, port, client });
    await client.close();
    const { code, stderr } = await daemon.stop();
    must(code === 0 && stderr === '', `the daemon ended with ${daemon.exit} and said: ${stderr}`);
    return result;
  } catch (error) {
    // a client only says that the connection is gone, before the daemon is known to be
    await Promise.race([daemon.ended, new Promise((resolve) => setTimeout(resolve, graceMs))]);
    if (daemon.hasEnded)
      throw new Error(`the daemon ended with ${daemon.exit} and said: ${daemon.stderr}`, { cause: error });
    throw error;
  } finally {
    client?.destroy();
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  }
}

/** Starts a daemon that must refuse to run. */
export async function refusal(directory: string, port = 0): Promise<Ended> {
  const daemon = new DaemonProcess({
    flags: ['--port', String(port), '--data-dir', directory, '--log-level', 'silent'],
  });
  void daemon.port().then(
    () => daemon.child.kill('SIGTERM'),
    () => undefined,
  );
  return await daemon.ended;
}

export function newClient(port: number): MsessionClient {
  // a daemon that is stopped takes connections when it goes on
  return createClient({ port, reconnect: false, maxResends: 0, connectTimeoutMs: 60_000 });
}

/** A connection that reads nothing unless it is told to. */
export function rawConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** All that comes until the peer ends. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('end', () => resolve(text));
  });
}

export function must(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}

/** Asks again until it is so; a server that never gets there ends the scenario. */
export async function eventually(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const lastMs = performance.now() + 60_000;
  while (!(await isSo())) {
    must(performance.now() < lastMs, `not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Changes a limit of a running process, as the system's administrator would. */
export function limitFiles(pid: number, count: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${count}:${count}`]);
}

export async function withFolder<Result>(act: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-fault-'));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The code of the error that a call ends with; undefined when it succeeds. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}
