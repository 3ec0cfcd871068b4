// From changed families to batches on disk. Changes gather in one list while the other is being written: a batch is what
// all families were at one instant. Writing it down takes slices of time between requests; a family that is about to
// change again before its turn is written down first, as it was, so the instant stays one (copy on write). The batch
// then goes to the thread that owns the disk; meanwhile further changes gather for the next, which is the group commit.
import type { Clock } from '../../engine.js';
import type { LockTable } from '../lock-table.js';
import { headWord } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import { BatchBuilder } from './batch.js';
import { earliestDeadlineMs, type FamilyCodec } from './family-codec.js';
import type { StoreState } from './store-environment.js';
import { familyKey } from './store-keys.js';
import { type Durability, StoreFault } from './store-options.js';
import type { StoreTime } from './store-time.js';
import type { StoreWriter } from './store-writer.js';

/** How long families are written down at a stretch. */
const sliceMs = 1;
const familiesPerReading = 16;
const secondList = 0x80000000;
const retryMs = 1000;
/** Without durability nothing is written but to make room, so few at a time. */
const victimsPerBatch = 256;

interface Waiter {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface CommitCycleOptions {
  readonly sessions: Sessions;
  readonly locks: LockTable;
  readonly codec: FamilyCodec;
  readonly time: StoreTime;
  readonly clock: Clock;
  readonly writer: StoreWriter;
  readonly durability: Durability;
  readonly intervalMs: number;
  /** Facts to be written with a batch. */
  readonly state: () => StoreState;
  /** Deadlines up to this second have been looked at: a family filed there must be filed anew. */
  readonly sweptSecond: () => number;
  /** A batch is on disk. */
  readonly onCommitted: () => void;
  readonly onNotice: (message: string) => void;
}

export class CommitCycle {
  /** Number of the batch that is made of the present changes. */
  batch = 2;
  /** Number of the last batch on disk; records of earlier processes count as that of the first. */
  committed = 1;
  batchesWritten = 0;
  bytesWritten = 0;
  /** What keeps batches from the disk, or undefined. */
  fault: string | undefined;
  readonly #options: CommitCycleOptions;
  readonly #sessions: Sessions;
  /** Addresses of changed families; 0 where one has gone or is written down. */
  readonly #lists: [number[], number[]] = [[], []];
  #current: 0 | 1 = 0;
  /** Ids that ended, and the seconds under which they are filed. */
  #dead = new Map<string, number>();
  #deadInFlight = new Map<string, number>();
  #reservations = new Set<string>();
  #builder: BatchBuilder | undefined;
  #isCommitting = false;
  /** Whether somebody may wait for the present changes. */
  #mustKeep = false;
  #flightMustKeep = false;
  /** Whether something changed since `barrier` was asked. */
  #hasChanged = false;
  #next: Waiter | undefined;
  #flight: Waiter | undefined;
  #timer: { cancel(): void } | undefined;
  #isScheduled = false;
  #isClosed = false;
  #memory: ArrayBuffer | undefined;
  /** Operations that did not reach the disk. */
  #unwritten: Buffer | undefined;

  constructor(options: CommitCycleOptions) {
    this.#options = options;
    this.#sessions = options.sessions;
  }

  /** Whether an id ended though its record may still be on disk. */
  isDead(idText: string): boolean {
    return this.#dead.has(idText) || this.#deadInFlight.has(idText);
  }

  willChange(parent: number, mustKeep: boolean): void {
    const mark = this.#sessions.word(parent, headWord.changed);
    if (mustKeep) {
      this.#mustKeep = true;
      this.#hasChanged = true;
    }
    if (mark !== 0) {
      if (mark >>> 31 === this.#current) return;
      (this.#lists[mark >>> 31 === 1 ? 1 : 0] as number[])[(mark & ~secondList) - 1] = 0;
      this.#writeDown(parent);
    }
    this.#mark(parent);
    if (mustKeep) this.#arm();
  }

  #mark(parent: number): void {
    const list = this.#lists[this.#current];
    list.push(parent);
    this.#sessions.setWord(parent, headWord.changed, (list.length | (this.#current === 1 ? secondList : 0)) >>> 0);
    if (list.length === 1) this.#arm();
  }

  willChangeReservation(idText: string): void {
    this.#reservations.add(idText);
    this.#mustKeep = true;
    this.#hasChanged = true;
    this.#arm();
  }

  moved(from: number, to: number, oldId: Buffer): void {
    this.#replace(from, to, to);
    this.#bury(to, oldId);
    this.#sessions.setWord(to, headWord.writtenIn, 0);
    this.#sessions.setWord(to, headWord.filedSecond, 0);
  }

  gone(parent: number, id: Buffer): void {
    this.#replace(parent, parent, 0);
    this.#bury(parent, id);
  }

  #replace(parent: number, marked: number, by: number): void {
    const mark = this.#sessions.word(marked, headWord.changed);
    if (mark === 0) return;
    const list = this.#lists[mark >>> 31 === 1 ? 1 : 0];
    if (list[(mark & ~secondList) - 1] === parent) list[(mark & ~secondList) - 1] = by;
  }

