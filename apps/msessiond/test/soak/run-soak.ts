// A hundred thousand sessions that are made and expire all the time, under full load: makers keep their number, workers
// read and write the youngest as fast as the server answers. Each window of time leaves its throughput, latencies,
// sessions and memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { Random } from '../fuzz/random.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { memoryOf } from '../support/process-memory.js';

export interface SoakOptions {
  readonly seconds: number;
  readonly windowSeconds: number;
  /** How long a session lives that nobody comes back to. */
  readonly timeoutSeconds: number;
  /** Sessions alive at a time. */
  readonly sessions: number;
  readonly workers?: number;
  readonly seed?: number;
  readonly onWindow?: (window: SoakWindow) => void;
}

export interface SoakWindow {
  readonly endsAtSeconds: number;
  readonly operations: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly sessions: number;
  /** Memory of the process's own; pages of the store's file that the system keeps for it are apart. */
  readonly ownBytes: number;
  readonly mappedBytes: number;
  /** Whether as many sessions expire as are made. */
  readonly isSteady: boolean;
}

export interface SoakResult {
  readonly windows: readonly SoakWindow[];
  readonly created: number;
  readonly expired: number;
  /** Sessions left when their time was over, and what the daemon says of some of them. */
  readonly left: number;
  readonly leftovers: readonly string[];
  /** How long it took until none was left, behind the moment at which the last one's time was over. */
  readonly sweptAfterMs: number;
}

const makingEveryMs = 20;
/** The youngest are those that workers come back to. */
const visited = 2000;
const remembered = 65_536;
const longestPipeline = 2000;
/** A busy machine may be behind; what is left then is left for ever. */
const secondsToSweep = 60;
const mostDescribed = 5;

