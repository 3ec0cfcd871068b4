// The sessions themselves: making, finding, changing, renewing and ending them, with every index kept right. Handlers
// work on addresses that `find` answered in the same synchronous run; an address is dead after `destroy`.
import { globalsId } from '@msession/protocol';
import type { Clock, EngineLimits, SessionEventName } from '../engine.js';
import { ClassNames } from './class-names.js';
import { copyBytes } from './copy-bytes.js';
import type { EventHub } from './event-hub.js';
import { HalfSipHash } from './half-sip-hash.js';
import type { KeySource } from './key-source.js';
import { SearchIndex } from './search-index.js';
import type { SessionKeeper } from './session-keeper.js';
import { headDouble, headWord, idOffset, sessionFlag } from './session-layout.js';
import { SessionTable } from './session-table.js';
import { byteOffset, chunkOf, SlabMemory } from './slab-memory.js';
import { TimerWheel } from './timer-wheel.js';
import { VariableBlocks } from './variable-block.js';

const wheelTickMs = 64;
const slash = 47;
const anyFlag = 0xff00;

/** How far a deadline may move before a keeper is told, in milliseconds. */
export function renewalLagMs(timeoutSeconds: number): number {
  return Math.max(timeoutSeconds * 62.5, 60_000);
}

/** What the lock table tells about a session that has the `locked` flag. */
export interface LockWatch {
  /** Whether a lock that is held keeps it from expiring. */
  isKept(address: number): boolean;
  /** A session was made, maybe under an id that was reserved. */
  onSessionCreated(address: number): void;
  /** The session is gone and out of the table: its lock dies, its waiters are answered. */
  onSessionGone(id: Buffer, isParent: boolean): void;
}

export type EndOfLife = 'destroyed' | 'expired' | 'evicted';

export class Sessions {
  readonly memory = new SlabMemory();
  readonly hasher = new HalfSipHash();
  readonly variables = new VariableBlocks(this.memory);
  readonly table = new SessionTable(this.memory);
  readonly classNames = new ClassNames();
  readonly index = new SearchIndex(this.memory, this.variables, this.hasher);
  readonly wheel: TimerWheel;
  readonly limits: EngineLimits;
  readonly globals: number;
  /** Set once, by the lock table. */
  locks: LockWatch = { isKept: () => false, onSessionCreated: () => {}, onSessionGone: () => {} };
  /** Set once, by the sweeper: a session was filed in the wheel under this time. */
  onScheduled: (deadlineMs: number) => void = () => {};
  /** Set once, by a store: keeps what changes, and has what memory does not hold. */
  keeper: SessionKeeper | undefined;
  /** Sub-sessions among `table.size`. */
  subSessionCount = 0;
  /** Logical bytes of all sessions. */
  usedBytes = 0;
  readonly ended: Record<EndOfLife, number> = { destroyed: 0, expired: 0, evicted: 0 };
  createdCount = 0;
  #now: number;
  readonly #clock: Clock;
  readonly #keys: KeySource;
  readonly #events: EventHub;

  constructor(options: { clock: Clock; limits: EngineLimits; keys: KeySource; events: EventHub }) {
    this.#clock = options.clock;
    this.#now = options.clock.monotonicMs();
    this.#keys = options.keys;
    this.#events = options.events;
    this.limits = options.limits;
    this.wheel = new TimerWheel(this.memory, { tickMs: wheelTickMs, nowMs: options.clock.monotonicMs() });
    const id = Buffer.from(globalsId);
    this.globals = this.#place(id, 0, id.length, this.hasher.hash(id, 0, id.length), sessionFlag.globals, 0);
  }

  /** The time at which the command at hand runs, monotonic: one for all of it, so that nothing ends half way. */
  nowMs(): number {
    return this.#now;
  }

