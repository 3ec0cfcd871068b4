// Sessions, locks and time of the model: plain Maps, walked from end to end where a real engine has an index. Before
// every command `settle` does, in the order of their times, all that fell due since: leases, waits, lifetimes.
import { globalsId } from '@msession/protocol';
import {
  type Caller,
  type Clock,
  EngineError,
  type EngineLimits,
  type SessionEvent,
  type SessionEventListener,
} from '../engine.js';
import type { LockHolding, LockOutcome, LockRequest, LockWaiter, ModelLock } from './model-lock.js';
import { deadlineOf, isCounted, type ModelSession, parentOf } from './model-session.js';

interface Due {
  readonly atMs: number;
  run(): void;
}

export class ModelState {
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly sessions = new Map<string, ModelSession>();
  readonly locks = new Map<string, ModelLock>();
  readonly listeners = new Set<SessionEventListener>();
  readonly counts = { created: 0, destroyed: 0, expired: 0, locksGranted: 0, locksTimedOut: 0 };
  #lastOrder = 0;
  #lastKey = 0;
  #lastTicket = 0;

  constructor(clock: Clock, limits: EngineLimits) {
    this.clock = clock;
    this.limits = limits;
    this.#add(globalsId).timeoutSeconds = 0;
  }

  now(): number {
    return this.clock.monotonicMs();
  }

  /** Keys and revisions: they never repeat and always grow. */
  nextKey(): number {
    this.#lastKey = Math.max(this.#lastKey + 1, Math.floor(this.clock.wallMs() * 1000));
    return this.#lastKey;
  }

  nextTicket(): number {
    return ++this.#lastTicket;
  }

  find(id: string): ModelSession | undefined {
    return this.sessions.get(id);
  }

  /** The session, or NOSESSION. */
  need(id: string): ModelSession {
    const session = this.find(id);
    if (session === undefined) throw new EngineError('NOSESSION', 'there is no session of that id');
    return session;
  }

  /** Live sessions that COUNT and LIST speak of, in order of creation. */
  counted(): ModelSession[] {
    return this.inOrder().filter((session) => isCounted(session.id));
  }

  inOrder(): ModelSession[] {
    return [...this.sessions.values()].sort((left, right) => left.order - right.order);
  }

  subsOf(id: string): ModelSession[] {
    return this.inOrder().filter((session) => parentOf(session.id) === id);
  }

  /** Counts as access: renews the session's life and, for a sub-session, its parent's. */
  access(id: string): void {
    const parent = parentOf(id);
    for (const each of [id, ...(parent === null ? [] : [parent])]) {
      const session = this.find(each);
      if (session !== undefined) session.accessedAtMs = this.now();
    }
  }

  /** Why a session of that id cannot be made now, or null. */
  creationFault(id: string): EngineError | null {
    if (this.sessions.has(id)) return new EngineError('DUPSESSION', 'a session of that id exists already');
    const parent = parentOf(id);
    if (parent === null) return null;
    if (!this.sessions.has(parent)) return new EngineError('NOSESSION', 'the parent of that sub-session does not live');
    if (this.subsOf(parent).length >= this.limits.maxSubSessionsPerSession) {
      return new EngineError(
        'BADLEN',
        `the session has ${this.limits.maxSubSessionsPerSession} sub-sessions, the most that max-sub-sessions allows`,
      );
    }
    return null;
  }

  /** Makes a session; the caller has asked `creationFault` before. `fill` gives it its content before the event. */
  create(id: string, fill: (session: ModelSession) => void): ModelSession {
    const session = this.#add(id);
    fill(session);
    this.access(id);
    this.counts.created++;
    this.emit('created', id, session.data);
    return session;
  }

