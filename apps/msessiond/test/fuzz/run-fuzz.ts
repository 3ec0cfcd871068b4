// Fuzzes a listening daemon with users of all rights, in phases: while those who may not write are at it (`nobody`,
// `reader`), nothing that the server holds may change; behind each phase its memory is read. What fails names the seed
// and the batch that show it again.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { ReplyMap, requestLimits, unauthenticatedLimits } from '@msession/protocol';
import { defaultServerLimits, hashPassword } from '@msession/server';
import { DaemonProcess } from '../support/daemon-process.js';
import { FuzzConnection, type FuzzFigures, passwordOf } from './fuzz-connection.js';
import { makeBatch } from './request-batch.js';
import type { UserName } from './user-rights.js';

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  /** The first batch; those before it are left out. Default 0. */
  readonly firstBatch?: number;
  readonly batchesPerPhase?: number;
  readonly connections?: number;
  /** The rights that the daemon gives `reader`, if others than `read`: to see that the fuzzer notices. */
  readonly readerRights?: string;
  readonly onPhase?: (result: FuzzResult) => void;
}

export interface FuzzResult extends FuzzFigures {
  phases: number;
  batches: number;
  /** Bytes of memory behind each phase, with the requests until then. */
  readonly memory: { readonly requests: number; readonly bytes: number }[];
}

const canaries = Array.from({ length: 10 }, (_, i) => `canary-${i}`);

