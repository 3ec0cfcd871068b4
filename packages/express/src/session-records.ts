// Reads and writes sessions on the server in the three modes. Every write of a session that was read is conditional:
// under the lock's key, on the revision read, or at least on the session's being there, so that a late write never
// revives what was destroyed. Express, Fastify and sub-sessions all go through here.
import type { CancelSignal } from '@msession/client';
import { codeOf, SessionStoreError } from './errors.js';
import { newMetrics, type StoreMetrics } from './metrics.js';
import { type OpenSession, remember } from './open-session.js';
import type { SessionData } from './serializers.js';
import { SessionWriter } from './session-writer.js';
import type { ResolvedStoreOptions } from './store-options.js';
import { WaitingRoom } from './waiting-room.js';

/** Of the wait for a lock. */
export interface WaitOptions {
  /** Who asks, for LOCKS. */
  readonly note?: string;
  /** Ends waiting for the lock. */
  readonly signal?: CancelSignal;
}

/** Waiters of one process and session on the server at a time; the server caps them for all. */
const seatsOnServer = 8;

export class SessionRecords {
  readonly options: ResolvedStoreOptions;
  readonly metrics: StoreMetrics;
  readonly #room: WaitingRoom;
  readonly #writer: SessionWriter;

  constructor(options: ResolvedStoreOptions, metrics = newMetrics()) {
    this.options = options;
    this.metrics = metrics;
    this.#writer = new SessionWriter(options, metrics, {
      lock: (open) => this.#lock(open, {}),
      giveBack: (open) => this.#giveBack(open),
      destroy: (serverId) => this.destroy(serverId),
      touch: (serverId, session) => this.touch(serverId, session),
    });
    this.#room = new WaitingRoom(seatsOnServer, Math.max(0, options.maxWaiters - seatsOnServer));
  }

  /** Reads a session, and locks it first in the mode `lock`. `isFound` says whether there is one. */
  fill(open: OpenSession, options: WaitOptions = {}): Promise<void> {
    return open.mode === 'lock' ? this.#lock(open, options) : this.#read(open);
  }

  /** The data of a session, without prolonging its life; undefined where there is none. */
  async peek(serverId: string): Promise<Record<string, unknown> | undefined> {
    const bytes = await this.options.client.dataget(serverId, { isPeek: true, encoding: 'buffer' });
    return bytes === null ? undefined : this.options.serializer.parse(bytes);
  }

  /** Reads again what is open, under the same lock. */
  reopen(open: OpenSession): Promise<void> {
    return this.#read(open);
  }

  /** The data of an open session. @throws what the serializer throws on bytes it cannot read */
  parse(open: OpenSession): Record<string, unknown> | undefined {
    return open.isFound && open.bytes !== undefined ? this.options.serializer.parse(open.bytes) : undefined;
  }

  /** Writes a session that this request opened, in its mode. Answers false when it was destroyed meanwhile. */
  async write(open: OpenSession, session: SessionData): Promise<boolean> {
    if (!open.isFound) return this.create(open, session);
    const isWritten = await this.#writer.write(open, session);
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
    const written = this.#writer.written(open, session);
    if (written === undefined) {
      await this.destroy(open.serverId);
      return false;
    }
    await this.options.client.dataset(open.serverId, written.bytes, written.fields);
    remember(open, written.bytes);
    open.isFound = true;
    return true;
  }

  /**
   * Writes a sub-session that was not there. If another request made it meanwhile, both are merged; if its parent is
   * gone, nothing is written and the answer is false.
   */
  async createSub(open: OpenSession, session: SessionData): Promise<boolean> {
    const written = open.isFinished ? undefined : this.#writer.written(open, session);
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
    remember(open, written.bytes);
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

  /** Renews the life of a session that is touched for the last time in this request, and frees its lock with it. */
  async touchLast(open: OpenSession, session: SessionData): Promise<void> {
    const { lock, serverId } = open;
    const seconds = this.options.ttlOf(session);
    if (lock === undefined || Number.isNaN(seconds)) return this.touch(serverId, session);
    open.lock = undefined;
    if (seconds !== undefined) lock.setTimeout(seconds);
    try {
      await lock.release();
    } catch (error) {
      if (codeOf(error) !== 'LOCK_LOST') throw error;
      // the lock was another's by now; the session may still be there
      await this.touch(serverId, session);
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
    void this.#giveBack(open);
  }

  /** Gives the lock back while the request goes on; what it still saves is merged. */
  async release(open: OpenSession): Promise<void> {
    if (open.lock === undefined) return;
    open.mode = 'merge';
    open.revision = undefined;
    open.revisionAsked = undefined;
    await this.#giveBack(open);
  }

  /** The response is finished: gives the lock back, and takes no more writes that relied on it. */
  finish(open: OpenSession): void {
    open.isFinished = true;
    void this.#giveBack(open);
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

  async #lock(open: OpenSession, options: WaitOptions): Promise<void> {
    const { client, leaseMs, waitMs } = this.options;
    // where everybody writes under the lock, the lock is enough
    const needsRevision = this.options.serializer.isSharedUnderLock !== true;
    let revision: number | undefined;
    try {
      const limits = { waitMs, signal: options.signal };
      open.lock = await this.#room.run(open.serverId, limits, (remainingMs) => {
        // leaves in one write with the lock, so that the save need not ask
        if (needsRevision)
          client.ctl(open.serverId, 'REV').then(
            (number) => {
              revision = number;
            },
            () => {}, // the save asks again
          );
        return client.lock(open.serverId, {
          waitMs: remainingMs,
          leaseMs,
          renewForMs: 0, // a hung handler loses the session at the lease
          bind: true,
          encoding: 'buffer',
          ...(options.note === undefined ? {} : { note: options.note }),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        });
      });
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
    const { data, key, hasWaited } = open.lock;
    open.bytes = data ?? undefined;
    open.isFound = true; // without data, perhaps: a sub-session that was made and not written yet
    open.revision = undefined;
    open.revisionAsked = undefined;
    if (data === null || !needsRevision) return;
    // Keys of locks and revisions come from one counter that only grows. A revision below the lock's key is that of the
    // data read with the lock, or an older one, which the save finds out; one above it may be of data not read here.
    const below = (number: number | undefined) => (number !== undefined && number < key ? number : undefined);
    // who held it meanwhile has written, most likely
    if (hasWaited) open.revisionAsked = client.ctl(open.serverId, 'REV').then(below, () => undefined);
    else open.revision = below(revision);
  }

  #read(open: OpenSession): Promise<void> {
    const reply = this.options.client.dataget(open.serverId, { withRevision: true, encoding: 'buffer' });
    return reply.then(([data, revision]) => {
      open.bytes = data ?? undefined;
      open.revision = revision;
      open.revisionAsked = undefined;
      open.isFound = data !== null;
    });
  }

  /** Frees the lock; that it was lost or destroyed meanwhile is no news by now. */
  #giveBack(open: OpenSession): Promise<void> {
    const { lock } = open;
    open.lock = undefined;
    return lock === undefined ? Promise.resolve() : lock.release().catch(() => {});
  }
}
