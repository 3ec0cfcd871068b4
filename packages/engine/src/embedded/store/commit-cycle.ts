// From changed families to batches on disk. Changes gather while an earlier batch is being written: a batch is what all
// families were at one instant. Writing it down takes slices of time between requests; a family that is about to change
// again before its turn is written down first, as it was, so the instant stays one (copy on write). The batch then goes
// to the thread that owns the disk; meanwhile further changes gather for the next, which is the group commit.
import type { Clock } from '../../engine.js';
import type { LockTable } from '../lock-table.js';
import { headWord } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import type { AddressList } from './address-list.js';
import type { BatchBuilder, BatchPart } from './batch.js';
import { BatchStream } from './batch-stream.js';
import { ChangedFamilies } from './changed-families.js';
import type { FamilyCodec } from './family-codec.js';
import { FamilyPen } from './family-pen.js';
import { IdleFolding } from './idle-folding.js';
import type { StoreState } from './store-environment.js';
import { type Durability, StoreFault } from './store-options.js';
import type { StoreTime } from './store-time.js';
import type { StoreWriter } from './store-writer.js';
import { type Waiter, waiter } from './waiter.js';

/**
 * How long families are written down at a stretch: a part of the time since the last stretch, so that clients who take turns
 * with the loop need not wait for it (bench `headline`, `write-1`), and one who leaves no pauses does not put it off. The
 * shortest is a few families: what is longer than the requests at hand is a pause for everybody.
 */
const sliceShare = 0.15;
const shortestSliceMs = 0.02;
const longestSliceMs = 1;
/** A small batch is written down in one go. */
const firstSliceMs = 0.2;
const familiesPerReading = 16;
const retryMs = 1000;
/** Without durability nothing is written but to make room, so few at a time. */
const victimsPerBatch = 256;
/**
 * So many changed families are a batch, whatever the interval: the lists of them, and what a batch changes before it counts,
 * are bounded. A family that changes again within a batch is written once (bench `headline`, `write-1`).
 */
const familiesPerBatch = 131_072;
/** The longest that a batch waits for those who were just answered, and the part of the last batch's time. */
const mostGatheringMs = 1;
const gatheringShare = 0.5;

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
  /** Whether memory is short, so that families should be fit to leave it soon. */
  readonly isShort: () => boolean;
  /** How many bytes may gather in the journal: what is there only cannot leave memory. */
  readonly gatherBytes: () => number;
  /** A batch is on disk, or more of the journal is in the tables. */
  readonly onCommitted: () => void;
  readonly onNotice: (message: string) => void;
}

export class CommitCycle {
  /** Number of the batch that is made of the present changes. */
  batch = 2;
  /** Number of the last batch in the tables, with all before it; records of earlier processes count as that of the first. */
  settled = 1;
  batchesWritten = 0;
  bytesWritten = 0;
  /** What keeps batches from the disk, or undefined. */
  fault: string | undefined;
  readonly #options: CommitCycleOptions;
  readonly #sessions: Sessions;
  readonly #changed: ChangedFamilies;
  readonly #pen: FamilyPen;
  #reservations = new Set<string>();
  #builder: BatchBuilder | undefined;
  /** How much of its list is written down. */
  #writtenOfList = 0;
  #isCommitting = false;
  /** Number of the last batch on disk. */
  #lastWritten = 1;
  /** Whether somebody may wait for the present changes. */
  #mustKeep = false;
  #flightMustKeep = false;
  /** Whether something changed since `barrier` was asked. */
  #hasChanged = false;
  #next: Waiter | undefined;
  #flight: Waiter | undefined;
  /** How many wait for the present changes, and how many for those of the batch under way. */
  #waits = 0;
  #flightWaits = 0;
  #startedMs = 0;
  #timer: { cancel(): void } | undefined;
  #isScheduled = false;
  /** The interval of changes that gather was over while an earlier batch was on its way. */
  #isDue = false;
  readonly #folding: IdleFolding;
  #isClosing = false;
  #isClosed = false;
  readonly #stream: BatchStream;
  /** Parts of a batch that did not reach the disk. */
  #unwritten: readonly BatchPart[] = [];

