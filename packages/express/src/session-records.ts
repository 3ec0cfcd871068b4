// Reads and writes sessions on the server in the three modes. Every write of a session that was read is conditional:
// under the lock's key, on the revision read, or at least on the session's being there, so that a late write never
// revives what was destroyed. Express, Fastify and sub-sessions all go through here.
import { codeOf, SessionStoreError } from './errors.js';
import { type IndexedFields, indexedFields } from './index-variables.js';
import { changedKeys, mergeChanges } from './merge-changes.js';
import { MergeTurns } from './merge-turns.js';
import { newMetrics, type StoreMetrics } from './metrics.js';
import { newOpenSession, type OpenSession } from './open-session.js';
import type { SessionMode } from './session-mode.js';
import type { ResolvedStoreOptions } from './store-options.js';
import { WaitingRoom } from './waiting-room.js';

export type SessionData = Readonly<Record<string, unknown>>;

export interface OpenOptions {
  readonly mode: SessionMode;
  /** Who asks, for LOCKS. */
  readonly note?: string;
  /** Ends waiting for the lock. */
  readonly signal?: AbortSignal;
}

/** What is written in one step: the data, its life, and the variables it is found by. */
interface Written {
  readonly bytes: Buffer;
  readonly fields: { readonly timeoutSeconds: number | undefined } & Partial<IndexedFields>;
}

/** Waiters of one process and session on the server at a time; the server caps them for all. */
const seatsOnServer = 8;

export class SessionRecords {
  readonly options: ResolvedStoreOptions;
  readonly metrics: StoreMetrics;
  readonly #room: WaitingRoom;
  readonly #turns = new MergeTurns();

  constructor(options: ResolvedStoreOptions, metrics = newMetrics()) {
    this.options = options;
    this.metrics = metrics;
    this.#room = new WaitingRoom(seatsOnServer, Math.max(0, options.maxWaiters - seatsOnServer));
  }

  /** Reads a session, and locks it first in the mode `lock`. `isFound` says whether there is one. */
  async open(serverId: string, options: OpenOptions): Promise<OpenSession> {
    const open = newOpenSession(serverId, options.mode);
    if (options.mode === 'lock') await this.#lock(open, options);
    else await this.#read(open);
    return open;
  }

  /** Reads again what is open, under the same lock. */
  async reopen(open: OpenSession): Promise<void> {
    await this.#read(open);
  }

  /** The data of an open session. @throws what the serializer throws on bytes it cannot read */
  parse(open: OpenSession): Record<string, unknown> | undefined {
    return open.isFound && open.bytes !== undefined ? this.options.serializer.parse(open.bytes) : undefined;
  }

  /** Writes a session that this request opened, in its mode. Answers false when it was destroyed meanwhile. */
  async write(open: OpenSession, session: SessionData): Promise<boolean> {
    if (!open.isFound) return this.create(open, session);
    const isWritten = await this.#writeFound(open, session);
    if (!isWritten) {
      this.metrics.lateWrites++;
      open.isFound = false;
      open.isFinished = true; // it was destroyed: nothing that this request still does may make it again
    }
    return isWritten;
  }

  /** Writes a session that was not there. Answers false when its life is over before it began. */
  async create(open: OpenSession, session: SessionData): Promise<boolean> {
    if (open.isFinished) {
      this.metrics.lateWrites++;
      return false;
    }
    const written = this.#written(open, session);
    if (written === undefined) {
      await this.destroy(open.serverId);
      return false;
    }
    await this.options.client.dataset(open.serverId, written.bytes, written.fields);
    this.#remember(open, written.bytes);
    open.isFound = true;
    return true;
  }

  /**
   * Writes a sub-session that was not there. If another request made it meanwhile, both are merged; if its parent is
   * gone, nothing is written and the answer is false.
   */
  async createSub(open: OpenSession, session: SessionData): Promise<boolean> {
    const written = open.isFinished ? undefined : this.#written(open, session);
    if (written === undefined) return false;
    try {
      const reply = await this.options.client.dataset(open.serverId, written.bytes, {
        ...written.fields,
        condition: 'NX',
      });
      open.isFound = true;
      open.mode = 'merge';
      if (reply === null) return this.write(open, session);
    } catch (error) {
      if (codeOf(error) !== 'NOSESSION') throw error;
      this.metrics.lateWrites++;
      return false;
    }
    this.#remember(open, written.bytes);
    return true;
  }

