// A clock that stands until it is told to go: tests own the time. Timers run inside `advance`, in the order of their
// times and, of one moment, in the order in which they were set.
import type { Clock } from '../engine.js';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A `Clock` moved by hand.
 *
 * @example
 * const clock = new ManualClock();
 * clock.schedule(1000, () => console.log('a second'));
 * clock.advance(1500); // a second
 */
export class ManualClock implements Clock {
  readonly #wallStartMs: number;
  #nowMs = 0;
  #timersSet = 0;
  readonly #timers = new Set<Timer>();

  /** `wallStartMs`: milliseconds since 1970 at which it begins. */
  constructor(wallStartMs = 1_764_000_000_000) {
    this.#wallStartMs = wallStartMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallStartMs + this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: ++this.#timersSet, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** When the next timer is due, or undefined. */
  nextTimerMs(): number | undefined {
    return this.#next()?.atMs;
  }

  /** Lets `milliseconds` pass; timers due meanwhile have run when it returns, each at its own time. */
  advance(milliseconds: number): void {
    const end = this.#nowMs + milliseconds;
    for (let next = this.#next(); next !== undefined && next.atMs <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = end;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}