  #bury(address: number, id: Buffer): void {
    if (this.#sessions.word(address, headWord.writtenIn) === 0) return;
    this.#dead.set(id.toString('latin1'), this.#sessions.word(address, headWord.filedSecond));
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isClosed || this.#options.durability === 'none') return;
    this.#timer = this.#options.clock.schedule(this.#options.intervalMs, () => {
      this.#timer = undefined;
      this.#start();
    });
  }

  /** As `Engine.barrier`. */
  barrier(): undefined | Promise<void> {
    if (this.#options.durability !== 'always') return undefined;
    const hasChanged = this.#hasChanged;
    this.#hasChanged = false;
    if (this.fault !== undefined && !hasChanged) return undefined;
    if (this.#mustKeep) return this.#whenNext();
    if (!this.#flightMustKeep) return undefined;
    this.#flight ??= waiter();
    return this.#flight.promise;
  }

  /** Writes all that changed so far; resolves when it is on disk, rejects with what kept it from there. */
  sync(): Promise<void> {
    return this.#whenNext();
  }

  #whenNext(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new StoreFault('the store is closed'));
    this.#next ??= waiter();
    if (this.fault === undefined) this.#schedule();
    else if (this.#timer === undefined) this.#retryLater();
    return this.#next.promise;
  }

  /** Begins the next batch when the requests at hand have been run. */
  #schedule(): void {
    if (this.#isScheduled || this.#isCommitting) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  /** Writes soon, because memory is short. */
  hasten(): void {
    if (this.fault === undefined) this.#schedule();
  }

  #retryLater(): void {
    this.#timer = this.#options.clock.schedule(Math.max(retryMs, this.#options.intervalMs), () => {
      this.#timer = undefined;
      this.#start();
    });
  }

  #start(): void {
    if (this.#isCommitting || this.#isClosed) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isCommitting = true;
    this.#commit().catch((error: Error) => this.#onFailed(error.message, 0));
  }

  async #commit(): Promise<void> {
    const { writer, state, durability, locks, codec } = this.#options;
    this.#sessions.refreshNow();
    const list = this.#lists[this.#current];
    if (durability !== 'none') this.#current = this.#current === 0 ? 1 : 0;
    this.#flight = this.#next;
    this.#next = undefined;
    this.#flightMustKeep = this.#mustKeep;
    this.#mustKeep = false;
    const builder = new BatchBuilder(this.#memory, this.#unwritten);
    this.#memory = undefined;
    this.#unwritten = undefined;
    this.#builder = builder;
    const facts = state();
    for (const [idText, filed] of this.#dead) {
      this.#deadInFlight.set(idText, filed);
      builder.remove(this.#keyOf(idText), filed);
    }
    this.#dead = new Map();
    for (const idText of this.#reservations) {
      const lock = locks.lockOf(idText);
      const id = Buffer.from(idText, 'latin1');
      if (this.#sessions.table.find(this.#sessions.hasher.hash(id, 0, id.length), id, 0, id.length) !== 0) continue;
      const key = this.#keyOf(idText);
      if (lock === undefined || lock.key === 0) {
        builder.remove(key, 0);
      } else {
        builder.beginPut(key, 0);
        codec.writeReservation(builder.writer, lock);
        builder.endPut(true);
      }
    }
    this.#reservations.clear();
    if (durability === 'none') this.#writeVictims(list);
    else await this.#writeList(list);
    this.#builder = undefined;
    const number = this.batch++;
    if (builder.isEmpty) {
      this.#onWritten(number, builder);
      return;
    }
    const bytes = builder.writer.length;
    const { error, memory } = await writer.run({ kind: 'batch', memory: builder.writer.memory, bytes, state: facts });
    this.#memory = memory;
    if (error === undefined) {
      this.batchesWritten++;
      this.bytesWritten += bytes;
      this.#onWritten(number, builder);
    } else {
      this.#onFailed(error, bytes);
    }
  }

  async #writeList(list: number[]): Promise<void> {
    let endMs = performance.now() + sliceMs;
    for (let i = 0; i < list.length; i++) {
      const parent = list[i] as number;
      if (parent !== 0) this.#writeDown(parent);
      if (i % familiesPerReading === 0 && performance.now() >= endMs) {
        await new Promise((resolve) => setImmediate(resolve));
        endMs = performance.now() + sliceMs;
      }
    }
    list.length = 0;
  }

  /** Some of those used least lately, by a look at the oldest of the list. */
  #writeVictims(list: number[]): void {
    const victims = list.filter((parent) => parent !== 0 && parent !== this.#sessions.globals);
    const kept = victims.splice(Math.max(victimsPerBatch, list.length >> 4));
    for (const parent of victims) this.#writeDown(parent);
    list.length = 0;
    if (this.#sessions.word(this.#sessions.globals, headWord.changed) !== 0) kept.push(this.#sessions.globals);
    for (const parent of kept) this.#mark(parent);
  }

  #writeDown(parent: number): void {
    const sessions = this.#sessions;
    const builder = this.#builder as BatchBuilder;
    const filedBefore = sessions.word(parent, headWord.filedSecond);
    const filed = this.#filedSecond(parent, filedBefore);
    const id = sessions.idOf(parent);
    builder.beginPut(familyKey(sessions.hashOf(parent), id, 0, id.length), filedBefore);
    builder.endPut(this.#options.codec.write(builder.writer, parent, filed));
    sessions.setWord(parent, headWord.filedSecond, filed);
    sessions.setWord(parent, headWord.writtenIn, this.batch);
    sessions.setWord(parent, headWord.changed, 0);
  }

  /** An entry that is early stays as it is, until it has come up. */
  #filedSecond(parent: number, filedBefore: number): number {
    const earliest = earliestDeadlineMs(this.#sessions, parent);
    if (earliest === Number.POSITIVE_INFINITY) return 0;
    const second = Math.max(1, Math.min(0xffffffff, Math.floor(this.#options.time.toStore(earliest) / 1000)));
    if (filedBefore !== 0 && filedBefore <= second && filedBefore > this.#options.sweptSecond()) return filedBefore;
    return second;
  }

  #keyOf(idText: string): Buffer {
    const id = Buffer.from(idText, 'latin1');
    return familyKey(this.#sessions.hasher.hash(id, 0, id.length), id, 0, id.length);
  }

  #onWritten(number: number, builder: BatchBuilder): void {
    this.#memory ??= builder.writer.memory;
    this.committed = number;
    this.#deadInFlight = new Map();
    this.#isCommitting = false;
    this.#flightMustKeep = false;
    if (this.fault !== undefined) this.#options.onNotice('the store can be written again; writes are taken');
    this.fault = undefined;
    const flight = this.#flight;
    this.#flight = undefined;
    this.#options.onCommitted();
    flight?.resolve();
    if (this.#next !== undefined) this.#schedule();
    else if (this.#hasWork()) this.#arm();
  }

  #onFailed(error: string, bytes: number): void {
    if (this.#memory !== undefined) this.#unwritten = Buffer.from(this.#memory, 0, bytes);
    this.#memory = undefined;
    this.#isCommitting = false;
    this.#flightMustKeep = false;
    if (this.fault === undefined)
      this.#options.onNotice(`the store cannot be written: ${error}; writes are refused until it can, reads go on`);
    this.fault = error;
    const flight = this.#flight;
    this.#flight = undefined;
    flight?.reject(new StoreFault(error));
    if (!this.#isClosed) this.#retryLater();
  }

  #hasWork(): boolean {
    return this.#lists[this.#current].length > 0 || this.#dead.size > 0 || this.#reservations.size > 0;
  }

  /** Writes what is left and ends; rejects when it cannot. */
  async close(): Promise<void> {
    try {
      await this.#whenIdle();
      this.fault = undefined;
      await this.#whenNext();
    } finally {
      await this.abandon();
    }
  }

  /** Ends without writing what is left. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#whenIdle();
  }

  async #whenIdle(): Promise<void> {
    while (this.#isCommitting) {
      this.#flight ??= waiter();
      await this.#flight.promise.catch(() => undefined);
    }
  }
}

function waiter(): Waiter {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  // whoever asked may be gone
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
