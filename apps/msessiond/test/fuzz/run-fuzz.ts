// Fuzzes a listening daemon with users of all rights, in phases: while those who may not write are at it (`nobody`,
// `reader`), nothing that the server holds may change. Every so many requests the daemon's memory is read at a quiet
// moment. What fails names the seed and the batch that show it again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { ReplyMap, requestLimits, unauthenticatedLimits } from '@msession/protocol';
import { defaultServerLimits, hashPassword } from '@msession/server';
import { DaemonProcess } from '../support/daemon-process.js';
import { Inspector, inspectorFlag, withoutInspectorLines } from '../support/inspector.js';
import { FuzzConnection, type FuzzFigures, passwordOf } from './fuzz-connection.js';
import { type MemorySample, sampleMemory } from './memory-sample.js';
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
  /** Further flags of the daemon. */
  readonly flags?: readonly string[];
  /** Requests between two looks at the memory; default 1,000,000. */
  readonly requestsPerSample?: number;
  readonly onSample?: (sample: MemorySample) => void;
}

export interface FuzzResult extends FuzzFigures {
  phases: number;
  batches: number;
  /** What the daemon held behind the first phase and then every so many requests. */
  readonly memory: MemorySample[];
}

/**
 * glibc's defaults, without their growth: by default it keeps up to twice the largest block that was ever freed, as long as
 * 64 MiB, and what is resident then tells more of that moment than of what is held.
 */
const promptAllocator = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

const canaries = Array.from({ length: 10 }, (_, i) => `canary-${i}`);

export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, requests, firstBatch = 0, batchesPerPhase = 500, connections: width = 16 } = options;
  const { requestsPerSample = 1_000_000 } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-fuzz-'));
  const result: FuzzResult = {
    ...{ requests: 0, denied: 0, errors: 0, faults: 0, pushes: 0, connections: 0, phases: 0, batches: 0 },
    memory: [],
  };
  const daemon = new DaemonProcess({
    flags: [
      ...['--config', await writeConfiguration(folder, options.readerRights ?? '"read"')],
      ...daemonFlags(folder),
      ...(options.flags ?? []),
    ],
    environment: { NODE_OPTIONS: inspectorFlag, ...promptAllocator },
  });
  let inspector: Inspector | undefined;
  let operator: MsessionClient | undefined;
  let connections: FuzzConnection[] = [];
  try {
    const port = await daemon.port();
    inspector = await Inspector.of(daemon);
    operator = createClient({ port, user: 'operator', password: passwordOf('operator') });
    connections = Array.from({ length: width }, () => new FuzzConnection(port, result));
    let next = firstBatch;
    let sampleAt = 0;
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
      if (result.requests < sampleAt) continue;
      sampleAt = result.requests + requestsPerSample;
      const pid = daemon.child.pid as number;
      const sample = await sampleMemory({ pid, requests: result.requests, operator, inspector });
      result.memory.push(sample);
      options.onSample?.(sample);
    }
    await inspector.close();
    await operator.close();
    const ended = await daemon.stop();
    // the log has errors only: a command or reply that failed inside
    const said = withoutInspectorLines(ended.stderr);
    if (ended.code !== 0 || said !== '')
      throw new Error(`the daemon ended with ${ended.code ?? ended.signal} and said: ${said.slice(0, 2000)}`);
    return result;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${withoutInspectorLines(daemon.stderr).slice(-2000)}`, {
      cause: error,
    });
  } finally {
    inspector?.destroy();
    operator?.destroy();
    for (const connection of connections) connection.close();
    daemon.child.kill('SIGKILL');
    await daemon.ended;
    rmSync(folder, { recursive: true, force: true });
  }
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
  // FLUSH passes it by, and its sub-sessions
  const subs = await operator.send(['SUBLIST', 'globals']);
  if (Array.isArray(subs))
    for (const sub of subs) await operator.send(['DROP', Buffer.concat([Buffer.from('globals/'), sub as Buffer])]);
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
