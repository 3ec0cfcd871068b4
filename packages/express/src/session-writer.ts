// Writes a session that a request has read, each mode under its condition: that it is still there, that its lock is held,
// that nobody wrote in between. Where somebody did, this request's changes go onto what the session is by then, so that
// routes of different modes lose nothing of each other either.
import { codeOf, SessionStoreError } from './errors.js';
import { type IndexedFields, indexedFields } from './index-variables.js';
import { hasChanges, mergeChanges } from './merge-changes.js';
import { MergeQueue } from './merge-queue.js';
import type { StoreMetrics } from './metrics.js';
import { newOpenSession, type OpenSession, remember } from './open-session.js';
import type { SessionData } from './serializers.js';
import type { ResolvedStoreOptions } from './store-options.js';

/** What a writer leaves to the records. */
export interface WriterHost {
  lock(open: OpenSession): Promise<void>;
  giveBack(open: OpenSession): Promise<void>;
  destroy(serverId: string): Promise<boolean>;
  touch(serverId: string, session: SessionData): Promise<void>;
}

/** What is written in one step: the data, its life, and the variables it is found by. */
interface Written {
  readonly bytes: Buffer;
  readonly fields: { readonly timeoutSeconds: number | undefined } & Partial<IndexedFields>;
}

/** What a write depends on, beside the session's being there. */
interface Condition {
  readonly lock?: HeldLock | undefined;
  readonly ifRev?: number | undefined;
}

type HeldLock = NonNullable<OpenSession['lock']>;

type Outcome = 'written' | 'gone' | 'stale';

export class SessionWriter {
  readonly #options: ResolvedStoreOptions;
  readonly #metrics: StoreMetrics;
  readonly #host: WriterHost;
  readonly #queue: MergeQueue;

  constructor(options: ResolvedStoreOptions, metrics: StoreMetrics, host: WriterHost) {
    this.#options = options;
    this.#metrics = metrics;
    this.#host = host;
    this.#queue = new MergeQueue(options.client);
  }

  /** Writes in the session's mode. Answers false when it was destroyed meanwhile. */
  write(open: OpenSession, session: SessionData): Promise<boolean> {
    if (open.mode === 'overwrite') return this.#put(open, session, {}).then(isWritten);
    if (open.mode === 'lock') return this.#writeLocked(open, session);
    return this.#mergeInTurn(open, session);
  }

