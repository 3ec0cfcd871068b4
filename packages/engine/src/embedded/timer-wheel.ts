// When which session may have expired: a hierarchical timer wheel whose links lie in the sessions' heads, so scheduling
// allocates nothing and costs the same for ten sessions and for ten million. Renewing a session does not touch the
// wheel: an entry may be early, and is put back when its slot is drained. Draining stops when its budget is used and
// goes on from there, so that a storm of expiries never holds up a request.
import { headWord } from './session-layout.js';
import { byteOffset, chunkOf, type SlabMemory } from './slab-memory.js';

const slotBits = 8;
const slotsPerLevel = 1 << slotBits;
const levels = 4;
/** The furthest that an entry is filed, in ticks; what lies beyond is put back when it comes up. */
const horizon = 2 ** (slotBits * levels) - 1;

export class TimerWheel {
  /** Entries in the wheel. */
  size = 0;
  readonly #memory: SlabMemory;
  readonly #tickMs: number;
  /** First entry of each slot, 0 for none; entries of a slot form a ring. */
  readonly #heads = new Uint32Array(slotsPerLevel * levels);
  readonly #counts = new Uint32Array(slotsPerLevel * levels);
  /** The tick whose slot is drained next or is being drained. */
  #tick: number;
  /** Slots still to be drained for this tick, the last first, and how many entries of it. */
  readonly #drains: { slot: number; remaining: number }[] = [];
  #isTickOpen = false;

  constructor(memory: SlabMemory, options: { readonly tickMs: number; readonly nowMs: number }) {
    this.#memory = memory;
    this.#tickMs = options.tickMs;
    this.#tick = Math.floor(options.nowMs / options.tickMs);
  }

  /** Files a session under a time; one that is filed already is moved. */
  schedule(address: number, atMs: number): void {
    this.remove(address);
    const due = Math.max(this.#tick, Math.min(Math.floor(atMs / this.#tickMs), this.#tick + horizon));
    let distance = due - this.#tick;
    let level = 0;
    let index = due;
    while (distance >= slotsPerLevel) {
      distance = Math.floor(distance / slotsPerLevel);
      index = Math.floor(index / slotsPerLevel);
      level++;
    }
    this.#link(address, level * slotsPerLevel + (index % slotsPerLevel));
  }

  remove(address: number): void {
    const words = this.#memory.words[chunkOf(address)] as Uint32Array;
    const head = byteOffset(address) >> 2;
    const slot = (words[head + headWord.wheelSlot] as number) - 1;
    if (slot < 0) return;
    const next = words[head + headWord.wheelNext] as number;
    const previous = words[head + headWord.wheelPrevious] as number;
    if (next === address) {
      this.#heads[slot] = 0;
    } else {
      this.#setWord(previous, headWord.wheelNext, next);
      this.#setWord(next, headWord.wheelPrevious, previous);
      if (this.#heads[slot] === address) this.#heads[slot] = next;
    }
    words[head + headWord.wheelSlot] = 0;
    this.#counts[slot] = (this.#counts[slot] as number) - 1;
    this.size--;
  }

  /**
   * Takes out every session whose filed time has come and hands it to `onDue`, which schedules it again or destroys it.
   * `mayGoOn` is asked before each; when it says no, the rest stays for the next call. True when nothing due is left.
   */
  drain(nowMs: number, onDue: (address: number) => void, mayGoOn: () => boolean): boolean {
    const target = Math.floor(nowMs / this.#tickMs);
    for (;;) {
      if (!this.#isTickOpen) {
        // slots without entries need no visit
        const next = this.#nextTick();
        if (next > target) {
          this.#tick = Math.max(this.#tick, target);
          return true;
        }
        this.#tick = next;
        this.#openTick();
        this.#isTickOpen = true;
      }
      if (!this.#drainOpenTick(onDue, mayGoOn)) return false;
      const slot = this.#tick % slotsPerLevel;
      if (this.#tick < target && (this.#counts[slot] as number) > 0) {
        // put back before the tick was over, by a call that ended on the way: all of them are due by now
        this.#openSlot(slot);
        continue;
      }
      this.#isTickOpen = false;
      if (this.#tick >= target) return true;
      this.#tick++;
    }
  }

  /** When the next entry may be due, in milliseconds on the clock of `drain`; Infinity when there is none. */
  nextDueMs(): number {
    if (this.#isTickOpen) return this.#tick * this.#tickMs;
    return (this.#nextTick() + 1) * this.#tickMs;
  }

  /** The first tick from now on at which a slot with entries is opened. */
  #nextTick(): number {
    if (this.size === 0) return Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    let width = 1;
    for (let level = 0; level < levels; level++) {
      // a slot of an upper level is opened when its first tick is reached; the current one, if that is past, in a round
      const first = Math.ceil(this.#tick / width);
      for (let index = first; index < first + slotsPerLevel; index++) {
        if ((this.#counts[level * slotsPerLevel + (index % slotsPerLevel)] as number) === 0) continue;
        earliest = Math.min(earliest, index * width);
        break;
      }
      width *= slotsPerLevel;
    }
    return earliest;
  }

  #openTick(): void {
    this.#openSlot(this.#tick % slotsPerLevel);
    let level = 1;
    let index = this.#tick;
    // entering a new slot of an upper level: its entries go down
    while (level < levels && index % slotsPerLevel === 0) {
      index = Math.floor(index / slotsPerLevel);
      this.#openSlot(level * slotsPerLevel + (index % slotsPerLevel));
      level++;
    }
  }

  #openSlot(slot: number): void {
    const remaining = this.#counts[slot] as number;
    if (remaining > 0) this.#drains.push({ slot, remaining });
  }

  #drainOpenTick(onDue: (address: number) => void, mayGoOn: () => boolean): boolean {
    for (let drain = this.#drains.at(-1); drain !== undefined; drain = this.#drains.at(-1)) {
      // entries put back into this very slot come last, so `remaining` bounds the walk
      while (drain.remaining > 0) {
        const address = this.#heads[drain.slot] as number;
        if (address === 0) break;
        if (!mayGoOn()) return false;
        drain.remaining--;
        this.remove(address);
        onDue(address);
      }
      this.#drains.pop();
    }
    return true;
  }

  #link(address: number, slot: number): void {
    const first = this.#heads[slot] as number;
    if (first === 0) {
      this.#heads[slot] = address;
      this.#setWord(address, headWord.wheelNext, address);
      this.#setWord(address, headWord.wheelPrevious, address);
    } else {
      const last = this.#word(first, headWord.wheelPrevious);
      this.#setWord(address, headWord.wheelNext, first);
      this.#setWord(address, headWord.wheelPrevious, last);
      this.#setWord(last, headWord.wheelNext, address);
      this.#setWord(first, headWord.wheelPrevious, address);
    }
    this.#setWord(address, headWord.wheelSlot, slot + 1);
    this.#counts[slot] = (this.#counts[slot] as number) + 1;
    this.size++;
  }

  #word(address: number, field: number): number {
    return (this.#memory.words[chunkOf(address)] as Uint32Array)[(byteOffset(address) >> 2) + field] as number;
  }

  #setWord(address: number, field: number, value: number): void {
    (this.#memory.words[chunkOf(address)] as Uint32Array)[(byteOffset(address) >> 2) + field] = value;
  }
}
