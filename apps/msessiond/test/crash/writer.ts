// One client of the crash harness: it changes sessions of its own, one command at a time, and knows at every moment what
// the server has acknowledged, what is under way, and so what may be found after a crash.
import { createClient, type MsessionClient } from '@msession/client';

/** A session as it should be: the number stands in its data and in a variable, the user in another. */
export interface Expected {
  readonly number: number;
  readonly user: string;
}

export type Sessions = ReadonlyMap<string, Expected>;

interface Operation {
  readonly after: Sessions;
  /** When its reply came, milliseconds; undefined while it is under way. */
  acknowledgedAtMs: number | undefined;
}

const sessionsPerWriter = 40;
/** Data is short nearly always; long ones make batches that go to disk in several transactions. */
const shortBytes = 300;
const longBytes = 400_000;
const longShare = 0.1;
/** Values of the variable that is searched: `u0` and so on. */
export const users = 7;

export class Writer {
  readonly name: string;
  /** The greatest key or revision that a reply showed. */
  greatestKey = 0;
  acknowledged = 0;
  /** A lock that the server said we hold; `mayBeFree` once its SUNLOCK is under way. */
  heldLock: { readonly id: string; readonly key: number; mayBeFree: boolean } | undefined;
  #base: Sessions = new Map();
  #operations: Operation[] = [];
  #number = 0;
  readonly #random: () => number;

  constructor(name: string, random: () => number) {
    this.name = name;
    this.#random = random;
  }

  /** States that may be found, the oldest first, each with the time at which it was superseded for good. */
  *states(): IterableIterator<{ readonly sessions: Sessions; readonly supersededAtMs: number | undefined }> {
    let sessions = this.#base;
    for (const operation of this.#operations) {
      yield { sessions, supersededAtMs: operation.acknowledgedAtMs };
      sessions = operation.after;
    }
    yield { sessions, supersededAtMs: undefined };
  }

  /** What was found is what the next round begins with. */
  rebase(found: Sessions): void {
    this.#base = found;
    this.#operations = [];
    this.heldLock = undefined;
  }

  /** Changes sessions until the connection breaks. */
  async run(port: number): Promise<void> {
    const client = createClient({ port, reconnect: false, maxResends: 0 });
    let sessions = this.#base;
    try {
      await client.connect();
      for (;;) sessions = await this.#step(client, sessions);
    } catch {
      // the server was killed
    } finally {
      client.destroy();
    }
  }

  async #step(client: MsessionClient, sessions: Sessions): Promise<Sessions> {
    const id = this.#pick(sessions);
    const dice = this.#random();
    const after = new Map(sessions);
    if (dice < 0.1 && sessions.has(id)) {
      after.delete(id);
      return await this.#await(after, client.drop(id));
    }
    if (dice < 0.2 && sessions.has(id)) {
      const other = `${this.name}-${Math.floor(this.#random() * sessionsPerWriter)}`;
      if (sessions.has(other)) return sessions;
      after.set(other, sessions.get(id) as Expected);
      after.delete(id);
      return await this.#await(after, client.rename(id, other));
    }
    const expected: Expected = { number: ++this.#number, user: `u${Math.floor(this.#random() * users)}` };
    const most = this.#random() < longShare ? longBytes : shortBytes;
    const data = String(expected.number).padEnd(1 + Math.floor(this.#random() * most), '.');
    const variables = { n: expected.number, user: expected.user };
    after.set(id, expected);
    if (dice < 0.5) {
      const key = await client.slock(id, { leaseMs: 600_000, create: true });
      this.#note(key);
      this.heldLock = { id, key, mayBeFree: false };
      await client.ctl(id, 'EXIST');
      this.heldLock.mayBeFree = true;
      const done = await this.#await(after, client.sunlock(id, key, { data, variables }));
      this.heldLock = undefined;
      return done;
    }
    const done = await this.#await(after, client.dataset(id, data, { variables }));
    if (dice > 0.95) this.#note(await client.ctl(id, 'REV'));
    return done;
  }

  #pick(sessions: Sessions): string {
    const ids = [...sessions.keys()];
    const known = ids[Math.floor(this.#random() * ids.length)];
    if (known !== undefined && this.#random() < 0.7) return known;
    return `${this.name}-${Math.floor(this.#random() * sessionsPerWriter)}`;
  }

  async #await(after: Sessions, reply: Promise<unknown>): Promise<Sessions> {
    const operation: Operation = { after, acknowledgedAtMs: undefined };
    this.#operations.push(operation);
    await reply;
    operation.acknowledgedAtMs = performance.now();
    this.acknowledged++;
    return after;
  }

  #note(key: number): void {
    this.greatestKey = Math.max(this.greatestKey, key);
  }
}