  #mergeInTurn(open: OpenSession, session: SessionData): Promise<boolean> {
    return this.#queue.inTurn(open.serverId, () => this.#merge(open, session));
  }

  /** Bytes and fields of a write; undefined when the session's life is over. `lifeOf` is whose cookie counts. */
  written(open: OpenSession, session: SessionData, lifeOf: SessionData = session): Written | undefined {
    const { serializer, index, prefix } = this.#options;
    const seconds = this.#options.ttlOf(lifeOf);
    if (Number.isNaN(seconds)) return undefined;
    const fields = { timeoutSeconds: seconds, ...(index.length > 0 ? indexedFields(session, index, prefix) : {}) };
    return { bytes: Buffer.from(serializer.stringify(session, open.bytes) as string), fields };
  }

  #writeLocked(open: OpenSession, session: SessionData): Promise<boolean> {
    const { lastWrite } = open;
    if (lastWrite === undefined) return this.#writeWithLock(open, session);
    const next = () => this.#writeWithLock(open, session);
    const written = lastWrite.then(next, next);
    open.lastWrite = written;
    return written;
  }

  #writeWithLock(open: OpenSession, session: SessionData): Promise<boolean> {
    const { lock } = open;
    // saved once more between the end of the handler's response and the last byte
    if (lock === undefined && open.isEnding && !open.isFinished) return this.#mergeInTurn(open, session);
    if (lock === undefined || open.isFinished)
      throw new SessionStoreError(
        'LOCK_RELEASED',
        'the session was saved after the response, when its lock had been given back; nothing was saved. ' +
          'Save before responding, or call req.msession.release() first',
      );
    // where everybody writes under the lock, nobody has written in between
    const written =
      this.#options.serializer.isSharedUnderLock === true
        ? this.#put(open, session, { lock }).then(isWritten)
        : this.#writeChanges(open, session, { lock });
    if (open.isEnding) open.lastWrite ??= written;
    return written;
  }

  #merge(open: OpenSession, session: SessionData): Promise<boolean> {
    const { serializer } = this.#options;
    if (!hasChanges(this.#base(open), session, serializer))
      return this.#host.touch(open.serverId, session).then(() => true);
    if (serializer.isSharedUnderLock === true) return this.#mergeUnderLock(open, session);
    return this.#writeChanges(open, session, {});
  }

  #base(open: OpenSession): SessionData {
    return open.bytes === undefined ? {} : this.#options.serializer.parse(open.bytes);
  }

  /**
   * Writes on the revision that was read; if the session is another by now, puts this request's changes onto that one. A
   * first try that was in vain joins the queue of merges.
   */
  async #writeChanges(open: OpenSession, session: SessionData, { lock }: Condition): Promise<boolean> {
    const { maxTries, waitMs, leaseMs } = this.#options;
    let leave = () => {};
    try {
      for (let tries = 1; ; tries++) {
        const outcome = await this.#tryChanges(open, session, lock);
        if (outcome !== 'stale') return outcome === 'written';
        this.#metrics.staleWrites++;
        if (tries >= maxTries)
          throw new SessionStoreError(
            'CONFLICT',
            `the session was changed by other requests at each of ${maxTries} tries; nothing was saved`,
          );
        if (tries === 1) leave = await this.#queue.enter(open.serverId, { waitMs, leaseMs });
        else await backOff(tries);
      }
    } finally {
      leave();
    }
  }

  #tryChanges(open: OpenSession, session: SessionData, lock: HeldLock | undefined): Promise<Outcome> {
    const { revision, revisionAsked } = open;
    open.revision = undefined;
    open.revisionAsked = undefined;
    if (revision !== undefined) return this.#put(open, session, { lock, ifRev: revision });
    if (revisionAsked === undefined) return this.#mergeAndPut(open, session, lock);
    return revisionAsked.then((ifRev) =>
      ifRev === undefined ? this.#mergeAndPut(open, session, lock) : this.#put(open, session, { lock, ifRev }),
    );
  }

  async #mergeAndPut(open: OpenSession, session: SessionData, lock: HeldLock | undefined): Promise<Outcome> {
    const { serializer, client, resolverFor } = this.#options;
    const [theirs, ifRev] = await client.dataget(open.serverId, { withRevision: true, encoding: 'buffer' });
    if (theirs === null) return 'gone';
    if (open.bytes !== undefined && theirs.equals(open.bytes)) return this.#put(open, session, { lock, ifRev });
    const context = { serializer, resolverFor, metrics: this.#metrics };
    const merged = mergeChanges(this.#base(open), serializer.parse(theirs), session, context);
    const outcome = await this.#put({ ...open, bytes: theirs }, merged, { lock, ifRev }, session);
    if (outcome !== 'written') return outcome;
    this.#rememberOwn(open, session);
    if (open.isEnding) open.lock = undefined;
    return outcome;
  }

  /** Others read, work and write under the lock: only who holds it may write in between. */
  async #mergeUnderLock(open: OpenSession, session: SessionData): Promise<boolean> {
    const { serializer, resolverFor } = this.#options;
    const base = this.#base(open);
    const held = newOpenSession(open.serverId, 'lock');
    await this.#host.lock(held);
    try {
      if (held.lock === undefined || held.bytes === undefined) return false;
      const context = { serializer, resolverFor, metrics: this.#metrics };
      const merged = mergeChanges(base, serializer.parse(held.bytes), session, context);
      if ((await this.#put(held, merged, { lock: held.lock }, session)) !== 'written') return false;
    } finally {
      await this.#host.giveBack(held);
    }
    this.#rememberOwn(open, session);
    return true;
  }

  /** What a request sees after a merge is its own session, not the merged one: that is what its later changes start from. */
  #rememberOwn(open: OpenSession, session: SessionData): void {
    remember(open, Buffer.from(this.#options.serializer.stringify(session, open.bytes) as string));
  }

  /** One write, if the session is there and the condition holds. */
  async #put(open: OpenSession, session: SessionData, condition: Condition, lifeOf = session): Promise<Outcome> {
    const { client } = this.#options;
    const written = this.written(open, session, lifeOf);
    if (written === undefined) {
      await this.#host.destroy(open.serverId);
      return 'gone';
    }
    const { lock, ifRev } = condition;
    try {
      if (lock !== undefined && open.isEnding) {
        await writeAndUnlock(lock, written, ifRev);
        open.lock = undefined;
      } else {
        const fields = { ...written.fields, key: lock?.key, ifRev, condition: 'XX' as const };
        if ((await client.dataset(open.serverId, written.bytes, fields)) === null) return 'gone';
      }
    } catch (thrown) {
      lock?.discard(); // whoever frees it later writes nothing
      const error = codeOf(thrown) === 'LOCK_LOST' ? (thrown as Error).cause : thrown;
      const code = codeOf(error);
      if (code === 'STALE') return 'stale';
      if (code === 'NOSESSION') return 'gone';
      if (code !== 'NOWLOCK') throw error;
      // destroyed, and its lock with it: that is a logout and no lost lock
      if ((await client.ctl(open.serverId, 'EXIST')) === 0) return 'gone';
      this.#metrics.locksLost++;
      throw new SessionStoreError(
        'LOCK_LOST',
        `the session was held for longer than ${this.#options.leaseMs} ms and another request took it; nothing was saved`,
        error,
      );
    }
    remember(open, written.bytes);
    return 'written';
  }
}

function isWritten(outcome: Outcome): boolean {
  return outcome === 'written';
}

/** One command for what would be two, and the next request has the session a round trip earlier. */
function writeAndUnlock(lock: HeldLock, { bytes, fields }: Written, ifRevision: number | undefined): Promise<void> {
  lock.setData(bytes);
  if (fields.timeoutSeconds !== undefined) lock.setTimeout(fields.timeoutSeconds);
  if (fields.variables !== undefined) lock.set(fields.variables);
  if (fields.unset !== undefined) lock.unset(...fields.unset);
  return lock.release(ifRevision === undefined ? {} : { ifRevision });
}

/** A random pause that grows, so that those who met do not meet again. */
function backOff(tries: number): Promise<void> {
  const longestMs = Math.min(64, 2 ** tries);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longestMs));
}