  /** As `refreshNow`, with a time that was read a moment ago: a look at the clock is a twentieth of a GETVAL. */
  advanceTo(nowMs: number): void {
    if (nowMs > this.#now) this.#now = nowMs;
  }

  /** Looks at the clock: before each command, and in each timer. */
  refreshNow(): void {
    this.#now = this.#clock.monotonicMs();
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  /** Live sessions, without sub-sessions and `globals`; expired ones that were not swept are still counted. */
  get count(): number {
    const inMemory = this.table.size - this.subSessionCount - 1;
    return this.keeper === undefined ? inMemory : inMemory + this.keeper.coldCount;
  }

  /** Address of the live session with this id, or 0. One that has expired ends here. */
  find(bytes: Buffer, start: number, end: number): number {
    let address = this.table.find(this.hasher.hash(bytes, start, end), bytes, start, end);
    if (address === 0) {
      if (this.keeper === undefined) return 0;
      address = this.#fetch(bytes, start, end);
      if (address === 0) return 0;
    }
    return this.#isOverdue(address) ? 0 : address;
  }

  /** Takes another key for hashes, while `globals` is all there is. */
  rekey(key: Uint8Array): void {
    this.table.remove(this.hashOf(this.globals), this.globals);
    this.hasher.rekey(key);
    this.table.insert(this.hashOf(this.globals), this.globals);
  }

  /** Looks for a session that memory does not hold. */
  #fetch(bytes: Buffer, start: number, end: number): number {
    if (this.keeper?.load(bytes, start, end) !== true) return 0;
    return this.table.find(this.hasher.hash(bytes, start, end), bytes, start, end);
  }

  /** Whether a session lives now; one that has expired ends here. */
  isLive(address: number): boolean {
    return !this.#isOverdue(address);
  }

  #isOverdue(address: number): boolean {
    const now = this.#now;
    if (this.double(address, headDouble.deadlineMs) <= now && !this.isKept(address)) {
      this.destroy(address, 'expired');
      return true;
    }
    if ((this.word(address, headWord.shape) & sessionFlag.subSession) === 0) return false;
    const parent = this.word(address, headWord.relation);
    if (this.double(parent, headDouble.deadlineMs) <= now && !this.isKept(parent)) {
      this.destroy(parent, 'expired');
      return true;
    }
    return false;
  }

  /** Whether a lock keeps a session from expiring. */
  isKept(address: number): boolean {
    const flags = this.word(address, headWord.shape);
    return (flags & (sessionFlag.locked | sessionFlag.subLocked)) !== 0 && this.locks.isKept(address);
  }

  /** Address of the session with this id, overdue or not, or 0. */
  standing(bytes: Buffer, start: number, end: number): number {
    const address = this.table.find(this.hasher.hash(bytes, start, end), bytes, start, end);
    return address === 0 && this.keeper !== undefined ? this.#fetch(bytes, start, end) : address;
  }

  /** Address of the session at the head of the family that a session belongs to. */
  familyOf(address: number): number {
    return this.hasFlag(address, sessionFlag.subSession) ? this.word(address, headWord.relation) : address;
  }

  /** Says that a session is about to change, so that what it was and what it becomes can be kept. */
  willChange(address: number): void {
    this.keeper?.willChange(this.familyOf(address));
  }

  /**
   * Makes a session with an id that is free or reserved; the caller fills it, then emits `created`.
   * `parent` is the address of the parent of a
   * sub-session, 0 for a session. `timeoutSeconds` as in the command: undefined or below 0 the default, 0 never.
   */
  create(bytes: Buffer, start: number, end: number, parent: number, timeoutSeconds: number | undefined): number {
    if (parent !== 0) this.willChange(parent);
    const hash = this.hasher.hash(bytes, start, end);
    const address = this.#place(bytes, start, end, hash, parent === 0 ? 0 : sessionFlag.subSession, parent);
    if (parent === 0) this.willChange(address);
    this.setTimeout(address, timeoutSeconds ?? -1);
    this.createdCount++;
    this.locks.onSessionCreated(address);
    return address;
  }

  /** Address of the live parent that an id of the form `parent/sub` names; 0 when it does not live, -1 for a plain id. */
  parentOf(bytes: Buffer, start: number, end: number): number {
    const at = slashIn(bytes, start, end);
    return at < 0 ? -1 : this.find(bytes, start, at);
  }