export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, requests, firstBatch = 0, batchesPerPhase = 500, connections: width = 16 } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-fuzz-'));
  const result: FuzzResult = {
    ...{ requests: 0, denied: 0, errors: 0, faults: 0, pushes: 0, connections: 0, phases: 0, batches: 0 },
    memory: [],
  };
  const daemon = new DaemonProcess({
    flags: ['--config', await writeConfiguration(folder, options.readerRights ?? '"read"'), ...daemonFlags(folder)],
  });
  let operator: MsessionClient | undefined;
  let connections: FuzzConnection[] = [];
  try {
    const port = await daemon.port();
    operator = createClient({ port, user: 'operator', password: passwordOf('operator') });
    connections = Array.from({ length: width }, () => new FuzzConnection(port, result));
    let next = firstBatch;
    while (result.requests < requests) {
      // the phases' order must not depend on where a replay begins
      const phase = Math.floor(next / batchesPerPhase);
      const isReading = phase % 2 === 0;
      await cleanUp(operator);
      const before = isReading ? await stateOf(operator) : '';
      const last = (phase + 1) * batchesPerPhase;
      await Promise.all(
        connections.map(async (connection) => {
          while (next < last && result.requests < requests) {
            const number = next++;
            const user = userOf(number, isReading);
            try {
              await connection.run(makeBatch({ seed, number, user, limitsOf }));
              result.batches++;
            } catch (error) {
              throw new Error(`seed ${seed}, batch ${number} (${user}): ${(error as Error).message}`, { cause: error });
            }
          }
          connection.close();
        }),
      );
      if (isReading && (await stateOf(operator)) !== before)
        throw new Error(`seed ${seed}, phase ${phase}: users who may not write changed what the server holds`);
      await cleanUp(operator);
      result.phases++;
      result.memory.push({ requests: result.requests, bytes: memoryOf(daemon.child.pid as number, 'VmRSS') });
      options.onPhase?.(result);
    }
    await operator.close();
    const ended = await daemon.stop();
    // the log has errors only: a command or reply that failed inside
    if (ended.code !== 0 || ended.stderr !== '')
      throw new Error(`the daemon ended with ${ended.code ?? ended.signal} and said: ${ended.stderr.slice(0, 2000)}`);
    return result;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${daemon.stderr.slice(-2000)}`, { cause: error });
  } finally {
    operator?.destroy();
    for (const connection of connections) connection.close();
    daemon.child.kill('SIGKILL');
    await daemon.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * By how much memory grew behind the warm-up, as a part of what it was: the middle of the last third of the samples
 * against the middle of the first, so that what the garbage collector has not looked at yet is no growth.
 */
export function memoryGrowth(samples: readonly { readonly bytes: number }[]): number {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const middle = (part: readonly { readonly bytes: number }[]) =>
    part.map(({ bytes }) => bytes).sort((a, b) => a - b)[Math.floor(part.length / 2)] as number;
  return middle(samples.slice(-third)) / middle(samples.slice(0, third)) - 1;
}

/** What the system counts for a process: all that is resident, its own of that, or the pages of files that it maps. */
export function memoryOf(pid: number, what: 'VmRSS' | 'RssAnon' | 'RssFile'): number {
  const found = new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(found?.[1]) * 1024;
}

function userOf(number: number, isReading: boolean): UserName {
  if (isReading) return number % 5 === 0 ? 'nobody' : 'reader';
  return number % 3 === 0 ? 'operator' : 'writer';
}

function daemonFlags(folder: string): string[] {
  const flags = ['--port', '0', '--log-level', 'error', '--data-dir', path.join(folder, 'data')];
  // what the operator is told about locks is what it needs to free them
  return [...flags, '--show-ids', '--max-memory', '64MiB', '--evict', 'lru'];
}

async function writeConfiguration(folder: string, readerRights: string): Promise<string> {
  const rights: Readonly<Record<string, string>> = {
    reader: readerRights,
    writer: '"read", "write"',
    operator: '"read", "write", "admin"',
  };
  let text = '';
  for (const [name, list] of Object.entries(rights)) {
    const hash = await hashPassword(passwordOf(name as UserName));
    text += `[users.${name}]\npassword-hash = '${hash}'\nrights = [${list}]\n`;
  }
  const file = path.join(folder, 'msession.toml');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

const { maxRequestBytes, preAuthMaxArguments, preAuthMaxArgumentBytes } = defaultServerLimits;
const known = requestLimits({ maxRequestBytes });
const unknown = unauthenticatedLimits({
  maxArguments: preAuthMaxArguments,
  maxArgumentBytes: preAuthMaxArgumentBytes,
  maxRequestBytes: preAuthMaxArguments * (preAuthMaxArgumentBytes + 16) + 16,
});

function limitsOf(user: UserName) {
  return user === 'nobody' ? unknown : known;
}

/** Every phase begins with the same sessions. */
async function cleanUp(operator: MsessionClient): Promise<void> {
  await freeLocks(operator);
  await operator.flush(0);
  const globals = await operator.send(['GETALL', 'globals']);
  // names need not be text
  if (globals instanceof ReplyMap)
    for (const [name] of globals.entries) await operator.send(['DELVAL', 'globals', name as Buffer]);
  if ((await operator.getall('globals')).size > 0) throw new Error('globals is not empty behind its clearing');
  for (const [i, id] of canaries.entries())
    await operator.dataset(id, `data of ${i}`, { variables: { user: 'ada', n: i }, timeoutSeconds: 0 });
  await operator.subnew('canary-0');
}

/** A lock that was waited for goes to the next in the queue, so there are several rounds. */
async function freeLocks(operator: MsessionClient): Promise<void> {
  for (let rounds = 0; ; rounds++) {
    // ids need not be text
    const locks = await operator.locks({ encoding: 'buffer' });
    if (locks.length === 0) return;
    if (rounds === 100) throw new Error(`${locks.length} locks are still there behind their SUNLOCK`);
    for (const { id, key } of locks)
      await operator.sunlock(id as unknown as Buffer, Number(key)).catch((error: Error & { code?: string }) => {
        // freed, though there was nothing to be written to; or a lease ended meanwhile
        if (error.code !== 'NOSESSION' && error.code !== 'NOWLOCK') throw error;
      });
  }
}

/** All that somebody without the right to write could have changed. */
async function stateOf(operator: MsessionClient): Promise<string> {
  const state: unknown[] = [await operator.count(), await operator.locks()];
  const ids = (await operator.list({})) as readonly string[];
  for (const id of [...ids].map(String).sort()) {
    const { data, rev, vars } = await operator.getobject(id);
    state.push([id, String(data), rev, [...vars], await operator.ctl(id, 'TTL'), await operator.sublist(id)]);
  }
  state.push([...(await operator.getall('globals'))], [...(await operator.configGet('*'))]);
  return JSON.stringify(state);
}