export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { seconds, windowSeconds, timeoutSeconds, sessions, workers = 32, seed = 1 } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-soak-'));
  const flags = ['--port', '0', '--log-level', 'error', '--data-dir', path.join(folder, 'data')];
  const daemon = new DaemonProcess({ flags });
  const clients: MsessionClient[] = [];
  try {
    const port = await daemon.port();
    const open = () => {
      const client = createClient({ port, reconnect: false });
      clients.push(client);
      return client;
    };
    const control = open();
    const beganAt = performance.now();
    const elapsed = () => (performance.now() - beganAt) / 1000;
    const load = new SoakLoad({ seed, timeoutSeconds, perSecond: sessions / timeoutSeconds, elapsed, seconds });
    const running = [load.make(open()), ...Array.from({ length: workers }, () => load.work(open()))];
    const windows: SoakWindow[] = [];
    for (let end = windowSeconds; end <= seconds; end += windowSeconds) {
      await Promise.race([Promise.all(running), sleep((end - elapsed()) * 1000)]);
      const window = {
        endsAtSeconds: Math.round(elapsed()),
        ...load.takeLatencies(),
        sessions: Number(await control.count()),
        ownBytes: memoryOf(daemon.child.pid as number, 'RssAnon'),
        mappedBytes: memoryOf(daemon.child.pid as number, 'RssFile'),
        // the first to expire free what the last to come take
        isSteady: end - windowSeconds >= timeoutSeconds * 1.5,
      };
      windows.push(window);
      options.onWindow?.(window);
    }
    await Promise.all(running);
    const overMs = performance.now() + timeoutSeconds * 1000;
    // a timer counts from the loop's time, which is behind where it was busy
    while (performance.now() < overMs) await sleep(overMs - performance.now());
    const leftovers: string[] = [];
    let left = Number(await control.count());
    while (left > 0 && performance.now() < overMs + secondsToSweep * 1000) {
      leftovers.push(...(await describe(control, left)));
      await sleep(1000);
      left = Number(await control.count());
    }
    const sweptAfterMs = performance.now() - overMs;
    const info = String(await control.info());
    const expired = Number(/^expired_keys:(\d+)\r?$/m.exec(info)?.[1] ?? Number.NaN);
    for (const client of clients) await client.close();
    const ended = await daemon.stop();
    if (ended.code !== 0 || ended.stderr !== '')
      throw new Error(`the daemon ended with ${ended.code ?? ended.signal} and said: ${ended.stderr.slice(0, 2000)}`);
    return { windows, created: load.created, expired, left, leftovers, sweptAfterMs };
  } finally {
    for (const client of clients) client.destroy();
    daemon.child.kill('SIGKILL');
    await daemon.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the daemon says of some sessions that should have ended. */
async function describe(control: MsessionClient, left: number): Promise<string[]> {
  const [ids, locks] = [((await control.list({})) as readonly string[]).map(String), await control.locks()];
  const seen = [`COUNT ${left}, LIST ${ids.length}, LOCKS ${locks.length}`];
  for (const id of ids.slice(0, mostDescribed)) {
    const facts: string[] = [];
    for (const fact of ['TTL', 'AGE', 'TLA', 'LOCK'] as const)
      facts.push(`${fact} ${await control.ctl(id, fact).catch((error: Error) => error.message)}`);
    seen.push(`${id}: ${facts.join(', ')}`);
  }
  return seen;
}

interface LoadOptions {
  readonly seed: number;
  readonly timeoutSeconds: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly elapsed: () => number;
}

class SoakLoad {
  created = 0;
  #latencies: number[] = [];
  readonly #askedAtMs = new Float64Array(remembered);
  readonly #options: LoadOptions;
  readonly #random: Random;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  /** Makes sessions at their rate, in pipelines. */
  async make(client: MsessionClient): Promise<void> {
    const { timeoutSeconds, perSecond, elapsed, seconds } = this.#options;
    let asked = 0;
    while (elapsed() < seconds) {
      const due = Math.min(asked + longestPipeline, Math.floor(elapsed() * perSecond));
      const made: Promise<unknown>[] = [];
      for (; asked < due; asked++) {
        this.#askedAtMs[asked % remembered] = performance.now();
        const options = {
          timeoutSeconds,
          variables: { user: `user-${asked % 1000}`, cart: String(asked % 10) },
        };
        const reply = client.dataset(`visit-${asked}`, 'd'.repeat(100 + (asked % 400)), options);
        // replies come in order
        made.push(reply.then(() => this.created++));
      }
      await Promise.all(made);
      if (asked >= Math.floor(elapsed() * perSecond)) await sleep(makingEveryMs);
    }
  }

  /** One operation behind the other, as fast as they are answered. */
  async work(client: MsessionClient): Promise<void> {
    const { elapsed, seconds } = this.#options;
    while (elapsed() < seconds) {
      if (this.created === 0) {
        await sleep(makingEveryMs);
        continue;
      }
      const number = Math.max(0, this.created - 1 - this.#random.below(visited));
      const beganAt = performance.now();
      try {
        await this.#visit(client, `visit-${number}`);
      } catch (error) {
        this.#mayBeGone(number, error as Error);
      }
      this.#latencies.push(performance.now() - beganAt);
    }
  }

  async #visit(client: MsessionClient, id: string): Promise<void> {
    const dice = this.#random.next();
    if (dice < 0.6) await client.getval(id, 'user');
    else if (dice < 0.85) await client.setval(id, { cart: String(this.created % 10) });
    else if (dice < 0.95) await client.dataget(id);
    else {
      const key = await client.slock(id, { waitMs: 10_000 });
      await client.sunlock(id, key);
    }
  }

  /** On a machine too slow for the load a session may have lived its time; it must not have ended before. */
  #mayBeGone(number: number, error: Error): void {
    const ageMs = performance.now() - (this.#askedAtMs[number % remembered] as number);
    const isGone = (error as { readonly code?: string }).code === 'NOSESSION';
    if (isGone && ageMs >= this.#options.timeoutSeconds * 1000) return;
    throw new Error(`a session ${Math.round(ageMs)} ms old: ${error.message}`, { cause: error });
  }

  takeLatencies(): Pick<SoakWindow, 'operations' | 'p50Ms' | 'p99Ms' | 'p999Ms'> {
    const sorted = Float64Array.from(this.#latencies).sort();
    this.#latencies = [];
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
    return { operations: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

export function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
