// A clock that stands still until a test moves it.
import type { ClientClock, ScheduledTimer } from '../src/client-clock.js';

interface Timer {
  readonly atMs: number;
  readonly delayMs: number;
  readonly callback: () => void;
}

export class ManualClock implements ClientClock {
  chance = 0;
  private now = 1000;
  private timers: Timer[] = [];

  nowMs(): number {
    return this.now;
  }

  random(): number {
    return this.chance;
  }

  schedule(delayMs: number, callback: () => void): ScheduledTimer {
    const timer: Timer = { atMs: this.now + delayMs, delayMs, callback };
    this.timers.push(timer);
    return {
      cancel: () => {
        this.timers = this.timers.filter((other) => other !== timer);
      },
    };
  }

  /** Delays of the timers that wait, in order of their time. */
  get pendingDelays(): number[] {
    return [...this.timers].sort((a, b) => a.atMs - b.atMs).map(({ delayMs }) => delayMs);
  }

  /** Lets time pass; what is due happens in order, and promises run in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.now = Math.max(this.now, next.atMs);
      next.callback();
      await settle();
    }
    this.now = end;
    await settle();
  }
}

/** Lets everything that is ready to run, run: ticks, promises and their continuations. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