  /** Renews the life of a session; never makes one. */
  async touch(serverId: string, session: SessionData): Promise<void> {
    const { client } = this.options;
    const seconds = this.options.ttlOf(session);
    try {
      if (Number.isNaN(seconds)) await this.destroy(serverId);
      else if (seconds === undefined) await client.ctl(serverId, 'TOUCH');
      else await client.timeout(serverId, seconds);
    } catch (error) {
      if (codeOf(error) !== 'NOSESSION') throw error;
      this.metrics.lateTouches++;
    }
  }

  /** Destroys a session with its sub-sessions, whoever holds its lock. */
  async destroy(serverId: string): Promise<boolean> {
    try {
      await this.options.client.drop(serverId);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'NOSESSION') throw error;
      return false;
    }
  }

  /** Notes that this request destroyed what it had open. */
  forget(open: OpenSession): void {
    open.isFound = false;
    open.isFinished = true;
    this.#giveBack(open);
  }

  /** Gives the lock back while the request goes on; what it still saves is merged. */
  async release(open: OpenSession): Promise<void> {
    if (open.lock === undefined) return;
    open.mode = 'merge';
    open.revision = undefined;
    await this.#giveBack(open);
  }

  /** The response is finished: gives the lock back, and takes no more writes that relied on it. */
  finish(open: OpenSession): void {
    open.isFinished = true;
    this.#giveBack(open);
  }

  /**
   * The client hung up. Whoever waits gets the session at once; if nobody does, what the handler still saves is written
   * under the old key.
   */
  abandon(open: OpenSession): void {
    const { lock } = open;
    if (lock === undefined) return;
    this.metrics.locksAbandoned++;
    lock.extend(1).catch(() => {});
    setTimeout(() => this.#giveBack(open), this.options.leaseMs).unref();
  }

  async #lock(open: OpenSession, options: OpenOptions): Promise<void> {
    const { client, leaseMs } = this.options;
    const { waitMs } = this.options;
    try {
      const limits = { waitMs, signal: options.signal };
      open.lock = await this.#room.run(open.serverId, limits, (remainingMs) =>
        client.lock(open.serverId, {
          waitMs: remainingMs,
          leaseMs,
          renewForMs: 0, // a hung handler loses the session at the lease
          bind: true,
          encoding: 'buffer',
          ...(options.note === undefined ? {} : { note: options.note }),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        }),
      );
    } catch (error) {
      const code = codeOf(error);
      if (code === 'NOSESSION') return;
      if (code === 'LOCKED' || code === 'BUSY' || code === 'LOCK_TIMEOUT' || code === 'LOCK_BUSY')
        this.metrics.lockTimeouts++;
      if (code === 'LOCKED')
        throw new SessionStoreError('LOCK_TIMEOUT', `the session was in use for ${waitMs} ms`, error);
      if (code === 'BUSY')
        throw new SessionStoreError('LOCK_BUSY', 'too many requests wait for this session already', error);
      throw error;
    }
    this.metrics.locksTaken++;
    const { data } = open.lock;
    open.bytes = data ?? undefined;
    open.isFound = true; // without data, perhaps: a sub-session that was made and not written yet
  }

  async #read(open: OpenSession): Promise<void> {
    const [data, revision] = await this.options.client.dataget(open.serverId, {
      withRevision: true,
      encoding: 'buffer',
    });
    open.bytes = data ?? undefined;
    open.revision = revision;
    open.isFound = data !== null;
  }

  #writeFound(open: OpenSession, session: SessionData): Promise<boolean> {
    if (open.mode === 'merge') return this.#turns.take(open.serverId, () => this.#merge(open, session));
    if (open.mode === 'lock') return this.#writeLocked(open, session);
    return this.#overwrite(open, session);
  }

  async #overwrite(open: OpenSession, session: SessionData): Promise<boolean> {
    const written = this.#written(open, session);
    if (written === undefined) return this.destroy(open.serverId);
    const reply = await this.options.client.dataset(open.serverId, written.bytes, {
      ...written.fields,
      condition: 'XX',
    });
    if (reply === null) return false;
    this.#remember(open, written.bytes);
    return true;
  }

  async #writeLocked(open: OpenSession, session: SessionData, lifeOf: SessionData = session): Promise<boolean> {
    const { lock } = open;
    if (lock === undefined || open.isFinished)
      throw new SessionStoreError(
        'LOCK_RELEASED',
        'the session was saved after the response, when its lock had been given back; nothing was saved. ' +
          'Save before responding, or call req.msession.release() first',
      );
    const written = this.#written(open, session, lifeOf);
    if (written === undefined) return this.destroy(open.serverId);
    try {
      const fields = { ...written.fields, key: lock.key, condition: 'XX' as const };
      const reply = await this.options.client.dataset(open.serverId, written.bytes, fields);
      if (reply === null) return false;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'NOSESSION') return false;
      if (code !== 'NOWLOCK') throw error;
      // destroyed, and its lock with it: that is a logout and no lost lock
      if ((await this.options.client.ctl(open.serverId, 'EXIST')) === 0) return false;
      this.metrics.locksLost++;
      throw new SessionStoreError(
        'LOCK_LOST',
        `the session was held for longer than ${this.options.leaseMs} ms and another request took it; nothing was saved`,
        error,
      );
    }
    this.#remember(open, written.bytes);
    return true;
  }

  async #merge(open: OpenSession, session: SessionData): Promise<boolean> {
    const { serializer, client, maxTries, resolverFor } = this.options;
    const before = open.bytes;
    const base = before === undefined ? {} : serializer.parse(before);
    if (changedKeys(base, session, serializer).length === 0) {
      await this.touch(open.serverId, session);
      return true;
    }
    if (serializer.isSharedUnderLock === true) return this.#mergeUnderLock(open, session, base);
    // the first try trusts what was read: if the revision still holds, nobody else has written
    let target = session;
    let revision = open.revision;
    let previous = before;
    for (let tries = 1; ; tries++) {
      if (revision === undefined) {
        const [theirs, now] = await client.dataget(open.serverId, { withRevision: true, encoding: 'buffer' });
        if (theirs === null) return false;
        const context = { serializer, resolverFor, metrics: this.metrics };
        target = mergeChanges(base, serializer.parse(theirs), session, context);
        previous = theirs;
        revision = now;
      }
      const written = this.#written({ ...open, bytes: previous }, target, session);
      if (written === undefined) return this.destroy(open.serverId);
      try {
        const fields = { ...written.fields, ifRev: revision, condition: 'XX' as const };
        const reply = await client.dataset(open.serverId, written.bytes, fields);
        if (reply === null) return false;
        break;
      } catch (error) {
        if (codeOf(error) !== 'STALE') throw error;
        this.metrics.staleWrites++;
        if (tries >= maxTries)
          throw new SessionStoreError(
            'CONFLICT',
            `the session was changed by other requests at each of ${maxTries} tries; nothing was saved`,
            error,
          );
        revision = undefined;
        await backOff(tries);
      }
    }
    // what this request sees from now on is its own session, not the merged one: that is what later changes start from
    this.#remember(open, Buffer.from(serializer.stringify(session, before) as string));
    return true;
  }

  /** Others read, work and write under the lock: only who holds it may write in between. */
  async #mergeUnderLock(open: OpenSession, session: SessionData, base: SessionData): Promise<boolean> {
    const { serializer, resolverFor } = this.options;
    const before = open.bytes;
    const held = newOpenSession(open.serverId, 'lock');
    await this.#lock(held, { mode: 'lock' });
    try {
      const theirs = this.parse(held);
      if (held.lock === undefined || theirs === undefined) return false;
      const context = { serializer, resolverFor, metrics: this.metrics };
      if (!(await this.#writeLocked(held, mergeChanges(base, theirs, session, context), session))) return false;
    } finally {
      await this.#giveBack(held);
    }
    this.#remember(open, Buffer.from(serializer.stringify(session, before) as string));
    return true;
  }

  #remember(open: OpenSession, bytes: Buffer): void {
    open.bytes = bytes;
    open.revision = undefined;
  }

  /** Bytes and fields of a write; undefined when the session's life is over. `lifeOf` is whose cookie counts. */
  #written(open: OpenSession, session: SessionData, lifeOf: SessionData = session): Written | undefined {
    const { serializer, index, prefix } = this.options;
    const seconds = this.options.ttlOf(lifeOf);
    if (Number.isNaN(seconds)) return undefined;
    const fields = { timeoutSeconds: seconds, ...(index.length > 0 ? indexedFields(session, index, prefix) : {}) };
    const made = serializer.stringify(session, open.bytes);
    return { bytes: Buffer.from(made as string), fields };
  }

  /** Frees the lock; that it was lost or destroyed meanwhile is no news by now. */
  #giveBack(open: OpenSession): Promise<void> {
    const { lock } = open;
    open.lock = undefined;
    return lock === undefined ? Promise.resolve() : lock.release().catch(() => {});
  }
}

/** A random pause that grows, so that processes that met do not meet again. */
function backOff(tries: number): Promise<void> {
  const longestMs = Math.min(64, 2 ** tries);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longestMs));
}
