// The commands that took long, newest first, values redacted. A ring: it never holds more than `slowlogLength`.
import type { ServerLimits } from './options.js';

export interface SlowlogEntry {
  /** Grows by one with each entry. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly microseconds: number;
  readonly words: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

export class Slowlog {
  readonly #limits: ServerLimits;
  #entries: SlowlogEntry[] = [];
  #nextNumber = 0;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#entries.length;
  }

  add(entry: Omit<SlowlogEntry, 'number'>): void {
    this.#entries.push({ number: this.#nextNumber++, ...entry });
    const surplus = this.#entries.length - this.#limits.slowlogLength;
    if (surplus > 0) this.#entries.splice(0, surplus);
  }

  /** The newest entries, newest first; below 0 all of them. */
  latest(count: number): readonly SlowlogEntry[] {
    const newestFirst = [...this.#entries].reverse();
    return count < 0 ? newestFirst : newestFirst.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }
}
