// The counter from which lock keys, revisions and creation order are taken: max(last + 1, microseconds since 1970), so
// it never repeats, always grows, and is below 2^53 until the year 2255.
import type { Clock } from '../engine.js';

export class KeySource {
  #last: number;
  readonly #clock: Clock;

  /** `atLeast`: a value that was, or may have been, handed out before. */
  constructor(clock: Clock, atLeast = 0) {
    this.#clock = clock;
    this.#last = atLeast;
  }

  next(): number {
    const now = Math.floor(this.#clock.wallMs() * 1000);
    this.#last = now > this.#last ? now : this.#last + 1;
    return this.#last;
  }
}
