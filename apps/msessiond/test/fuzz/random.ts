/** Random numbers that a seed repeats, on every machine. */
export class Random {
  #state: number;

  /** The parts of a seed together say what follows. */
  constructor(...seed: readonly number[]) {
    this.#state = 0x2545f491;
    for (const part of seed) {
      this.#state = (this.#state ^ part) >>> 0;
      this.next();
    }
  }

  /** From 0 up to but without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    const state = this.#state;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  isLikely(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}