  constructor(options: CommitCycleOptions) {
    this.#options = options;
    this.#sessions = options.sessions;
    this.#changed = new ChangedFamilies(options.sessions);
    this.#pen = new FamilyPen(options);
    this.#stream = new BatchStream(options.writer);
    this.#folding = new IdleFolding({
      ...{ writer: options.writer, clock: options.clock, onNotice: options.onNotice },
      isAnyLeft: () => this.settled < this.#lastWritten,
      mayGoOn: () => !this.#isCommitting && !this.#isClosing && !this.#isClosed && this.#timer === undefined,
      onFolded: (settled) => this.#onFolded(settled),
    });
  }

  /** Batches on disk that are not in the tables yet. */
  get batchesInJournal(): number {
    return this.#lastWritten - this.settled;
  }

  /** Whether an id with this hash ended though its record may still be in the tables. */
  hasEnded(hash: number, bytes: Buffer, start: number, end: number): boolean {
    return this.#changed.hasEnded(hash, bytes, start, end);
  }

  willChange(parent: number, mustKeep: boolean): void {
    if (mustKeep) {
      this.#mustKeep = true;
      this.#hasChanged = true;
    }
    const state = this.#changed.stateOf(parent);
    if (state === 'gathering') return;
    if (state === 'due') {
      // out of the list first: it may be gone, and another in its place, when its turn would come
      this.#changed.takeOut(parent);
      this.#writeDown(parent);
    }
    if (this.#changed.add(parent) || mustKeep) this.#arm();
    if (this.#isLarge && this.fault === undefined) this.#schedule();
  }

  /** Whether so much changed that the next batch waits for no interval. */
  get #isLarge(): boolean {
    return this.#options.durability !== 'none' && this.#changed.gathered >= familiesPerBatch;
  }

  willChangeReservation(idText: string): void {
    this.#reservations.add(idText);
    this.#mustKeep = true;
    this.#hasChanged = true;
    this.#arm();
  }

  moved(from: number, to: number, oldId: Buffer): void {
    this.#changed.moved(from, to);
    this.#bury(to, oldId);
    this.#sessions.setWord(to, headWord.writtenIn, 0);
    this.#sessions.setWord(to, headWord.filedSecond, 0);
  }

  gone(parent: number, id: Buffer): void {
    this.#changed.takeOut(parent);
    this.#bury(parent, id);
  }

  #bury(address: number, id: Buffer): void {
    if (this.#sessions.word(address, headWord.writtenIn) === 0) return;
    this.#changed.end(id, this.#sessions.word(address, headWord.filedSecond));
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isClosed || this.#options.durability === 'none') return;
    this.#timer = this.#options.clock.schedule(this.#options.intervalMs, () => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#start();
    });
  }

  /** As `Engine.barrier`. */
  barrier(): undefined | Promise<void> {
    if (this.#options.durability !== 'always') return undefined;
    const hasChanged = this.#hasChanged;
    this.#hasChanged = false;
    if (this.fault !== undefined && !hasChanged) return undefined;
    if (this.#mustKeep) {
      this.#waits++;
      return this.#whenNext();
    }
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

  /**
   * Begins the next batch when those who were just answered have written again, or after a moment. Clients that take turns
   * would otherwise wait in two groups, each for the other's commit, and need two where one does (bench `durability`).
   */
  #gather(): void {
    const expected = this.#flightWaits + this.#waits;
    const nowMs = performance.now();
    const untilMs = nowMs + Math.min((nowMs - this.#startedMs) * gatheringShare, mostGatheringMs);
    this.#isScheduled = true;
    const look = () => {
      if (this.#waits < expected && performance.now() < untilMs) {
        setImmediate(look);
        return;
      }
      this.#isScheduled = false;
      this.#start();
    };
    setImmediate(look);
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
    this.#folding.cancel();
    this.#isCommitting = true;
    this.#isDue = false;
    this.#commit().catch((error: Error) => this.#onFailed(error.message, []));
  }

  async #commit(): Promise<void> {
    const { writer, state, durability, isShort, gatherBytes } = this.#options;
    this.#sessions.refreshNow();
    this.#flight = this.#next;
    this.#next = undefined;
    this.#startedMs = performance.now();
    this.#flightWaits = this.#waits;
    this.#waits = 0;
    this.#flightMustKeep = this.#mustKeep;
    this.#mustKeep = false;
    const builder = this.#stream.begin(this.#unwritten);
    this.#unwritten = [];
    this.#builder = builder;
    const facts = state();
    this.#pen.writeEnded(builder, this.#changed.takeEnded(this.batch));
    this.#pen.writeReservations(builder, this.#reservations);
    this.#reservations.clear();
    if (durability === 'none') this.#writeVictims();
    else {
      const list = this.#changed.swap();
      // no turn of the loop is waited for when there is little to do: `always` would wait with it (bench `durability`)
      if (!this.#writeSome(list, 0, firstSliceMs)) await this.#writeRest(list);
    }
    const parts = await this.#stream.finish();
    this.#builder = undefined;
    const number = this.batch++;
    const aim = durability === 'none' ? 'tables' : isShort() ? 'both' : 'journal';
    const { bytes } = builder;
    if (bytes === 0 && !this.#stream.hasBegun && (aim === 'journal' || this.settled >= this.#lastWritten)) {
      this.#onWritten(this.settled);
      return;
    }
    const { error, settled } = await writer.run({
      kind: 'batch',
      number,
      parts,
      state: facts,
      aim,
      gatherBytes: gatherBytes(),
    });
    if (error !== undefined) {
      this.#onFailed(error, parts);
      return;
    }
    this.#stream.hasBegun = false;
    this.#stream.giveBack(parts);
    this.#lastWritten = number;
    this.batchesWritten++;
    this.bytesWritten += bytes;
    this.#onWritten(settled);
  }

  /** The rest of a list, in slices; each begins where the last one ended. */
  async #writeRest(list: AddressList): Promise<void> {
    let sliceMs: number;
    do {
      await this.#stream.relieve();
      const pausedMs = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      const part = (performance.now() - pausedMs) * sliceShare;
      sliceMs = Math.min(longestSliceMs, Math.max(shortestSliceMs, part));
    } while (!this.#writeSome(list, this.#writtenOfList, sliceMs));
  }

  /** Writes down families from a place on for a slice of time; true when that was all. */
  #writeSome(list: AddressList, from: number, sliceMs: number): boolean {
    const endMs = performance.now() + sliceMs;
    for (let i = from; i < list.length; i++) {
      if (i % familiesPerReading === 0) this.#pen.foresee(list, i);
      const parent = list.items[i] as number;
      if (parent !== 0) this.#writeDown(parent);
      if (i % familiesPerReading === familiesPerReading - 1 && performance.now() >= endMs) {
        this.#writtenOfList = i + 1;
        return false;
      }
    }
    list.clear();
    return true;
  }

  /** Some of those that changed first: of late they were not used most. */
  #writeVictims(): void {
    const { globals } = this.#sessions;
    for (const parent of this.#changed.takeOldest(victimsPerBatch))
      if (parent === globals) this.#changed.add(parent);
      else this.#writeDown(parent);
  }

  #writeDown(parent: number): void {
    this.#pen.writeFamily(this.#builder as BatchBuilder, parent, this.batch);
  }

  #onWritten(settled: number): void {
    this.#isCommitting = false;
    this.#flightMustKeep = false;
    if (this.fault !== undefined) this.#options.onNotice('the store can be written again; writes are taken');
    this.fault = undefined;
    const flight = this.#flight;
    this.#flight = undefined;
    this.#onSettled(settled);
    flight?.resolve();
    if (this.#waits > 0) this.#gather();
    else if (this.#next !== undefined || this.#isLarge || this.#isDue) this.#schedule();
    else if (!this.#changed.isEmpty || this.#reservations.size > 0) this.#arm();
    else this.#folding.whenIdle();
  }

  #onSettled(settled: number): void {
    this.settled = settled;
    this.#changed.settled(settled);
    this.#options.onCommitted();
  }

  #onFailed(error: string, parts: readonly BatchPart[]): void {
    this.#unwritten = parts;
    this.#isCommitting = false;
    this.#flightMustKeep = false;
    if (this.fault === undefined && !this.#isClosing)
      this.#options.onNotice(`the store cannot be written: ${error}; writes are refused until it can, reads go on`);
    this.fault = error;
    const flight = this.#flight;
    this.#flight = undefined;
    flight?.reject(new StoreFault(error));
    if (!this.#isClosed) this.#retryLater();
  }

  /** Whether a generation is in the tables or not: the reader goes on, so that pages that became free are used again. */
  #onFolded(settled: number): void {
    if (settled > this.settled) this.#onSettled(settled);
    else this.#options.onCommitted();
  }

  /** Writes what is left, before an end; rejects when it cannot. */
  async flush(): Promise<void> {
    this.#isClosing = true;
    await this.#whenIdle();
    this.fault = undefined;
    await this.#whenNext();
  }

  /** Ends, all that `flush` wrote in the tables where there is room for that. */
  async close(): Promise<void> {
    await this.#folding.rest();
    await this.abandon();
  }

  /** Ends without writing what is left. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#folding.cancel();
    await this.#whenIdle();
  }

  async #whenIdle(): Promise<void> {
    while (this.#isCommitting) {
      this.#flight ??= waiter();
      await this.#flight.promise.catch(() => undefined);
    }
  }
}
