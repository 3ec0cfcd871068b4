// Kills the daemon at random moments while clients write, starts it again on the same folder, and holds what it finds
// against what the clients know: no torn session, nothing acknowledged lost beyond the durability's promise, no key given
// twice, every search equal to a full scan, every lock that was acknowledged still there for its key.
import { createClient, type MsessionClient } from '@msession/client';
import { DaemonProcess } from '../support/daemon-process.js';
import { type Expected, type Sessions, users, Writer } from './writer.js';

export interface KillRoundsOptions {
  readonly directory: string;
  readonly durability: 'always' | 'interval';
  /** What the daemon is told, where it is not what is expected of it: to see that the harness notices. */
  readonly daemonDurability?: 'interval';
  readonly rounds: number;
  readonly seed: number;
  readonly writers?: number;
  readonly intervalMs?: number;
  /** Longest and shortest time between start and kill, milliseconds. */
  readonly lifeMs?: readonly [number, number];
  readonly flags?: readonly string[];
  readonly onRound?: (round: number, result: KillRoundsResult) => void;
  /** Does something to the store of a killed daemon: to see that the harness notices. */
  readonly tamper?: (directory: string) => Promise<void>;
}

export interface KillRoundsResult {
  kills: number;
  acknowledged: number;
  /** Writes that were acknowledged and not found again. */
  lost: number;
  /** Longest time between a lost write's acknowledgement and the kill. */
  longestLossMs: number;
  sessionsChecked: number;
  locksChecked: number;
  searchesChecked: number;
}

/** Time that a commit may take on a busy machine, beside the interval. */
const commitAllowanceMs = 2000;

export async function runKillRounds(options: KillRoundsOptions): Promise<KillRoundsResult> {
  const { directory, durability, rounds, intervalMs = 200, lifeMs = [100, 1200] } = options;
  const random = generator(options.seed);
  const writers = Array.from({ length: options.writers ?? 8 }, (_, i) => new Writer(`w${i}`, random));
  const result: KillRoundsResult = {
    kills: 0,
    acknowledged: 0,
    lost: 0,
    longestLossMs: 0,
    sessionsChecked: 0,
    locksChecked: 0,
    searchesChecked: 0,
  };
  const flags = ['--port', '0', '--data-dir', directory];
  flags.push('--durability', options.daemonDurability ?? durability);
  flags.push('--store-interval', `${intervalMs}ms`, '--log-level', 'warn', '--show-ids', ...(options.flags ?? []));
  let killedAtMs = 0;
  const allowedLossMs = durability === 'always' ? 0 : intervalMs + commitAllowanceMs;
  for (let round = 0; round <= rounds; round++) {
    const daemon = new DaemonProcess({ flags });
    try {
      const port = await daemon.port();
      const client = createClient({ port, reconnect: false });
      await verify(client, writers, result, { isExact: durability === 'always', allowedLossMs, killedAtMs });
      await client.close();
      if (round === rounds) break;
      const ends = writers.map((writer) => writer.run(port));
      await new Promise((resolve) => setTimeout(resolve, lifeMs[0] + random() * (lifeMs[1] - lifeMs[0])));
      daemon.child.kill('SIGKILL');
      killedAtMs = performance.now();
      await Promise.all(ends);
      result.kills++;
      result.acknowledged = writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
      options.onRound?.(round, result);
    } finally {
      daemon.child.kill('SIGKILL');
      await daemon.ended;
    }
    await options.tamper?.(directory);
  }
  return result;
}

interface Promised {
  readonly isExact: boolean;
  readonly allowedLossMs: number;
  readonly killedAtMs: number;
}

