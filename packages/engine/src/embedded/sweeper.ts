// Ends sessions whose time is over, a little at a time: never longer than its slice, then the loop is free for requests.
// It also finishes long walks (a first search, a count during a storm of expiries) in slices of the same length.
import type { Clock } from '../engine.js';
import type { LockTable } from './lock-table.js';
import { headDouble } from './session-layout.js';
import type { Sessions } from './sessions.js';
import type { ColdSessions } from './store/cold-sessions.js';

const sliceMs = 2;
/** A clock reading costs as much as expiring a session: look once in so many. */
const stepsPerReading = 32;

export class Sweeper {
  readonly #sessions: Sessions;
  readonly #locks: LockTable;
  readonly #clock: Clock;
  /** Set once, by a store: sessions that are not in memory have their deadlines, too. */
  cold: ColdSessions | undefined;
  #timer: { cancel(): void } | undefined;
  /** When the timer goes off, monotonic. */
  #armedForMs = Number.POSITIVE_INFINITY;
  #isClosed = true;

  constructor(sessions: Sessions, locks: LockTable, clock: Clock) {
    this.#sessions = sessions;
    this.#locks = locks;
    this.#clock = clock;
    sessions.onScheduled = (deadlineMs) => this.#arm(deadlineMs);
  }

  start(): void {
    this.#isClosed = false;
    this.#arm(this.#nextDueMs());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedForMs = Number.POSITIVE_INFINITY;
  }

  /** Sees to it that the sweeper runs at this time at the latest. */
  #arm(atMs: number): void {
    if (this.#isClosed || atMs >= this.#armedForMs) return;
    this.#timer?.cancel();
    this.#armedForMs = atMs;
    this.#timer = this.#clock.schedule(Math.max(0, atMs - this.#clock.monotonicMs()), () => {
      this.#timer = undefined;
      this.#armedForMs = Number.POSITIVE_INFINITY;
      const isDone = this.sweepSlice();
      this.#locks.sweep();
      this.#arm(isDone ? this.#nextDueMs() : this.#clock.monotonicMs());
    });
  }

  /** Ends what is overdue for a slice of time at most; true when nothing overdue is left. */
  sweepSlice(): boolean {
    this.#sessions.refreshNow();
    const budget = this.budget();
    if (!this.#sessions.wheel.drain(this.#sessions.nowMs(), this.#onDue, budget)) return false;
    return this.cold === undefined || this.cold.sweep(budget);
  }

  #nextDueMs(): number {
    const nextMs = this.#sessions.wheel.nextDueMs();
    return this.cold === undefined ? nextMs : Math.min(nextMs, this.cold.nextDueMs());
  }

  /** Says no when a slice of time is used up. */
  budget(): () => boolean {
    const endMs = this.#clock.monotonicMs() + sliceMs;
    let steps = 0;
    return () => ++steps % stepsPerReading !== 0 || this.#clock.monotonicMs() < endMs;
  }

  /** Runs a step again and again, in slices, until it says that it is done. */
  inSlices(step: (mayGoOn: () => boolean) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const slice = () => {
        this.#sessions.refreshNow();
        if (step(this.budget())) resolve();
        else this.#clock.schedule(0, slice);
      };
      slice();
    });
  }

  /** Resolves when nothing overdue is left; undefined when that is so already. */
  settled(): undefined | Promise<void> {
    if (this.sweepSlice()) return undefined;
    return this.inSlices(() => this.sweepSlice());
  }

  readonly #onDue = (address: number): void => {
    const deadlineMs = this.#sessions.double(address, headDouble.deadlineMs);
    const nowMs = this.#sessions.nowMs();
    if (deadlineMs > nowMs) {
      if (deadlineMs !== Number.POSITIVE_INFINITY) this.#sessions.wheel.schedule(address, deadlineMs);
    } else if (this.#sessions.isKept(address)) {
      // looked at again in each tick: its lock may end at any moment, and COUNT must not count it then; such sessions
      // are few, since a timeout is hardly ever shorter than a lease
      this.#sessions.wheel.schedule(address, nowMs);
    } else {
      this.#sessions.destroy(address, 'expired');
    }
  };
}
