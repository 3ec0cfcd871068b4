// Who holds a lock and until when: grants and ends leases, binds them to a caller, tells the listeners, and runs a timer
// where somebody wants to know when a lease ends. Who gets a lock that is free is the lock table's.
import type { Clock } from '../engine.js';
import type { EventHub } from './event-hub.js';
import type { FamilyLocks } from './family-locks.js';
import { grouped, ungroup } from './groups.js';
import type { KeySource } from './key-source.js';
import type { Lock, LockRequest } from './lock.js';
import type { LockOutcome } from './lock-outcome.js';
import { headDouble, headWord, sessionFlag } from './session-layout.js';
import type { Sessions } from './sessions.js';

const noKey: LockOutcome = {
  kind: 'refused',
  code: 'UNAVAILABLE',
  message: 'the store cannot be written, and without it no lock key is safe; make room on its disk, reads go on',
};

export interface LeasesOptions {
  readonly sessions: Sessions;
  readonly families: FamilyLocks;
  readonly keys: KeySource;
  readonly clock: Clock;
  readonly events: EventHub;
  /** A timer found a lease over. */
  readonly onLeaseOver: (lock: Lock) => void;
}

export class Leases {
  granted = 0;
  readonly #bound = new Map<number, Set<Lock>>();
  readonly #sessions: Sessions;
  readonly #families: FamilyLocks;
  readonly #keys: KeySource;
  readonly #clock: Clock;
  readonly #events: EventHub;
  readonly #onLeaseOver: (lock: Lock) => void;

  constructor(options: LeasesOptions) {
    this.#sessions = options.sessions;
    this.#families = options.families;
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#onLeaseOver = options.onLeaseOver;
  }

  /** Gives a lock that nobody holds to a caller; refused when no safe key is to be had. */
  grant(lock: Lock, address: number, request: LockRequest): LockOutcome {
    const key = this.#nextKey();
    if (key === undefined) return noKey;
    this.willChange(lock);
    this.lapse(lock);
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
    this.#families.onGranted(lock);
    this.#families.touch(lock, address);
    this.#emit('locked', lock, address);
    this.watch(lock);
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

  /** Holds a lock until `leaseMs` from now. */
  extend(lock: Lock, address: number, leaseMs: number): void {
    this.willChange(lock);
    lock.leaseEndMs = this.#sessions.nowMs() + leaseMs;
    if (lock.hasLapsed) {
      lock.hasLapsed = false;
      this.#emit('locked', lock, address);
    }
    this.#families.touch(lock, address);
    this.watch(lock);
  }

  /** The holder gives the lock back; `released` is remembered with the key, so that asking again answers alike. */
  end(lock: Lock, address: number, released: number): void {
    const key = lock.key;
    const isKnownFree = lock.hasLapsed;
    this.clear(lock);
    if (address !== 0) {
      this.#sessions.setDouble(address, headDouble.releasedKey, key);
      this.#sessions.setWord(address, headWord.releasedData, released);
    }
    if (!isKnownFree) this.#emit('unlocked', lock, address);
  }

  /** From now on nobody has a key to the lock. */
  clear(lock: Lock): void {
    this.willChange(lock);
    this.unbind(lock);
    lock.key = 0;
    lock.holderId = 0;
    lock.leaseEndMs = 0;
    lock.hasLapsed = false;
  }

  /** The lease is over, or the holder hung up: free to be taken, though the key works until somebody does. */
  lapse(lock: Lock): void {
    this.unbind(lock);
    if (lock.key === 0 || lock.hasLapsed) return;
    this.willChange(lock);
    lock.hasLapsed = true;
    lock.leaseEndMs = Math.min(lock.leaseEndMs, this.#sessions.nowMs());
    const address = this.#families.standingAddressOf(lock);
    this.#emit('unlocked', lock, address);
    // of a reservation nothing is left
    if (address === 0) this.clear(lock);
  }

  willChange(lock: Lock): void {
    this.#sessions.keeper?.willChangeLock(lock.idText);
  }

  unbind(lock: Lock): void {
    if (lock.boundTo === undefined) return;
    ungroup(this.#bound, lock.boundTo.id, lock);
    lock.boundTo = undefined;
  }

  /** A caller hung up: ends the leases that are bound to it, one after the other. Answers how many. */
  endBoundTo(callerId: number, onEnded: (lock: Lock) => void): number {
    const nowMs = this.#sessions.nowMs();
    const bound = [...(this.#bound.get(callerId) ?? [])].filter((lock) => lock.isHeldAt(nowMs));
    for (const lock of bound) {
      lock.leaseEndMs = nowMs;
      this.lapse(lock);
      onEnded(lock);
    }
    this.#bound.delete(callerId);
    return bound.length;
  }

  /** Sees to it that a timer runs while somebody waits for a lock that is held, or listens for its end. */
  watch(lock: Lock): void {
    this.unwatch(lock);
    if (lock.key === 0 || lock.hasLapsed) return;
    if (lock.waiters.length === 0 && !this.#events.isWanted('unlocked')) return;
    const leftMs = Math.max(0, lock.leaseEndMs - this.#sessions.nowMs());
    lock.leaseTimer = this.#clock.schedule(leftMs, () => {
      lock.leaseTimer = undefined;
      this.#sessions.refreshNow();
      if (lock.isHeldAt(this.#sessions.nowMs())) this.watch(lock);
      else this.#onLeaseOver(lock);
    });
  }

  unwatch(lock: Lock): void {
    lock.leaseTimer?.cancel();
    lock.leaseTimer = undefined;
  }

  #emit(name: 'locked' | 'unlocked', lock: Lock, address: number): void {
    if (!this.#events.isWanted(name)) return;
    const data = this.#events.isDataWanted(name) ? { data: address === 0 ? null : this.#sessions.dataOf(address) } : {};
    this.#events.emit({ name, id: lock.id, atMs: this.#clock.wallMs(), ...data });
  }
}
