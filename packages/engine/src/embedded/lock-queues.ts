// Who waits for which lock: each lock's queue in order of arrival, the time at which a wait is over, and what a caller has
// waiting anywhere. Whether a lock is free, and who gets it, is the lock table's.
import type { Clock } from '../engine.js';
import { grouped, ungroup } from './groups.js';
import type { Lock, LockRequest, LockWaiter } from './lock.js';
import type { LockOutcome } from './lock-outcome.js';
import type { Sessions } from './sessions.js';

export class LockQueues {
  waiting = 0;
  readonly #byCaller = new Map<number, Set<LockWaiter>>();
  readonly #sessions: Sessions;
  readonly #clock: Clock;
  readonly #onWaitOver: (waiter: LockWaiter) => void;

  /** `onWaitOver` is told of a waiter that still stands in its queue when its time is over. */
  constructor(options: { sessions: Sessions; clock: Clock; onWaitOver: (waiter: LockWaiter) => void }) {
    this.#sessions = options.sessions;
    this.#clock = options.clock;
    this.#onWaitOver = options.onWaitOver;
  }

  enqueue(
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
    grouped(this.#byCaller, request.caller.id).add(waiter);
  }

  /** Takes the first out of a lock's queue, to be answered. */
  shift(lock: Lock): LockWaiter | undefined {
    const waiter = lock.waiters.shift();
    if (waiter !== undefined) this.#leave(waiter);
    return waiter;
  }

  /** Takes a waiter out of its queue; false when it was answered already. */
  withdraw(waiter: LockWaiter): boolean {
    const at = waiter.lock.waiters.indexOf(waiter);
    if (at < 0) return false;
    waiter.lock.waiters.splice(at, 1);
    this.#leave(waiter);
    return true;
  }

  /** Empties a lock's queue and answers everyone in it. */
  refuseAll(lock: Lock, outcome: LockOutcome): void {
    for (const waiter of lock.waiters.splice(0)) {
      this.#leave(waiter);
      waiter.settle(outcome);
    }
  }

  /** What a caller asked for by ASYNC under this ticket, if it still waits. */
  withTicket(callerId: number, ticket: number): LockWaiter | undefined {
    for (const waiter of this.#byCaller.get(callerId) ?? []) if (waiter.ticket === ticket) return waiter;
    return undefined;
  }

  /** What a caller has waiting, as it stands now. */
  ofCaller(callerId: number): LockWaiter[] {
    return [...(this.#byCaller.get(callerId) ?? [])];
  }

  #leave(waiter: LockWaiter): void {
    waiter.timer?.cancel();
    this.waiting--;
    ungroup(this.#byCaller, waiter.request.caller.id, waiter);
  }
}
