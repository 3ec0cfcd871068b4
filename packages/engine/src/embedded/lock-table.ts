// The locks of all sessions: who holds which, who waits, and what happens when a lease ends, a caller hangs up or a
// session goes. A lock is known by its id, since an id can be reserved before there is a session.
import type { Clock, EngineLimits } from '../engine.js';
import type { EventHub } from './event-hub.js';
import { grouped, ungroup } from './groups.js';
import type { KeySource } from './key-source.js';
import { Lock, type LockRequest, type LockWaiter } from './lock.js';
import { type LockOutcome, noSession, refusedLocked } from './lock-outcome.js';
import { headDouble, headWord, sessionFlag } from './session-layout.js';
import { type Sessions, slashIn } from './sessions.js';

const noKey: LockOutcome = {
  kind: 'refused',
  code: 'UNAVAILABLE',
  message: 'the store cannot be written, and without it no lock key is safe; make room on its disk, reads go on',
};

const sweepPeriodMs = 60_000;

export class LockTable {
  granted = 0;
  timedOut = 0;
  waiting = 0;
  readonly #locks = new Map<string, Lock>();
  readonly #bound = new Map<number, Set<Lock>>();
  readonly #waits = new Map<number, Set<LockWaiter>>();
  readonly #sessions: Sessions;
  readonly #keys: KeySource;
  readonly #clock: Clock;
  readonly #limits: EngineLimits;
  readonly #events: EventHub;
  /** Locks of sub-sessions of which there is no session yet. */
  readonly #reservedSubs = new Set<Lock>();
  /** Number of the last ASYNC request; goes on when an engine is started again. */
  lastTicket = 0;
  #sweepAtMs = 0;

  constructor(options: { sessions: Sessions; keys: KeySource; clock: Clock; limits: EngineLimits; events: EventHub }) {
    this.#sessions = options.sessions;
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#events = options.events;
    options.sessions.locks = {
      isKept: (address) => this.#isKept(address),
      onSessionCreated: (address) => this.#onSessionCreated(address),
      onSessionGone: (id, isParent) => this.#onSessionGone(id, isParent),
    };
  }

