// Load that can tell what was lost. Some sessions have one writer each, which numbers its writes; others are locked and
// written by all, each write under its key. Every writer knows what was acknowledged and what is under way, so that
// afterwards each session can be judged: too old, torn, or written under a key that was out of date.
import type { MsessionClient } from '@msession/client';
import { codeOf, type Farm } from './farm.js';

/** Milliseconds of performance.now(). */
type Moment = number;

interface NumberedSession {
  sent: number;
  acknowledged: number;
  /** The writes that were acknowledged, in order, with the time of each reply. */
  readonly history: { readonly number: number; readonly atMs: Moment }[];
}

interface FencedWrite {
  readonly key: number;
  readonly sentAtMs: Moment;
  acknowledgedAtMs: Moment | undefined;
}

export interface LoadOptions {
  readonly farm: Farm;
  /** Clients that write sessions of their own, and as many that write common ones. */
  readonly writers: number;
  readonly ownSessions: number;
  readonly commonSessions: number;
}

const users = 5;

export class FencedLoad {
  readonly #farm: Farm;
  readonly #own = new Map<string, NumberedSession>();
  readonly #common = new Map<string, FencedWrite[]>();
  readonly #running: Promise<void>[] = [];
  /** Refusals by code: those of an engine that cannot be reached are to be expected when it cannot. */
  readonly refusals = new Map<string, number>();
  /** What must never happen. */
  readonly faults: string[] = [];
  /** Reads that did not see what had been acknowledged: what a dead master takes with it looks so. */
  readonly regressions: string[] = [];
  /** Commands that were acknowledged. */
  done = 0;
  #isEnding = false;
  #progress: (() => void)[] = [];

  constructor({ farm, writers, ownSessions, commonSessions }: LoadOptions) {
    this.#farm = farm;
    for (let i = 0; i < commonSessions; i++) this.#common.set(`common-${i}`, []);
    for (let writer = 0; writer < writers; writer++) {
      const ids = Array.from({ length: ownSessions }, (_, i) => `own-${writer}-${i}`);
      for (const id of ids) this.#own.set(id, { sent: 0, acknowledged: 0, history: [] });
      this.#running.push(this.#run(farm.client(writer), (client, round) => this.#writeOwn(client, ids, round)));
      this.#running.push(this.#run(farm.client(writer), (client, round) => this.#writeCommon(client, round + writer)));
    }
  }

  /** Resolves when so many more commands were acknowledged. */
  async progress(commands: number): Promise<void> {
    const goal = this.done + commands;
    while (this.done < goal && this.faults.length === 0)
      await new Promise<void>((resolve) => this.#progress.push(resolve));
  }

  /** Lets what is under way finish. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#running);
  }

  async #run(client: MsessionClient, step: (client: MsessionClient, round: number) => Promise<void>): Promise<void> {
    for (let round = 0; !this.#isEnding; round++) {
      try {
        await step(client, round);
        this.done++;
      } catch (error) {
        const code = codeOf(error);
        if (code === undefined) this.faults.push(String(error));
        else this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
        // a refusal comes at once: what is down is not asked as fast as it can refuse
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const resolve of this.#progress.splice(0)) resolve();
    }
  }

  async #writeOwn(client: MsessionClient, ids: readonly string[], round: number): Promise<void> {
    const id = ids[round % ids.length] as string;
    const session = this.#own.get(id) as NumberedSession;
    const number = ++session.sent;
    const variables = { n: number, user: `u${number % users}` };
    await client.dataset(id, `${number}`, { variables });
    session.acknowledged = number;
    session.history.push({ number, atMs: performance.now() });
    const read = Number(await client.getval(id, 'n'));
    if (read !== number) this.regressions.push(`${id}: ${number} was acknowledged, then ${read} was read`);
  }

  async #writeCommon(client: MsessionClient, round: number): Promise<void> {
    const id = `common-${round % this.#common.size}`;
    const writes = this.#common.get(id) as FencedWrite[];
    const key = (await client.slock(id, { create: true, waitMs: 20_000, leaseMs: 60_000, bind: true })) as number;
    const write: FencedWrite = { key, sentAtMs: performance.now(), acknowledgedAtMs: undefined };
    writes.push(write);
    await client.sunlock(id, key, { data: `${key}`, variables: { n: key, user: `u${key % users}` } });
    write.acknowledgedAtMs = performance.now();
    const later = writes.find(
      (other) => other.key > key && other.acknowledgedAtMs !== undefined && other.acknowledgedAtMs < write.sentAtMs,
    );
    if (later !== undefined) this.faults.push(`${id}: a write under an older key came after one under a newer key`);
  }

  /**
   * Compares what is there with what was acknowledged by `untilMs` (default: ever). Answers the sessions that have less,
   * and throws for what may not be, loss or no loss.
   */
  async lost(untilMs: Moment = Number.POSITIVE_INFINITY): Promise<string[]> {
    const client = this.#farm.client();
    const lost: string[] = [];
    for (const [id, session] of this.#own) {
      const least = session.history.findLast(({ atMs }) => atMs < untilMs)?.number ?? 0;
      const found = await numberOf(client, id);
      if (found < least) lost.push(`${id}: ${least} was acknowledged, ${found} is there`);
      if (found > session.sent) throw new Error(`${id}: ${found} is there, which nobody wrote`);
    }
    for (const [id, writes] of this.#common) {
      const least = Math.max(
        0,
        ...writes
          .filter(({ acknowledgedAtMs = Number.POSITIVE_INFINITY }) => acknowledgedAtMs < untilMs)
          .map(({ key }) => key),
      );
      const found = await numberOf(client, id);
      if (found < least) lost.push(`${id}: the write under key ${least} was acknowledged, that of ${found} is there`);
      const keys = writes.map(({ key }) => key);
      if (found !== 0 && !keys.includes(found)) throw new Error(`${id}: ${found} is there, which nobody wrote`);
      if (new Set(keys).size < keys.length) throw new Error(`${id}: a key was handed out twice`);
    }
    return lost;
  }

  /** Every search against a look at every session; answers what differs. */
  async searchFaults(): Promise<string[]> {
    const client = this.#farm.client();
    const ids = await client.list();
    const found = new Map<string, string[]>();
    for (const id of ids) {
      const user = await client.getval(id, 'user');
      if (user !== null) found.set(user, [...(found.get(user) ?? []), id]);
    }
    const faults: string[] = [];
    for (let i = 0; i < users; i++) {
      const searched = (await client.find('user', `u${i}`)).sort().join();
      const scanned = (found.get(`u${i}`) ?? []).sort().join();
      if (searched !== scanned) faults.push(`u${i}: a search finds ${searched}, a scan ${scanned}`);
    }
    if ((await client.count()) !== ids.length) faults.push('COUNT and LIST differ');
    return faults;
  }
}

/** The number in a session's data; fails when the variable of the same write has another. */
async function numberOf(client: MsessionClient, id: string): Promise<number> {
  if ((await client.ctl(id, 'EXIST')) === 0) return 0;
  const { data, vars } = await client.getobject(id);
  const number = Number(data ?? 0);
  if (number !== Number(vars.get('n') ?? 0) || (number > 0 && vars.get('user') !== `u${number % users}`))
    throw new Error(`${id} is torn: data and variables of one write differ`);
  return number;
}
