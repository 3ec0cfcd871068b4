// Keeps memory within its budget: families that were used least lately leave it, once all about them is in the tables on
// disk. Victims are chosen from a sample, as for `max-memory`.
import type { LockTable } from '../lock-table.js';
import { headDouble, headWord, sessionFlag } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import type { CommitCycle } from './commit-cycle.js';

const sampleSize = 8;
/** With fewer sessions than this each is looked at, since a sample would miss some. */
const fewSessions = 256;
/** Samples without a victim before an attempt ends. */
const patience = 64;
const sliceMs = 1;
const evictionsPerReading = 16;

/** What the store knows and is told of families that leave. */
export interface EvictingStore {
  readonly hotMemoryBytes: number;
  readonly sweptSecond: number;
  noteEvicted(subSessions: number, filedSecond: number): void;
}

export interface HotSetOptions {
  readonly sessions: Sessions;
  readonly locks: LockTable;
  readonly cycle: CommitCycle;
  readonly store: EvictingStore;
}

export class HotSet {
  readonly #sessions: Sessions;
  readonly #locks: LockTable;
  readonly #cycle: CommitCycle;
  readonly #store: EvictingStore;

  constructor({ sessions, locks, cycle, store }: HotSetOptions) {
    this.#sessions = sessions;
    this.#locks = locks;
    this.#cycle = cycle;
    this.#store = store;
  }

  get isOverBudget(): boolean {
    return this.#sessions.memory.usedBytes > this.#store.hotMemoryBytes;
  }

  /** Bytes left of the budget. */
  get roomBytes(): number {
    return Math.max(0, this.#store.hotMemoryBytes - this.#sessions.memory.usedBytes);
  }

  /** Evicts up to so many families while memory is over its budget; false when none could go. */
  evictSome(most: number): boolean {
    const sessions = this.#sessions;
    if (!this.isOverBudget) return false;
    const endMs = performance.now() + sliceMs;
    let evicted = 0;
    let misses = 0;
    while (evicted < most && this.isOverBudget && misses < patience) {
      const isSmall = sessions.table.size <= fewSessions;
      const victim = isSmall ? this.#anyVictim() : this.#sampledVictim();
      if (victim !== 0) {
        this.#evict(victim);
        evicted++;
      } else {
        if (isSmall) break;
        misses++;
      }
      if ((evicted + misses) % evictionsPerReading === 0 && performance.now() > endMs) break;
    }
    return evicted > 0;
  }

  #anyVictim(): number {
    const { table } = this.#sessions;
    const candidates: number[] = [];
    for (let segment = 0; segment < table.segmentCount; segment++)
      if (table.countInSegment(segment) > 0) table.forEachInSegment(segment, (address) => candidates.push(address));
    return candidates.find((address) => this.#canGo(address)) ?? 0;
  }

  #sampledVictim(): number {
    let best = 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < sampleSize; i++) {
      const address = this.#sessions.table.sample((Math.random() * 2 ** 32) >>> 0);
      if (address === 0) continue;
      const accessedMs = this.#sessions.double(address, headDouble.accessedMs);
      if (accessedMs < oldest && this.#canGo(address)) {
        best = address;
        oldest = accessedMs;
      }
    }
    return best;
  }

  /** Whether a family may leave memory: all about it is in the tables, and nobody is at it. */
  #canGo(parent: number): boolean {
    const sessions = this.#sessions;
    if (sessions.hasFlag(parent, sessionFlag.subSession | sessionFlag.globals)) return false;
    const writtenIn = sessions.word(parent, headWord.writtenIn);
    if (sessions.word(parent, headWord.changed) !== 0) return false;
    if (writtenIn === 0 || writtenIn > this.#cycle.settled) return false;
    const filed = sessions.word(parent, headWord.filedSecond);
    if ((filed !== 0 && filed <= this.#store.sweptSecond) || this.#isRenewed(parent)) {
      this.#cycle.willChange(parent, false);
      return false;
    }
    return this.#locks.ofFamily(parent).every((lock) => !this.#locks.isInUse(lock));
  }

  #isRenewed(parent: number): boolean {
    const sessions = this.#sessions;
    const differs = (address: number) =>
      Math.floor(sessions.double(address, headDouble.accessedMs)) >>> 0 !== sessions.word(address, headWord.keptAccess);
    return differs(parent) || sessions.subSessions(parent).some(differs);
  }

  #evict(parent: number): void {
    const sessions = this.#sessions;
    const filed = sessions.word(parent, headWord.filedSecond);
    const counted = sessions.usedBytes;
    for (const lock of this.#locks.ofFamily(parent)) this.#locks.forget(lock);
    const subSessions = sessions.subSessionCountOf(parent);
    sessions.forget(parent);
    sessions.usedBytes = counted;
    this.#store.noteEvicted(subSessions, filed);
  }

  /** Families whose renewals are not on disk. */
  renewed(): number[] {
    const { table } = this.#sessions;
    const renewed: number[] = [];
    for (let segment = 0; segment < table.segmentCount; segment++)
      table.forEachInSegment(segment, (address) => {
        if (!this.#sessions.hasFlag(address, sessionFlag.subSession) && this.#isRenewed(address)) renewed.push(address);
      });
    return renewed;
  }
}
