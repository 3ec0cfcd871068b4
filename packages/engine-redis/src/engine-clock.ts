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

  /**
   * ARGV[1] of scripts that may create: empty for Redis's own time, else milliseconds, a space, and microseconds that always
   * grow, so that what comes into being later is later though the clock stands.
   */
  stamp(): string {
    if (!this.#isInjected) return '';
    this.#lastMicros = Math.max(this.#lastMicros + 1, Math.floor(this.clock.wallMs()) * 1000);
    return this.look();
  }

  /** ARGV[1] of scripts that only look: they take no microsecond. */
  look(): string {
    if (!this.#isInjected) return '';
    return `${Math.floor(this.clock.wallMs())} ${this.#lastMicros}`;
  }

  wallMs(): number {
    return this.clock.wallMs();
  }

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    return this.clock.schedule(delayMs, callback);
  }
}