  /** Locks whose lease runs. */
  heldCount(): number {
    let count = 0;
    for (const lock of this.#locks.values()) if (this.#isHeld(lock)) count++;
    return count;
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
      const outcome = this.#grant(lock, address, request);
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
    this.#enqueue(lock, request, request.waitMs, ticket, settle);
    return undefined;
  }

  #enqueue(
    lock: Lock,
    request: LockRequest,
    waitMs: number,
    ticket: number,
    settle: (outcome: LockOutcome) => void,
  ): void {
    const waiter: LockWaiter = {
      request,
      lock,
      sinceMs: this.#clock.wallMs(),
      deadlineMs: this.#sessions.nowMs() + waitMs,
      settle,
      timer: undefined,
      ticket,
    };
    waiter.timer = this.#clock.schedule(waitMs, () => {
      this.#sessions.refreshNow();
      this.#onWaitOver(waiter);
    });
    lock.waiters.push(waiter);
    this.waiting++;
    grouped(this.#waits, request.caller.id).add(waiter);
    this.#watchLease(lock);
  }

  #onWaitOver(waiter: LockWaiter): void {
    if (!this.#withdraw(waiter)) return;
    this.timedOut++;
    waiter.settle(refusedLocked(`the lock was not free within ${waiter.request.waitMs} ms`));
    this.#forgetIfIdle(waiter.lock);
  }

  /** Takes a waiter out of its queue; false when it was answered already. */
  #withdraw(waiter: LockWaiter): boolean {
    const at = waiter.lock.waiters.indexOf(waiter);
    if (at < 0) return false;
    waiter.lock.waiters.splice(at, 1);
    this.#leave(waiter);
    this.#watchLease(waiter.lock);
    return true;
  }

  #leave(waiter: LockWaiter): void {
    waiter.timer?.cancel();
    this.waiting--;
    ungroup(this.#waits, waiter.request.caller.id, waiter);
  }

  /** Withdraws an ASYNC request of a caller; false when there is none waiting under that ticket. */
  cancel(callerId: number, ticket: number): boolean {
    for (const waiter of this.#waits.get(callerId) ?? []) {
      if (waiter.ticket !== ticket) continue;
      this.#withdraw(waiter);
      this.#forgetIfIdle(waiter.lock);
      return true;
    }
    return false;
  }

  #grant(lock: Lock, address: number, request: LockRequest): LockOutcome {
    const key = this.#nextKey();
    if (key === undefined) return noKey;
    this.#willChange(lock);
    this.#lapse(lock);
    lock.key = key;
    lock.hasLapsed = false;
    lock.holderId = request.caller.id;
    lock.note = request.note;
    lock.sinceMs = this.#clock.wallMs();
    lock.leaseEndMs = this.#sessions.nowMs() + request.leaseMs;
    if (request.bind) {
      lock.boundTo = request.caller;
      grouped(this.#bound, request.caller.id).add(lock);
    }
    this.granted++;
    if (address !== 0) this.#sessions.setFlag(address, sessionFlag.locked, true);
    this.#markParent(lock);
    this.touch(lock, address);
    this.#emit('locked', lock, address);
    this.#watchLease(lock);
    return {
      kind: 'granted',
      key: lock.key,
      data: request.withData && address !== 0 ? this.#sessions.dataOf(address) : null,
    };
  }

  /** Undefined when no key may be handed out: what keeps keys from repeating cannot be written. */
  #nextKey(): number | undefined {
    try {
      return this.#keys.next();
    } catch {
      return undefined;
    }
  }

  #willChange(lock: Lock): void {
    this.#sessions.keeper?.willChangeLock(lock.idText);
  }

  /** Locks of a family that have a key, reserved sub-sessions' among them. */
  ofFamily(parent: number): Lock[] {
    if (this.#locks.size === 0) return [];
    const found: Lock[] = [];
    for (const address of [parent, ...this.#sessions.subSessions(parent)]) {
      const lock = this.#sessions.hasFlag(address, sessionFlag.locked) ? this.#lockOf(address) : undefined;
      if (lock !== undefined) found.push(lock);
    }
    if (this.#reservedSubs.size === 0) return found;
    const prefix = `${this.#sessions.idTextOf(parent)}/`;
    for (const lock of this.#reservedSubs) if (lock.idText.startsWith(prefix)) found.push(lock);
    return found;
  }

  /** The lock of an id, whoever holds it. */
  lockOf(idText: string): Lock | undefined {
    return this.#locks.get(idText);
  }

  /** Brings back a lock that was kept; its session, if there is one, stands in memory already. */
  restore(lock: Lock, address: number): void {
    this.#locks.set(lock.idText, lock);
    const at = lock.idText.indexOf('/');
    if (address !== 0) {
      this.#sessions.setFlag(address, sessionFlag.locked, true);
      if (at >= 0) this.#sessions.setFlag(this.#sessions.familyOf(address), sessionFlag.subLocked, true);
    } else if (at >= 0) {
      this.#reservedSubs.add(lock);
      const parent = this.#sessions.standing(lock.id, 0, at);
      if (parent !== 0) this.#sessions.setFlag(parent, sessionFlag.subLocked, true);
    }
    this.#watchLease(lock);
  }

  /** Forgets a lock that nobody holds or waits for; a keeper has it. */
  forget(lock: Lock): void {
    this.#drop(lock);
  }

  /** A parent does not expire under a sub-session that is locked, be it only reserved. */
  #markParent(lock: Lock): void {
    if (!lock.idText.includes('/')) return;
    const parent = this.#standingParentOf(lock);
    if (parent > 0) this.#sessions.setFlag(parent, sessionFlag.subLocked, true);
    if (this.#standingAddress(lock) === 0) this.#reservedSubs.add(lock);
  }

  /** The parent's address without ending one that is overdue: a lock that was just handed on keeps it. */
  #standingParentOf(lock: Lock): number {
    const id = lock.id;
    const at = slashIn(id, 0, id.length);
    return at < 0 ? -1 : this.#sessions.standing(id, 0, at);
  }

  #parentOf(lock: Lock): number {
    const id = lock.id;
    return this.#sessions.parentOf(id, 0, id.length);
  }

  /** An access through a lock: renews its session, or the parent of a reserved sub-session. */
  touch(lock: Lock, address: number): void {
    if (address !== 0) {
      this.#sessions.touch(address);
    } else if (lock.idText.includes('/')) {
      const parent = this.#parentOf(lock);
      if (parent > 0) this.#sessions.touch(parent);
    }
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
   * remembered with the key, so that asking again answers alike.
   */
  free(lock: Lock, address: number, released: number): void {
    const key = lock.key;
    const isKnownFree = lock.hasLapsed;
    this.#clear(lock);
    if (address !== 0) {
      this.#sessions.setDouble(address, headDouble.releasedKey, key);
      this.#sessions.setWord(address, headWord.releasedData, released);
    }
    if (!isKnownFree) this.#emit('unlocked', lock, address);
    this.#handOn(lock);
  }

  #clear(lock: Lock): void {
    this.#willChange(lock);
    this.#unbind(lock);
    lock.key = 0;
    lock.holderId = 0;
    lock.leaseEndMs = 0;
    lock.hasLapsed = false;
  }

  /** The lease is over, or the holder hung up: free to be taken, though the key works until somebody does. */
  #lapse(lock: Lock): void {
    this.#unbind(lock);
    if (lock.key === 0 || lock.hasLapsed) return;
    this.#willChange(lock);
    lock.hasLapsed = true;
    lock.leaseEndMs = Math.min(lock.leaseEndMs, this.#sessions.nowMs());
    const address = this.#standingAddress(lock);
    this.#emit('unlocked', lock, address);
    // of a reservation nothing is left
    if (address === 0) this.#clear(lock);
  }

  /** Notices that a lease is over, where no timer has yet. */
  #settle(lock: Lock): void {
    if (lock.key === 0 || lock.hasLapsed || lock.leaseEndMs > this.#sessions.nowMs()) return;
    this.#lapse(lock);
    this.#handOn(lock);
  }

  /** Holds a lock until `leaseMs` from now. */
  extend(lock: Lock, address: number, leaseMs: number): void {
    this.#willChange(lock);
    lock.leaseEndMs = this.#sessions.nowMs() + leaseMs;
    if (lock.hasLapsed) {
      lock.hasLapsed = false;
      this.#emit('locked', lock, address);
    }
    this.touch(lock, address);
    this.#watchLease(lock);
  }

  /** A session came to be under a reserved id: from now on the lock is the session's. */
  #onSessionCreated(address: number): void {
    if (this.#locks.size === 0) return;
    const lock = this.#locks.get(this.#sessions.idTextOf(address));
    if (lock === undefined) return;
    this.#reservedSubs.delete(lock);
    this.#sessions.setFlag(address, sessionFlag.locked, true);
  }

  /** Whether a lock on a session, or on one of its sub-sessions, keeps it from expiring. */
  #isKept(address: number): boolean {
    const idText = this.#sessions.idTextOf(address);
    const own = this.#locks.get(idText);
    if (own !== undefined && this.#isHeld(own)) return true;
    if (!this.#sessions.hasFlag(address, sessionFlag.subLocked)) return false;
    for (const sub of this.#sessions.subSessions(address)) {
      const lock = this.#sessions.hasFlag(sub, sessionFlag.locked) ? this.#lockOf(sub) : undefined;
      if (lock !== undefined && this.#isHeld(lock)) return true;
    }
    for (const lock of this.#reservedSubs) if (lock.idText.startsWith(`${idText}/`) && this.#isHeld(lock)) return true;
    this.#sessions.setFlag(address, sessionFlag.subLocked, false);
    return false;
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
    this.#willChange(lock);
    this.#locks.delete(oldText);
    lock.idText = newText;
    this.#locks.set(newText, lock);
    for (const waiter of lock.waiters.splice(0)) {
      this.#leave(waiter);
      waiter.settle(noSession);
    }
    this.#watchLease(lock);
    this.#forgetIfIdle(lock);
  }

  #drop(lock: Lock): void {
    this.#unbind(lock);
    lock.leaseTimer?.cancel();
    lock.leaseTimer = undefined;
    this.#reservedSubs.delete(lock);
    this.#locks.delete(lock.idText);
  }

  /** A caller hung up: its waits are withdrawn and its bound locks freed. Answers how many there were of both. */
  release(callerId: number): number {
    const waits = [...(this.#waits.get(callerId) ?? [])];
    for (const waiter of waits) {
      this.#withdraw(waiter);
      if (waiter.ticket === 0) waiter.settle(refusedLocked('the wait was withdrawn'));
      this.#forgetIfIdle(waiter.lock);
    }
    const bound = [...(this.#bound.get(callerId) ?? [])].filter((lock) => this.#isHeld(lock));
    for (const lock of bound) {
      lock.leaseEndMs = this.#sessions.nowMs();
      this.#lapse(lock);
      this.#handOn(lock);
    }
    this.#bound.delete(callerId);
    return waits.length + bound.length;
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
    for (const lock of this.#locks.values()) this.#watchLease(lock);
  }

  /** Answers everyone who waits, since the engine closes. */
  close(): void {
    for (const lock of this.#locks.values()) {
      lock.leaseTimer?.cancel();
      lock.leaseTimer = undefined;
      for (const waiter of lock.waiters.splice(0)) {
        this.#leave(waiter);
        waiter.settle({ kind: 'refused', code: 'UNAVAILABLE', message: 'the server is shutting down' });
      }
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
    return lock.key !== 0 && !lock.hasLapsed && lock.leaseEndMs > this.#sessions.nowMs();
  }

  #lockOf(address: number): Lock | undefined {
    return this.#locks.get(this.#sessions.idTextOf(address));
  }

  /** The address of a lock's session without ending one that is overdue: a lock handed on keeps it alive. */
  #standingAddress(lock: Lock): number {
    const id = lock.id;
    return this.#sessions.standing(id, 0, id.length);
  }

  /** Gives a free lock to the first who waits and can have it. */
  #handOn(lock: Lock): void {
    const address = this.#standingAddress(lock);
    const mayReserve = address === 0 && this.#standingParentOf(lock) !== 0;
    for (let waiter = lock.waiters.shift(); waiter !== undefined; waiter = lock.waiters.shift()) {
      this.#leave(waiter);
      if (address !== 0 || (mayReserve && waiter.request.create)) {
        const outcome = this.#grant(lock, address, waiter.request);
        waiter.settle(outcome);
        if (outcome.kind === 'refused') continue;
        if (address === 0) this.#refuseOthers(lock);
        return;
      }
      waiter.settle(noSession);
    }
    this.#watchLease(lock);
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
      this.#clear(gone);
      this.#handOn(gone);
    }
    if (!isParent || this.#reservedSubs.size === 0) return;
    for (const lock of [...this.#reservedSubs]) {
      if (!lock.idText.startsWith(`${idText}/`)) continue;
      this.#clear(lock);
      this.#handOn(lock);
    }
  }

  /** Sees to it that a timer runs while somebody waits for a lock that is held, or listens for its end. */
  #watchLease(lock: Lock): void {
    lock.leaseTimer?.cancel();
    lock.leaseTimer = undefined;
    if (lock.key === 0 || lock.hasLapsed) return;
    if (lock.waiters.length === 0 && !this.#events.isWanted('unlocked')) return;
    const leftMs = Math.max(0, lock.leaseEndMs - this.#sessions.nowMs());
    lock.leaseTimer = this.#clock.schedule(leftMs, () => {
      lock.leaseTimer = undefined;
      this.#sessions.refreshNow();
      if (this.#isHeld(lock)) this.#watchLease(lock);
      else this.#settle(lock);
    });
  }

  #unbind(lock: Lock): void {
    if (lock.boundTo === undefined) return;
    ungroup(this.#bound, lock.boundTo.id, lock);
    lock.boundTo = undefined;
  }

  /** A lock that nobody holds or waits for needs no object. */
  #forgetIfIdle(lock: Lock): void {
    if (lock.key !== 0 || lock.waiters.length > 0 || this.#locks.get(lock.idText) !== lock) return;
    this.#drop(lock);
    const address = this.#standingAddress(lock);
    if (address !== 0) this.#sessions.setFlag(address, sessionFlag.locked, false);
  }

  #emit(name: 'locked' | 'unlocked', lock: Lock, address: number): void {
    if (!this.#events.isWanted(name)) return;
    const data = this.#events.isDataWanted(name) ? { data: address === 0 ? null : this.#sessions.dataOf(address) } : {};
    this.#events.emit({ name, id: lock.id, atMs: this.#clock.wallMs(), ...data });
  }
}
