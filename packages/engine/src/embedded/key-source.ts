// The counter from which lock keys, revisions and creation order are taken: max(last + 1, microseconds since 1970), so
// it never repeats, always grows, and is below 2^53 until the year 2255.
import type { Clock } from '../engine.js';

/** Makes sure that keys up to `needed` and some more are never handed out again by another process; answers how far. */
export type RaiseCeiling = (needed: number) => number;

const keysOfACommand = 16;

export class KeySource {
  #last = 0;
  #ceiling = Number.POSITIVE_INFINITY;
  #raise: RaiseCeiling = () => Number.POSITIVE_INFINITY;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on only keys above `atLeast`, and below a ceiling that is raised before it is reached. */
  begin(atLeast: number, raise: RaiseCeiling): void {
    this.#last = Math.max(this.#last, atLeast);
    this.#raise = raise;
    this.#ceiling = raise(Math.max(this.#last, this.#now()));
  }

  next(): number {
    const now = this.#now();
    this.#last = now > this.#last ? now : this.#last + 1;
    if (this.#last > this.#ceiling) this.raiseCeiling();
    return this.#last;
  }

  /** The last key that was handed out. */
  get last(): number {
    return this.#last;
  }

  /** How far the ceiling is from the keys of this moment, with some to spare: a command may take several. */
  get left(): number {
    return this.#ceiling - this.newest - keysOfACommand;
  }

  raiseCeiling(): void {
    this.#ceiling = this.#raise(this.newest);
  }

  /** The last key that was handed out, or the one that this moment would make. */
  get newest(): number {
    return Math.max(this.#last, this.#now());
  }

  /** Keys up to this one are safe to be handed out now. */
  liftTo(ceiling: number): void {
    this.#ceiling = Math.max(this.#ceiling, ceiling);
  }

  #now(): number {
    return Math.floor(this.#clock.wallMs() * 1000);
  }
}
