// The locks of all sessions: which there are, who gets one next, and what happens to them when a caller hangs up or a
// session is made, renamed or gone. A lock is known by its id, since an id can be reserved before there is a session.
// Leases, queues and the locks of a family have modules of their own.
import type { Clock, EngineLimits } from '../engine.js';
import type { EventHub } from './event-hub.js';
import { FamilyLocks } from './family-locks.js';
import type { KeySource } from './key-source.js';
import { Leases } from './leases.js';
import { Lock, type LockRequest, type LockWaiter } from './lock.js';
import { type LockOutcome, noSession, refusedLocked } from './lock-outcome.js';
import { LockQueues } from './lock-queues.js';
import { sessionFlag } from './session-layout.js';
import type { Sessions } from './sessions.js';

const closing: LockOutcome = { kind: 'refused', code: 'UNAVAILABLE', message: 'the server is shutting down' };

const sweepPeriodMs = 60_000;

export class LockTable {
  timedOut = 0;
  readonly #locks = new Map<string, Lock>();
  readonly #queues: LockQueues;
  readonly #families: FamilyLocks;
  readonly #leases: Leases;
  readonly #sessions: Sessions;
  readonly #limits: EngineLimits;
  /** Number of the last ASYNC request; goes on when an engine is started again. */
  lastTicket = 0;
  #sweepAtMs = 0;

