// The time of the engine. It is Redis's own, so that all front-ends agree; only where a clock is injected, as in tests, is
// its time passed along with each script. Either way timers of this front-end run on the injected clock.
import { type Clock, systemClock } from '@msession/engine';

export class EngineClock {
  readonly clock: Clock;
  readonly #isInjected: boolean;
  #lastMicros = 0;

  constructor(injected?: Clock) {
    this.clock = injected ?? systemClock;
    this.#isInjected = injected !== undefined;
  }

  /** ARGV[1] of every script: empty for Redis's own time, else milliseconds, a space, and microseconds that always grow. */
  stamp(): string {
    if (!this.#isInjected) return '';
    const wallMs = Math.floor(this.clock.wallMs());
    this.#lastMicros = Math.max(this.#lastMicros + 1, wallMs * 1000);
    return `${wallMs} ${this.#lastMicros}`;
  }

  wallMs(): number {
    return this.clock.wallMs();
  }

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    return this.clock.schedule(delayMs, callback);
  }
}