  #add(id: string): ModelSession {
    const session: ModelSession = {
      id,
      order: ++this.#lastOrder,
      className: Buffer.alloc(0),
      data: null,
      revision: 0,
      variables: new Map(),
      timeoutSeconds: this.limits.defaultTimeoutSeconds,
      createdWallMs: this.clock.wallMs(),
      createdAtMs: this.now(),
      accessedAtMs: this.now(),
    };
    this.sessions.set(id, session);
    return session;
  }

  /** Removes a session with its subs and locks; waiters with CREATE keep their place, the others get NOSESSION. */
  remove(id: string, event: 'destroyed' | 'expired'): void {
    const gone = [...this.subsOf(id).map((sub) => sub.id), id];
    for (const each of gone) {
      const session = this.need(each);
      this.sessions.delete(each);
      this.counts[event]++;
      this.emit(event, each, session.data);
    }
    // reserved sub-sessions are no sessions, but their locks die with the parent, too
    for (const each of [...this.locks.keys()].filter((held) => held === id || parentOf(held) === id)) {
      const lock = this.lockOf(each);
      lock.holding = null;
      lock.released = null;
      this.serveNext(each, lock);
    }
  }

  /** Gives an id's session and lock another id; of a reserved id there is a lock only. */
  rename(from: string, to: string): void {
    const session = this.find(from);
    if (session !== undefined) {
      this.sessions.delete(from);
      session.id = to;
      this.sessions.set(to, session);
    }
    const lock = this.locks.get(from);
    if (lock !== undefined) {
      this.locks.delete(from);
      this.locks.set(to, lock);
      for (const waiter of lock.waiters.splice(0)) waiter.answer({ code: 'NOSESSION' });
    }
  }

  // --- locks

  lockOf(id: string): ModelLock {
    const lock = this.locks.get(id) ?? { holding: null, released: null, waiters: [] };
    this.locks.set(id, lock);
    return lock;
  }

  /** Whether somebody holds the lock now; a lapsed lock is free. */
  isLocked(id: string): boolean {
    const holding = this.locks.get(id)?.holding ?? null;
    return holding !== null && !holding.hasLapsed;
  }

  /** Whether a session must not expire: it is locked, or one of its sub-sessions is, which live no longer than it. */
  isKeptByLock(id: string): boolean {
    return [...this.locks.keys()].some((each) => (each === id || parentOf(each) === id) && this.isLocked(each));
  }

  keyWorks(id: string, key: number): boolean {
    return this.locks.get(id)?.holding?.key === key;
  }

  grant(id: string, request: LockRequest): LockOutcome {
    const key = this.nextKey();
    const holding: LockHolding = {
      key,
      caller: request.caller,
      note: request.note,
      sinceWallMs: this.clock.wallMs(),
      isBound: request.bind,
      leaseEndsAtMs: this.now() + request.leaseMs,
      hasLapsed: false,
    };
    this.lockOf(id).holding = holding;
    this.counts.locksGranted++;
    this.access(id);
    const data = this.find(id)?.data ?? null;
    this.emit('locked', id, data);
    return { code: 'OK', key, data: request.withData ? data : null };
  }

  /** The lease is over, or its binding ended: free to be taken; of a reservation nothing is left. */
  lapse(id: string): void {
    const lock = this.lockOf(id);
    if (lock.holding === null || lock.holding.hasLapsed) return;
    lock.holding.hasLapsed = true;
    lock.holding.isBound = false;
    this.emit('unlocked', id, this.find(id)?.data ?? null);
    this.serveNext(id, lock);
  }

  /** Gives a lock back; the key is remembered for a repeated SUNLOCK. */
  unlock(id: string, data: Buffer | null): void {
    const lock = this.lockOf(id);
    const holding = lock.holding as LockHolding;
    lock.holding = null;
    lock.released = { key: holding.key, data };
    if (!holding.hasLapsed) this.emit('unlocked', id, this.find(id)?.data ?? null);
    this.serveNext(id, lock);
  }

  /** Hands a free lock to the first waiter who can have it. */
  serveNext(id: string, lock: ModelLock): void {
    const parent = parentOf(id);
    const exists = this.sessions.has(id);
    const canReserve = parent === null || this.sessions.has(parent);
    if (!exists) {
      const refused = lock.waiters.filter((waiter) => !(waiter.request.create && canReserve));
      for (const waiter of refused) {
        lock.waiters.splice(lock.waiters.indexOf(waiter), 1);
        waiter.answer({ code: 'NOSESSION' });
      }
    }
    const next = lock.waiters.shift();
    if (next !== undefined) next.answer(this.grant(id, next.request));
    else if (!exists) this.locks.delete(id);
  }

  /** Frees what is bound to a caller and withdraws what it waits for; answers how many. */
  release(caller: Caller): number {
    let freed = 0;
    for (const lock of this.locks.values()) {
      for (const waiter of lock.waiters.filter((each) => each.request.caller === caller)) {
        lock.waiters.splice(lock.waiters.indexOf(waiter), 1);
        freed++;
        if (waiter.ticket === 0) waiter.answer({ code: 'LOCKED' });
      }
    }
    // in the order in which they were taken
    const byKey = [...this.locks].sort(([, left], [, right]) => (left.holding?.key ?? 0) - (right.holding?.key ?? 0));
    for (const [id, lock] of byKey) {
      if (lock.holding?.isBound === true && lock.holding.caller === caller && !lock.holding.hasLapsed) {
        this.lapse(id);
        freed++;
      }
    }
    return freed;
  }

  // --- time

  /** Does everything that has fallen due, earliest first; of one moment: leases, then waits, then lifetimes. */
  settle(): void {
    for (let due = this.#nextDue(); due !== null && due.atMs <= this.now(); due = this.#nextDue()) due.run();
  }

  /** When `settle` will have something to do; infinity when never. */
  nextDueAtMs(): number {
    return this.#nextDue()?.atMs ?? Number.POSITIVE_INFINITY;
  }

  #nextDue(): Due | null {
    const dues: Due[] = [];
    for (const [id, lock] of this.locks) {
      if (lock.holding === null || lock.holding.hasLapsed) continue;
      dues.push({ atMs: lock.holding.leaseEndsAtMs, run: () => this.lapse(id) });
    }
    for (const lock of this.locks.values()) {
      for (const waiter of lock.waiters) dues.push({ atMs: waiter.endsAtMs, run: () => this.#timeOut(lock, waiter) });
    }
    for (const session of this.inOrder()) {
      if (this.isKeptByLock(session.id)) continue;
      dues.push({ atMs: deadlineOf(session), run: () => this.remove(session.id, 'expired') });
    }
    // the sort is stable, so that of one moment leases come before waits and waits before lifetimes
    const first = dues.filter((due) => Number.isFinite(due.atMs)).sort((left, right) => left.atMs - right.atMs)[0];
    return first ?? null;
  }

  #timeOut(lock: ModelLock, waiter: LockWaiter): void {
    lock.waiters.splice(lock.waiters.indexOf(waiter), 1);
    this.counts.locksTimedOut++;
    waiter.answer({ code: 'LOCKED' });
  }

  // --- events

  emit(name: SessionEvent['name'], id: string, data: Buffer | null, newId?: string): void {
    for (const listener of this.listeners) {
      if (!listener.names.has(name)) continue;
      listener.onEvent({
        name,
        id: Buffer.from(id, 'latin1'),
        atMs: Math.floor(this.clock.wallMs()),
        ...(newId === undefined ? {} : { newId: Buffer.from(newId, 'latin1') }),
        ...(listener.wantsData ? { data: data === null ? null : Buffer.from(data) } : {}),
      });
    }
  }
}