  constructor(options: { sessions: Sessions; keys: KeySource; clock: Clock; limits: EngineLimits; events: EventHub }) {
    const { sessions, keys, clock, limits, events } = options;
    this.#sessions = sessions;
    this.#limits = limits;
    const families = new FamilyLocks(sessions, this.#locks);
    this.#families = families;
    this.#leases = new Leases({
      sessions,
      families,
      keys,
      clock,
      events,
      onLeaseOver: (lock) => this.#settle(lock),
    });
    this.#queues = new LockQueues({ sessions, clock, onWaitOver: (waiter) => this.#onWaitOver(waiter) });
    sessions.locks = {
      isKept: (address) => this.#families.isKept(address),
      onSessionCreated: (address) => this.#onSessionCreated(address),
      onSessionGone: (id, isParent) => this.#onSessionGone(id, isParent),
    };
  }

  /** How many locks were granted since the engine began. */
  get granted(): number {
    return this.#leases.granted;
  }

  /** How many requests wait, for whichever lock. */
  get waiting(): number {
    return this.#queues.waiting;
  }

  nextTicket(): number {
    return ++this.lastTicket;
  }

  /**
   * Asks for the lock of `idText`, whose session is at `address` (0: the id is to be reserved). Answers the outcome, or
   * undefined when the request waits and `settle` will be called. With a ticket, waiting for one's own lock is allowed.
   */
  request(
    idText: string,
    address: number,
    request: LockRequest,
    ticket: number,
    settle: (outcome: LockOutcome) => void,
  ): LockOutcome | undefined {
    let lock = this.#locks.get(idText);
    if (lock === undefined) {
      this.sweep();
      lock = new Lock(idText);
      this.#locks.set(idText, lock);
    }
    this.#settle(lock);
    if (this.#locks.get(idText) !== lock) this.#locks.set(idText, lock);
    if (!this.#isHeld(lock)) {
      const outcome = this.#leases.grant(lock, address, request);
      if (outcome.kind === 'refused') this.#forgetIfIdle(lock);
      return outcome;
    }
    if (lock.holderId === request.caller.id && ticket === 0)
      return refusedLocked('this connection holds the lock already');
    if (request.waitMs === undefined || request.waitMs === 0) return refusedLocked('another holds the lock');
    const most = Math.min(this.#limits.maxWaitersPerLock, request.maxWaiters ?? Number.POSITIVE_INFINITY);
    if (lock.waiters.length >= most) {
      const limit = most === request.maxWaiters ? 'WAITERS' : 'max-waiters';
      return {
        kind: 'refused',
        code: 'BUSY',
        message: `${lock.waiters.length} wait for this lock already; ${limit} is ${most}`,
      };
    }
    this.#queues.enqueue(lock, request, request.waitMs, ticket, settle);
    this.#leases.watch(lock);
    return undefined;
  }

  #onWaitOver(waiter: LockWaiter): void {
    if (!this.#withdraw(waiter)) return;
    this.timedOut++;
    waiter.settle(refusedLocked(`the lock was not free within ${waiter.request.waitMs} ms`));
    this.#forgetIfIdle(waiter.lock);
  }

  /** Takes a waiter out of its queue; false when it was answered already. */
  #withdraw(waiter: LockWaiter): boolean {
    if (!this.#queues.withdraw(waiter)) return false;
    this.#leases.watch(waiter.lock);
    return true;
  }

  /** Withdraws an ASYNC request of a caller; false when there is none waiting under that ticket. */
  cancel(callerId: number, ticket: number): boolean {
    const waiter = this.#queues.withTicket(callerId, ticket);
    if (waiter === undefined) return false;
    this.#withdraw(waiter);
    this.#forgetIfIdle(waiter.lock);
    return true;
  }

  /** Locks of a family that have a key, reserved sub-sessions' among them. */
  ofFamily(parent: number): Lock[] {
    return this.#families.of(parent);
  }

  /** The lock of an id, whoever holds it. */
  lockOf(idText: string): Lock | undefined {
    return this.#locks.get(idText);
  }

  /** Brings back a lock that was kept; its session, if there is one, stands in memory already. */
  restore(lock: Lock, address: number): void {
    this.#locks.set(lock.idText, lock);
    this.#families.onRestored(lock, address);
    this.#leases.watch(lock);
  }

  /** Forgets a lock that nobody holds or waits for; a keeper has it. */
  forget(lock: Lock): void {
    this.#drop(lock);
  }

  /** An access through a lock: renews its session, or the parent of a reserved sub-session. */
  touch(lock: Lock, address: number): void {
    this.#families.touch(lock, address);
  }

  /** The lock that this key holds, its lease running or over; undefined when the key is stale. */
  heldBy(idText: string, key: number): Lock | undefined {
    const lock = this.#locks.get(idText);
    if (lock === undefined) return undefined;
    this.#settle(lock);
    return lock.key === key && key !== 0 ? lock : undefined;
  }

  /**
   * Frees a lock whose key was checked, and hands it on. `address` is its session, 0 for a reservation; `released` is
   * remembered with the key.
   */
  free(lock: Lock, address: number, released: number): void {
    this.#leases.end(lock, address, released);
    this.#handOn(lock);
  }

  /** Notices that a lease is over, where no timer has yet. */
  #settle(lock: Lock): void {
    if (lock.key === 0 || lock.hasLapsed || lock.leaseEndMs > this.#sessions.nowMs()) return;
    this.#leases.lapse(lock);
    this.#handOn(lock);
  }

  /** Holds a lock until `leaseMs` from now. */
  extend(lock: Lock, address: number, leaseMs: number): void {
    this.#leases.extend(lock, address, leaseMs);
  }

  /** A session came to be under a reserved id: from now on the lock is the session's. */
  #onSessionCreated(address: number): void {
    if (this.#locks.size === 0) return;
    const lock = this.#locks.get(this.#sessions.idTextOf(address));
    if (lock === undefined) return;
    this.#families.onReservationOver(lock);
    this.#sessions.setFlag(address, sessionFlag.locked, true);
  }

  /**
   * A session and its sub-sessions have another id now: their locks move along, those of reserved sub-sessions, too.
   * Whoever waited under an old id is told that it is gone.
   */
  rename(oldText: string, newText: string): void {
    if (this.#locks.size === 0) return;
    this.#move(oldText, newText);
    if (oldText.includes('/')) return;
    for (const idText of [...this.#locks.keys()])
      if (idText.startsWith(`${oldText}/`)) this.#move(idText, newText + idText.slice(oldText.length));
  }

  #move(oldText: string, newText: string): void {
    const lock = this.#locks.get(oldText);
    const id = Buffer.from(newText, 'latin1');
    const address = this.#sessions.standing(id, 0, id.length);
    if (lock === undefined) {
      if (address !== 0 && this.#locks.has(newText)) this.#onSessionCreated(address);
      return;
    }
    const lapsed = this.#locks.get(newText);
    if (lapsed !== undefined) this.#drop(lapsed);
    this.#leases.willChange(lock);
    this.#locks.delete(oldText);
    lock.idText = newText;
    this.#locks.set(newText, lock);
    this.#queues.refuseAll(lock, noSession);
    this.#leases.watch(lock);
    this.#forgetIfIdle(lock);
  }

  #drop(lock: Lock): void {
    this.#leases.unbind(lock);
    this.#leases.unwatch(lock);
    this.#families.onReservationOver(lock);
    this.#locks.delete(lock.idText);
  }

  /** A caller hung up: its waits are withdrawn and its bound locks freed. Answers how many there were of both. */
  release(callerId: number): number {
    const waits = this.#queues.ofCaller(callerId);
    for (const waiter of waits) {
      this.#withdraw(waiter);
      if (waiter.ticket === 0) waiter.settle(refusedLocked('the wait was withdrawn'));
      this.#forgetIfIdle(waiter.lock);
    }
    return waits.length + this.#leases.endBoundTo(callerId, (lock) => this.#handOn(lock));
  }

  /** Once a minute at most: notices reservations whose lease is over and that nobody asked for since. */
  sweep(): void {
    const nowMs = this.#sessions.nowMs();
    if (nowMs < this.#sweepAtMs) return;
    this.#sweepAtMs = nowMs + sweepPeriodMs;
    for (const lock of [...this.#locks.values()]) this.#settle(lock);
  }

  /** From now on somebody wants to know when leases end. */
  watchAll(): void {
    for (const lock of this.#locks.values()) this.#leases.watch(lock);
  }

  /** Answers everyone who waits, since the engine closes. */
  close(): void {
    for (const lock of this.#locks.values()) {
      this.#leases.unwatch(lock);
      this.#queues.refuseAll(lock, closing);
    }
  }

  /** Whole milliseconds left of the lease, 0 when free. */
  leftMs(address: number): number {
    const lock = this.#lockOf(address);
    return lock === undefined || !this.#isHeld(lock) ? 0 : Math.ceil(lock.leaseEndMs - this.#sessions.nowMs());
  }

  /** Whether somebody holds the lock of this id now. */
  isHeld(idText: string): boolean {
    const lock = this.#locks.get(idText);
    return lock !== undefined && this.#isHeld(lock);
  }

  /** Locks that are held now. */
  *held(): IterableIterator<Lock> {
    for (const lock of this.#locks.values()) if (this.#isHeld(lock)) yield lock;
  }

  /** Whether a lock has to stay in memory: it is held, or somebody waits for it. */
  isInUse(lock: Lock): boolean {
    return lock.waiters.length > 0 || this.#isHeld(lock);
  }

  #isHeld(lock: Lock): boolean {
    return lock.isHeldAt(this.#sessions.nowMs());
  }

  #lockOf(address: number): Lock | undefined {
    return this.#locks.get(this.#sessions.idTextOf(address));
  }

  /** Gives a free lock to the first who waits and can have it. */
  #handOn(lock: Lock): void {
    const address = this.#families.standingAddressOf(lock);
    const mayReserve = address === 0 && this.#families.standingParentOf(lock) !== 0;
    for (let waiter = this.#queues.shift(lock); waiter !== undefined; waiter = this.#queues.shift(lock)) {
      if (address !== 0 || (mayReserve && waiter.request.create)) {
        const outcome = this.#leases.grant(lock, address, waiter.request);
        waiter.settle(outcome);
        if (outcome.kind === 'refused') continue;
        if (address === 0) this.#refuseOthers(lock);
        return;
      }
      waiter.settle(noSession);
    }
    this.#leases.watch(lock);
    this.#forgetIfIdle(lock);
  }

  /** A reservation was handed on: those who want a session, and would make none, are told that there is none. */
  #refuseOthers(lock: Lock): void {
    for (const waiter of lock.waiters.filter((each) => !each.request.create)) {
      this.#withdraw(waiter);
      waiter.settle(noSession);
    }
  }

  #onSessionGone(id: Buffer, isParent: boolean): void {
    if (this.#locks.size === 0) return;
    const idText = id.toString('latin1');
    const gone = this.#locks.get(idText);
    if (gone !== undefined) {
      this.#leases.clear(gone);
      this.#handOn(gone);
    }
    if (!isParent) return;
    for (const lock of this.#families.reservedIn(idText)) {
      this.#leases.clear(lock);
      this.#handOn(lock);
    }
  }

  /** A lock that nobody holds or waits for needs no object. */
  #forgetIfIdle(lock: Lock): void {
    if (lock.key !== 0 || lock.waiters.length > 0 || this.#locks.get(lock.idText) !== lock) return;
    this.#drop(lock);
    const address = this.#families.standingAddressOf(lock);
    if (address !== 0) this.#sessions.setFlag(address, sessionFlag.locked, false);
  }
}