async function verify(
  client: MsessionClient,
  writers: readonly Writer[],
  result: KillRoundsResult,
  promised: Promised,
): Promise<void> {
  // first, while sessions are on disk alone: what is read comes into memory, and is searched there
  const searched = await searchAll(client);
  const found = await readAll(client);
  result.sessionsChecked += found.size;
  if ((await client.count()) !== found.size) throw new Error('COUNT is not the number of sessions that LIST names');
  for (const searches of [searched, await searchAll(client)]) compareSearches(searches, found, result);
  let greatestKey = 0;
  for (const writer of writers) {
    greatestKey = Math.max(greatestKey, writer.greatestKey);
    const own = new Map([...found].filter(([id]) => id.startsWith(`${writer.name}-`)));
    compareStates(writer, own, result, promised);
    if (promised.isExact) await compareLock(client, writer, result);
  }
  for (const { id, key } of await client.locks()) await client.sunlock(String(id), Number(key));
  const after = await readAll(client);
  for (const writer of writers) writer.rebase(new Map([...after].filter(([id]) => id.startsWith(`${writer.name}-`))));
  const key = await client.slock('probe', { create: true });
  if (key <= greatestKey) throw new Error(`key ${key} was handed out though ${greatestKey} had been before`);
  await client.sunlock('probe', key);
}

/** The sessions of a writer must be as they were behind one of its writes, and behind the last one that counts. */
function compareStates(writer: Writer, own: Sessions, result: KillRoundsResult, promised: Promised): void {
  const states = [...writer.states()];
  let at = states.length - 1;
  while (at >= 0 && !isSame((states[at] as (typeof states)[number]).sessions, own)) at--;
  if (at < 0) throw new Error(`the sessions of ${writer.name} are as they never were`);
  for (const { supersededAtMs } of states.slice(at)) {
    if (supersededAtMs === undefined) continue;
    const lossMs = promised.killedAtMs - supersededAtMs;
    result.lost++;
    result.longestLossMs = Math.max(result.longestLossMs, lossMs);
    if (lossMs > promised.allowedLossMs)
      throw new Error(`${writer.name}: a write acknowledged ${Math.round(lossMs)} ms before the kill is lost`);
  }
}

/** A lock that was acknowledged is there for its key, unless its freeing was under way. */
async function compareLock(client: MsessionClient, writer: Writer, result: KillRoundsResult): Promise<void> {
  const lock = writer.heldLock;
  if (lock === undefined) return;
  result.locksChecked++;
  if (lock.mayBeFree) return;
  if ((await client.ctl(lock.id, 'EXIST')) === 0) {
    // a reservation: it stands for its key, which makes the session
    await client.sunlock(lock.id, lock.key, { data: '0', variables: { n: 0, user: 'u0' } });
    return;
  }
  if ((await client.sunlock(lock.id, lock.key)) !== 1) throw new Error('a lock that was acknowledged is gone');
}

/** The ids that FIND answers for each user. */
async function searchAll(client: MsessionClient): Promise<string[][]> {
  const searches: string[][] = [];
  for (let i = 0; i < users; i++) searches.push((await client.find('user', `u${i}`)).map(String).sort());
  return searches;
}

function compareSearches(searches: readonly string[][], found: Sessions, result: KillRoundsResult): void {
  for (const [i, ids] of searches.entries()) {
    const expected = [...found].filter(([, { user }]) => user === `u${i}`).map(([id]) => id);
    if (ids.join() !== expected.sort().join()) throw new Error(`FIND user u${i} is not what a scan finds`);
    result.searchesChecked++;
  }
}

async function readAll(client: MsessionClient): Promise<Map<string, Expected>> {
  const found = new Map<string, Expected>();
  const ids = (await client.list({})) as string[];
  for (const id of ids) found.set(id, await readOne(client, id));
  return found;
}

async function readOne(client: MsessionClient, id: string): Promise<Expected> {
  const { data, vars } = await client.getobject(id);
  const number = Number.parseInt(String(data), 10);
  if (Number(vars.get('n')) !== number)
    throw new Error(`session ${id} is torn: data ${number}, variable ${vars.get('n')}`);
  return { number, user: String(vars.get('user')) };
}

function isSame(left: Sessions, right: Sessions): boolean {
  if (left.size !== right.size) return false;
  for (const [id, { number, user }] of left) {
    const other = right.get(id);
    if (other === undefined || other.number !== number || other.user !== user) return false;
  }
  return true;
}

/** Random numbers that a seed repeats. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