  #place(
    bytes: Buffer,
    start: number,
    end: number,
    hash: number,
    flags: number,
    parent: number,
    sequence = this.#keys.next(),
  ): number {
    const length = end - start;
    const address = this.memory.allocate(idOffset + length);
    const chunk = chunkOf(address);
    const offset = byteOffset(address);
    const words = this.memory.words[chunk] as Uint32Array;
    const doubles = this.memory.doubles[chunk] as Float64Array;
    const head = offset >> 2;
    words.fill(0, head, head + (idOffset >> 2));
    doubles[(offset >> 3) + headDouble.sequence] = sequence;
    doubles[(offset >> 3) + headDouble.accessedMs] = this.#now;
    doubles[(offset >> 3) + headDouble.deadlineMs] = Number.POSITIVE_INFINITY;
    words[head + headWord.shape] = length | flags;
    copyBytes(bytes, start, end, this.memory.bytes[chunk] as Buffer, offset + idOffset);
    this.table.insert(hash, address);
    this.usedBytes += idOffset + length;
    if (parent !== 0) this.#adopt(parent, address);
    return address;
  }

  #adopt(parent: number, sub: number): void {
    const first = this.word(parent, headWord.relation);
    if (first === 0) {
      this.setWord(parent, headWord.relation, sub);
      this.setWord(sub, headWord.siblingNext, sub);
      this.setWord(sub, headWord.siblingPrevious, sub);
    } else {
      const last = this.word(first, headWord.siblingPrevious);
      this.setWord(sub, headWord.siblingNext, first);
      this.setWord(sub, headWord.siblingPrevious, last);
      this.setWord(last, headWord.siblingNext, sub);
      this.setWord(first, headWord.siblingPrevious, sub);
    }
    this.setWord(sub, headWord.relation, parent);
    this.setWord(parent, headWord.shape, this.word(parent, headWord.shape) + 0x10000);
    this.subSessionCount++;
  }

  #disown(sub: number): void {
    const parent = this.word(sub, headWord.relation);
    const next = this.word(sub, headWord.siblingNext);
    if (next === sub) {
      this.setWord(parent, headWord.relation, 0);
    } else {
      const previous = this.word(sub, headWord.siblingPrevious);
      this.setWord(previous, headWord.siblingNext, next);
      this.setWord(next, headWord.siblingPrevious, previous);
      if (this.word(parent, headWord.relation) === sub) this.setWord(parent, headWord.relation, next);
    }
    this.setWord(parent, headWord.shape, this.word(parent, headWord.shape) - 0x10000);
    this.subSessionCount--;
  }

  subSessionCountOf(parent: number): number {
    return this.word(parent, headWord.shape) >>> 16;
  }

  /** Addresses of a session's sub-sessions, in the order in which they came to it. */
  subSessions(parent: number): number[] {
    const subs: number[] = [];
    if (this.subSessionCountOf(parent) === 0) return subs;
    const first = this.word(parent, headWord.relation);
    let sub = first;
    do {
      subs.push(sub);
      sub = this.word(sub, headWord.siblingNext);
    } while (sub !== first);
    return subs;
  }

  /** Ends a session and its sub-sessions; then those who wait for their locks are answered. */
  destroy(address: number, how: EndOfLife): void {
    this.willChange(address);
    const goneSubs = this.subSessions(address).map((sub) => this.#end(sub, how));
    const isParent = !this.hasFlag(address, sessionFlag.subSession);
    if (isParent) this.keeper?.gone(address, this.idOf(address));
    const gone = this.#end(address, how);
    for (const id of goneSubs) this.locks.onSessionGone(id, false);
    this.locks.onSessionGone(gone, isParent);
  }

  #end(address: number, how: EndOfLife): Buffer {
    const flags = this.word(address, headWord.shape);
    const id = this.idOf(address);
    this.emit(how, address);
    this.index.forgetAll(address);
    this.wheel.remove(address);
    if ((flags & sessionFlag.subSession) !== 0) this.#disown(address);
    this.#letGo(address, flags);
    this.ended[how]++;
    return id;
  }

  /**
   * Puts a session into memory that a keeper had: with its own place in the order of creation, and neither timeout nor
   * content yet. `parent` as in `create`.
   */
  restore(bytes: Buffer, start: number, end: number, parent: number, sequence: number): number {
    const hash = this.hasher.hash(bytes, start, end);
    const flags = parent === 0 ? 0 : sessionFlag.subSession;
    return this.#place(bytes, start, end, hash, flags, parent, sequence);
  }

  /** Takes a family out of memory that a keeper has: its sessions live on, unseen. */
  forget(parent: number): void {
    for (const sub of this.subSessions(parent)) {
      this.#forgetOne(sub);
    }
    this.#forgetOne(parent);
  }

  #forgetOne(address: number): void {
    const flags = this.word(address, headWord.shape);
    this.index.forgetAll(address);
    this.wheel.remove(address);
    if ((flags & sessionFlag.subSession) !== 0) this.#disown(address);
    this.#letGo(address, flags);
  }

  #letGo(address: number, flags: number): void {
    this.table.remove(this.hashOf(address), address);
    this.usedBytes -= idOffset + (flags & 0xff);
    const variables = this.word(address, headWord.variables);
    if (variables !== 0) {
      this.usedBytes -= this.variables.size(variables);
      this.memory.free(variables);
    }
    const data = this.word(address, headWord.data);
    if (data !== 0) {
      this.usedBytes -= this.word(address, headWord.dataBytes);
      this.memory.free(data);
    }
    this.classNames.release(this.word(address, headWord.className));
    this.memory.free(address);
  }

  /** Gives a session, and with it its sub-sessions, another id that is free; answers its new address. */
  rename(address: number, bytes: Buffer, start: number, end: number): number {
    const oldId = this.idOf(address);
    this.willChange(address);
    const moved = this.#relocate(address, bytes, start, end);
    if (!this.hasFlag(moved, sessionFlag.subSession)) this.keeper?.moved(address, moved, oldId);
    for (const sub of this.subSessions(moved)) {
      const subId = this.idOf(sub);
      const suffix = subId.subarray(subId.indexOf(slash));
      const renamed = Buffer.concat([bytes.subarray(start, end), suffix]);
      this.#relocate(sub, renamed, 0, renamed.length);
    }
    if (this.#events.isWanted('renamed'))
      this.#events.emit({
        name: 'renamed',
        id: oldId,
        newId: this.idOf(moved),
        atMs: this.wallMs(),
        ...this.#data('renamed', moved),
      });
    return moved;
  }

  /** Moves a head to a block for another id, with all that points at it. */
  #relocate(address: number, bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    const flags = this.word(address, headWord.shape);
    const hash = this.hasher.hash(bytes, start, end);
    this.index.forgetAll(address);
    const isScheduled = this.word(address, headWord.wheelSlot) !== 0;
    this.wheel.remove(address);
    this.table.remove(this.hashOf(address), address);
    const moved = this.memory.allocate(idOffset + length);
    const from = byteOffset(address);
    const to = byteOffset(moved);
    const target = this.memory.bytes[chunkOf(moved)] as Buffer;
    target.set((this.memory.bytes[chunkOf(address)] as Buffer).subarray(from, from + idOffset), to);
    copyBytes(bytes, start, end, target, to + idOffset);
    this.setWord(moved, headWord.shape, (flags & ~0xff) | length);
    this.usedBytes += length - (flags & 0xff);
    this.table.insert(hash, moved);
    if (isScheduled) this.wheel.schedule(moved, this.double(moved, headDouble.deadlineMs));
    if ((flags & sessionFlag.subSession) !== 0) {
      const next = this.word(address, headWord.siblingNext);
      const previous = this.word(address, headWord.siblingPrevious);
      const parent = this.word(address, headWord.relation);
      this.setWord(moved, headWord.siblingNext, next === address ? moved : next);
      this.setWord(moved, headWord.siblingPrevious, previous === address ? moved : previous);
      if (next !== address) {
        this.setWord(next, headWord.siblingPrevious, moved);
        this.setWord(previous, headWord.siblingNext, moved);
      }
      if (this.word(parent, headWord.relation) === address) this.setWord(parent, headWord.relation, moved);
    } else {
      for (const sub of this.subSessions(moved)) this.setWord(sub, headWord.relation, moved);
    }
    this.index.noteAll(moved);
    this.memory.free(address);
    return moved;
  }

  /** Counts as an access: renews the life of a session, and of its parent. */
  touch(address: number): void {
    const now = this.#now;
    this.#renew(address, now);
    if ((this.word(address, headWord.shape) & sessionFlag.subSession) !== 0)
      this.#renew(this.word(address, headWord.relation), now);
  }

  #renew(address: number, now: number): void {
    const doubles = this.memory.doubles[chunkOf(address)] as Float64Array;
    const at = byteOffset(address) >> 3;
    doubles[at + headDouble.accessedMs] = now;
    const timeout = this.word(address, headWord.timeoutSeconds);
    // the wheel is left alone: its entry is early now, and is put back when it comes up
    if (timeout !== 0) doubles[at + headDouble.deadlineMs] = now + timeout * 1000;
    if (this.keeper !== undefined) this.#keepRenewal(address, now, timeout);
  }

  /** A renewal is kept when the one that is on disk is old enough: reading must not become writing. */
  #keepRenewal(address: number, now: number, timeoutSeconds: number): void {
    const lagMs = (Math.floor(now) - this.word(address, headWord.keptAccess)) >>> 0;
    if (lagMs >= renewalLagMs(timeoutSeconds)) this.keeper?.willRenew(this.familyOf(address));
  }

  /** Sets the timeout (0 never, below 0 the default) and renews. */
  setTimeout(address: number, seconds: number): void {
    this.willChange(address);
    const effective = Math.min(seconds < 0 ? this.limits.defaultTimeoutSeconds : seconds, 0xffffffff);
    this.setWord(address, headWord.timeoutSeconds, effective);
    if (effective === 0) {
      this.setDouble(address, headDouble.deadlineMs, Number.POSITIVE_INFINITY);
      this.wheel.remove(address);
      this.touch(address);
    } else {
      this.touch(address);
      const deadlineMs = this.double(address, headDouble.deadlineMs);
      this.wheel.schedule(address, deadlineMs);
      this.onScheduled(deadlineMs);
    }
  }

  /** Sets a variable and keeps the index right. */
  setVariable(
    address: number,
    name: Buffer,
    nameStart: number,
    nameEnd: number,
    value: Buffer,
    valueStart: number,
    valueEnd: number,
  ): void {
    if (this.keeper !== undefined) this.willChange(address);
    const block = this.word(address, headWord.variables);
    const indexed = address === this.globals ? undefined : this.index.named(name, nameStart, nameEnd);
    if (indexed !== undefined) this.index.forget(address, indexed);
    const before = this.variables.size(block);
    const changed = this.variables.set(block, name, nameStart, nameEnd, value, valueStart, valueEnd);
    if (changed !== block) this.setWord(address, headWord.variables, changed);
    this.usedBytes += this.variables.size(changed) - before;
    if (indexed !== undefined) this.index.note(address, indexed);
  }

  /** Removes a variable; whether there was one. */
  removeVariable(address: number, name: Buffer, nameStart: number, nameEnd: number): boolean {
    const block = this.word(address, headWord.variables);
    const indexed = this.index.named(name, nameStart, nameEnd);
    if (!this.variables.find(block, name, nameStart, nameEnd)) return false;
    if (this.keeper !== undefined) {
      this.willChange(address);
      this.variables.find(block, name, nameStart, nameEnd);
    }
    if (indexed !== undefined) {
      this.index.forget(address, indexed);
      this.variables.find(block, name, nameStart, nameEnd);
    }
    const before = this.variables.size(block);
    const changed = this.variables.removeFound(block);
    if (changed !== block) this.setWord(address, headWord.variables, changed);
    this.usedBytes += this.variables.size(changed) - before;
    return true;
  }

  /** Writes the data and gives it a new revision. */
  setData(address: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.keeper !== undefined) this.willChange(address);
    const length = end - start;
    let block = this.word(address, headWord.data);
    this.usedBytes += length - (block === 0 ? 0 : this.word(address, headWord.dataBytes));
    if (block !== 0 && (length === 0 || !this.memory.fits(block, length))) {
      this.memory.free(block);
      block = 0;
    }
    if (block === 0 && length > 0) block = this.memory.allocate(length);
    if (length > 0) copyBytes(bytes, start, end, this.memory.bytes[chunkOf(block)] as Buffer, byteOffset(block));
    this.setWord(address, headWord.data, block);
    this.setWord(address, headWord.dataBytes, length);
    this.setDouble(address, headDouble.revision, this.#keys.next());
  }

  /** A copy of the data; null when there is none. */
  dataOf(address: number): Buffer | null {
    if (this.double(address, headDouble.revision) === 0) return null;
    const block = this.word(address, headWord.data);
    if (block === 0) return Buffer.alloc(0);
    const offset = byteOffset(block);
    return Buffer.from(
      (this.memory.bytes[chunkOf(block)] as Buffer).subarray(offset, offset + this.word(address, headWord.dataBytes)),
    );
  }

  setClassName(address: number, bytes: Buffer, start: number, end: number): void {
    this.willChange(address);
    const number = this.classNames.acquire(bytes, start, end);
    this.classNames.release(this.word(address, headWord.className));
    this.setWord(address, headWord.className, number);
  }

  /** Copies data, class and variables to a session just made. */
  copyContent(from: number, to: number): void {
    this.willChange(to);
    const data = this.word(from, headWord.data);
    if (this.double(from, headDouble.revision) !== 0) {
      const offset = byteOffset(data);
      this.setData(
        to,
        this.memory.bytes[chunkOf(data)] as Buffer,
        offset,
        offset + this.word(from, headWord.dataBytes),
      );
    }
    this.classNames.release(this.word(to, headWord.className));
    this.setWord(to, headWord.className, this.classNames.share(this.word(from, headWord.className)));
    const block = this.variables.clone(this.word(from, headWord.variables));
    this.setWord(to, headWord.variables, block);
    this.usedBytes += this.variables.size(block);
    this.index.noteAll(to);
  }

  /** A copy of the id. */
  idOf(address: number): Buffer {
    const offset = byteOffset(address) + idOffset;
    const length = this.word(address, headWord.shape) & 0xff;
    return Buffer.from((this.memory.bytes[chunkOf(address)] as Buffer).subarray(offset, offset + length));
  }

  /** The id byte for byte as a string of code units 0 to 255. */
  idTextOf(address: number): string {
    const offset = byteOffset(address) + idOffset;
    const length = this.word(address, headWord.shape) & 0xff;
    return (this.memory.bytes[chunkOf(address)] as Buffer).toString('latin1', offset, offset + length);
  }

  /** When it ends unless it is accessed before, monotonic: with its parent at the latest. Infinity for never. */
  deadlineMs(address: number): number {
    const own = this.double(address, headDouble.deadlineMs);
    if (!this.hasFlag(address, sessionFlag.subSession)) return own;
    return Math.min(own, this.double(this.word(address, headWord.relation), headDouble.deadlineMs));
  }

  /** Place in the order in which sessions were made. */
  sequence(address: number): number {
    return this.double(address, headDouble.sequence);
  }

  /** Whole milliseconds since 1970 at which it was made. */
  createdAtMs(address: number): number {
    return Math.floor(this.double(address, headDouble.sequence) / 1000);
  }

  /** Hash of the id. */
  hashOf(address: number): number {
    const offset = byteOffset(address) + idOffset;
    const length = this.word(address, headWord.shape) & 0xff;
    return this.hasher.hash(this.memory.bytes[chunkOf(address)] as Buffer, offset, offset + length);
  }

  hasFlag(address: number, flag: number): boolean {
    return (this.word(address, headWord.shape) & flag & anyFlag) !== 0;
  }

  setFlag(address: number, flag: number, isOn: boolean): void {
    const shape = this.word(address, headWord.shape);
    this.setWord(address, headWord.shape, isOn ? shape | flag : shape & ~flag);
  }

  emit(name: SessionEventName, address: number): void {
    if (!this.#events.isWanted(name)) return;
    this.#events.emit({ name, id: this.idOf(address), atMs: this.wallMs(), ...this.#data(name, address) });
  }

  #data(name: SessionEventName, address: number): { data?: Buffer | null } {
    return this.#events.isDataWanted(name) ? { data: this.dataOf(address) } : {};
  }

  word(address: number, field: number): number {
    return (this.memory.words[chunkOf(address)] as Uint32Array)[(byteOffset(address) >> 2) + field] as number;
  }

  setWord(address: number, field: number, value: number): void {
    (this.memory.words[chunkOf(address)] as Uint32Array)[(byteOffset(address) >> 2) + field] = value;
  }

  double(address: number, field: number): number {
    return (this.memory.doubles[chunkOf(address)] as Float64Array)[(byteOffset(address) >> 3) + field] as number;
  }

  setDouble(address: number, field: number, value: number): void {
    (this.memory.doubles[chunkOf(address)] as Float64Array)[(byteOffset(address) >> 3) + field] = value;
  }
}

/** Where the slash of a sub-session's id is, or -1. */
export function slashIn(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if (bytes[i] === slash) return i;
  return -1;
}
