// What happens at `max-memory`: writes are refused, or sessions are evicted. Victims are chosen among a sample, as good
// as an exact order for caches of any size and free of its links. Locked sessions, `globals` and sub-sessions (they go
// with their parents) are never chosen.
import { randomFillSync } from 'node:crypto';
import { headDouble, sessionFlag } from './session-layout.js';
import type { Sessions } from './sessions.js';
import type { ColdSessions } from './store/cold-sessions.js';

const sampleSize = 16;
/** Samples in a row that may be without a victim before the attempt ends. */
const patience = 32;

export class MemoryLimit {
  readonly #sessions: Sessions;
  /** Set once, by a store. */
  cold: ColdSessions | undefined;
  readonly #random = new Uint32Array(256);
  #drawn = this.#random.length;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** Makes room for this many more bytes, as the policy says; false when there is none. */
  makeRoom(bytes: number): boolean {
    const { limits } = this.#sessions;
    if (limits.maxMemoryBytes === 0) return true;
    let misses = 0;
    while (this.#sessions.usedBytes + bytes > limits.maxMemoryBytes) {
      if (limits.evict === 'none') return false;
      const victim = this.#coldVictim(limits.evict) || this.#victim(limits.evict);
      if (victim === 0) {
        if (++misses === patience) return false;
        continue;
      }
      misses = 0;
      this.#sessions.destroy(victim, 'evicted');
    }
    return true;
  }

  #victim(policy: 'lru' | 'ttl'): number {
    let best = 0;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let i = 0; i < sampleSize; i++) {
      const candidate = this.#sessions.table.sample(this.#draw());
      if (candidate === 0 || this.#sessions.hasFlag(candidate, sessionFlag.globals | sessionFlag.subSession)) continue;
      const rank = this.#sessions.double(candidate, policy === 'lru' ? headDouble.accessedMs : headDouble.deadlineMs);
      if (rank < bestRank && !this.#sessions.isKept(candidate)) {
        best = candidate;
        bestRank = rank;
      }
    }
    return best;
  }

  /** Sessions that left memory go before those that are in it: they were used least lately. */
  #coldVictim(policy: 'lru' | 'ttl'): number {
    const address = this.cold === undefined ? 0 : this.cold.loadVictim(policy, this.#draw());
    return address !== 0 && this.#sessions.isKept(address) ? 0 : address;
  }

  #draw(): number {
    if (this.#drawn === this.#random.length) {
      randomFillSync(this.#random);
      this.#drawn = 0;
    }
    return this.#random[this.#drawn++] as number;
  }
}
