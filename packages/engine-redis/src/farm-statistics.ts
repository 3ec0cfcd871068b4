// Figures of the whole farm, as of a moment ago: asked in the background whenever somebody looked, so that looking never
// waits, and nothing is asked where nobody looks.
import type { Buckets } from './buckets.js';
import type { RedisLink } from './connection/redis-link.js';
import type { KeyNames } from './layout/key-names.js';

export interface FarmFigures {
  readonly sessions: number;
  readonly subSessions: number;
  readonly locksHeld: number;
  readonly usedBytes: number;
}

const freshMs = 1000;

export class FarmStatistics {
  #figures: FarmFigures = { sessions: 0, subSessions: 0, locksHeld: 0, usedBytes: 0 };
  #askedAtMs = Number.NEGATIVE_INFINITY;
  readonly #parts: { link: RedisLink; keys: KeyNames; buckets: Buckets };

  constructor(parts: { link: RedisLink; keys: KeyNames; buckets: Buckets }) {
    this.#parts = parts;
  }

  /** The figures of the last time; begins to ask for new ones when they are older than a second. */
  latest(): FarmFigures {
    if (performance.now() - this.#askedAtMs > freshMs) this.refresh().catch(() => undefined);
    return this.#figures;
  }

  async refresh(): Promise<void> {
    this.#askedAtMs = performance.now();
    const { link, keys, buckets } = this.#parts;
    const [{ sessions, subSessions }, locks, memory] = await Promise.all([
      buckets.allSettled(),
      buckets.each((bucket) => link.run(bucket, ['ZCARD', keys.ofBucket(bucket, 'l')])),
      link.onMasters(['INFO', 'memory']),
    ]);
    const locksHeld = locks.reduce<number>((sum, held) => sum + Number(held), 0);
    const usedBytes = memory.reduce<number>(
      (sum, text) => sum + Number(/used_memory:(\d+)/.exec(String(text))?.[1] ?? 0),
      0,
    );
    this.#figures = { sessions, subSessions, locksHeld, usedBytes };
  }
}
