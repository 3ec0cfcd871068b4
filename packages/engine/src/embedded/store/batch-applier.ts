// Takes batches to disk, each in one transaction: at once into the tables, or as they are into the journal, from where
// the tables get them later, many at a time and in the order of their keys. A batch is on disk either way; a journal
// that a crash leaves is folded into the tables before anybody reads them (`foldJournal`). Runs on the thread that owns
// the disk, or in place.
import { HalfSipHash } from '../half-sip-hash.js';
import { type BatchVisitor, isFreeing, operationsIn, visitBatch } from './batch.js';
import { FamilyTables } from './family-tables.js';
import { type EntryReader, Generation, type GenerationMemory } from './generation.js';
import {
  entriesOf,
  entryReader,
  type Foldable,
  foldable,
  foldedAtOnce,
  generationLimits,
  isTight,
  journalEnd,
  lastNumber,
  moveEntries,
  removedAtOnce,
  removeEntries,
  removeEntriesFrom,
  setJournalEnd,
  transactionBytes,
  writeEntry,
} from './journal.js';
import { SearchedTables } from './searched-tables.js';
import type { StoreEnvironment, StoreState } from './store-environment.js';
import { isDiskFull } from './store-faults.js';
import { journalGrowth, tableGrowth, usedPages } from './store-growth.js';
import { StoreFault } from './store-options.js';
import { diskBytes, type Growth, noRoom, pageBytes } from './store-room.js';

/** A page more or less that changing a tree may take, per entry that grows. */
const overheadBytes = 64;

export interface BatchApplierOptions {
  /** The file of the store: a disk that has little room gets little of a journal. Without it any disk is large. */
  readonly file?: string;
  /** What the thread does between two pieces of work; nothing unless it is given. */
  readonly onPiece?: () => void;
}

/** What gathers in the journal is this part of the room on the disk at most, and no less than that. */
const gatheredOfDisk = 1 / 8;
const leastGathered = 1024 * 1024;
/** With less room than this on the disk nothing is folded. */
const leastRoom = 1024 * 1024;
/** With less room than this on the disk a batch is taken as a whole or not at all, */
const roomToBegin = 1024 * 1024 * 1024;
/** and with more operations than this, of which a generation must have room for all. */
const mostBegun = 2 ** 20;

/** What is on its way from the journal into the tables. */
interface Folding {
  readonly generation: Generation;
  /** Number of its last batch. */
  readonly through: number;
  /** Its first entry that was not moved, and the one behind its last. */
  readonly nextEntry: number;
  readonly endEntry: number;
  /** Whether entries are moved one by one, since the disk has no room for all of them twice. */
  readonly isMoved: boolean;
}

export class BatchApplier {
  /** Number of the last batch that is in the tables, with all before it. */
  settled = 0;
  readonly searched: SearchedTables;
  readonly #environment: StoreEnvironment;
  readonly #tables: FamilyTables;
  /** The tables, for what is folded: piece by piece. */
  readonly #foldTarget: BatchVisitor;
  readonly #onPiece: () => void;
  readonly #readEntry: EntryReader;
  readonly #file: string | undefined;
  #maxStoreBytes: number;
  #gathering: Generation;
  #folding: Folding | undefined;
  /** Memory of generations that were folded. */
  readonly #spare: GenerationMemory[] = [];
  /** Number of the next entry of the journal. */
  #nextEntry: number;
  /** The first entry of what gathers. */
  #firstEntry: number;
  #lastBatch = 0;
  /** Entries behind `#nextEntry`, and operations in them, that are the beginning of a batch without its end. */
  #begun = { entries: 0, operations: 0, bytes: 0 };

  constructor(
    environment: StoreEnvironment,
    hashKey: Uint8Array,
    maxStoreBytes: number,
    { file, onPiece = () => {} }: BatchApplierOptions = {},
  ) {
    this.#file = file;
    this.#onPiece = onPiece;
    this.#environment = environment;
    this.#tables = new FamilyTables(environment, new HalfSipHash(hashKey));
    this.#foldTarget = this.#inPieces(this.#tables);
    this.searched = new SearchedTables(environment, this.#tables);
    this.#maxStoreBytes = maxStoreBytes;
    this.#readEntry = entryReader(environment);
    this.#gathering = new Generation(this.#readEntry);
    // the journal is empty; a number is not used again, so that what a crash leaves of a batch is told from a whole one
    this.#nextEntry = journalEnd(environment) + 1;
    this.#firstEntry = this.#nextEntry;
  }

  /**
   * Takes a batch straight into the tables, behind everything in the journal.
   * @throws whatever LMDB or the limit of the store's size has against it; nothing of the batch is written then
   */
  apply(batch: readonly Buffer[], state: StoreState, number = 0): void {
    this.foldAll();
    // LMDB takes no values from memory that threads share
    const own = Buffer.concat([...this.#begunOperations(), ...batch]);
    this.#refuseIfFull(own);
    const { room } = this.#environment;
    room.require(tableGrowth(this.#environment, operationsIn(own), own.length, this.#tables.names.size));
    this.#transaction(() => {
      visitBatch(own, this.#tables);
      this.#environment.meta.putSync('state', state);
    });
    this.#lastBatch = number;
    this.settled = number;
    if (this.#begun.entries === 0) return;
    this.#begun = { entries: 0, operations: 0, bytes: 0 };
    this.#attempt(() => this.#dropUnfinished());
  }

  /**
   * Takes the beginning of a batch, or more of it, into the journal; the rest comes with `append`, `settle` or `apply`.
   *
   * @throws Error where it may not be known yet whether there is room for the whole; nothing of it is written then
   */
  begin(parts: readonly Buffer[]): void {
    const environment = this.#environment;
    const bytes = bytesIn(parts);
    const operations = parts.reduce((sum, part) => sum + operationsIn(part), 0);
    if (
      this.#roomBytes() < roomToBegin ||
      this.#mayFill(this.#begun.bytes + bytes + transactionBytes) ||
      this.#begun.operations + operations > mostBegun ||
      this.#nextEntry > lastNumber
    )
      throw new StoreFault('a batch is to come as a whole');
    const entries = parts.flatMap(entriesOf);
    environment.room.require(journalGrowth(entries.map(({ length }) => length)));
    const first = this.#nextEntry + this.#begun.entries;
    this.#transaction(() => {
      for (const [i, entry] of entries.entries()) this.#writeEntry(first + i, entry);
    });
    this.#begun = {
      entries: this.#begun.entries + entries.length,
      operations: this.#begun.operations + operations,
      bytes: this.#begun.bytes + bytes,
    };
  }

  #begunOperations(): Buffer[] {
    return Array.from({ length: this.#begun.entries }, (_, i) => Buffer.from(this.#readEntry(this.#nextEntry + i)));
  }

  /**
   * Takes a batch into the journal, and some of what is there into the tables. `gatherBytes`: how much may gather there
   * before that. Where the disk has no room, what is in the journal is moved first, which leaves some.
   * @throws as `apply`
   */
  append(batch: readonly Buffer[], state: StoreState, number: number, gatherBytes = generationLimits.bytes): void {
    try {
      this.#append(batch, state, number, gatherBytes);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#attempt(() => this.#dropUnfinished());
      const mayTakeKept = isFreeing(batch);
      if (!this.#hasJournal && !mayTakeKept) throw error;
      this.#moveAll();
      this.#append(batch, state, number, gatherBytes, mayTakeKept);
    }
  }

  get #hasJournal(): boolean {
    return this.#folding !== undefined || this.#gathering.operations > 0;
  }

  /** Takes away what was written of a batch that did not find room, but for its beginning. */
  #dropUnfinished(): void {
    const first = this.#nextEntry + this.#begun.entries;
    while (this.#transaction(() => removeEntriesFrom(this.#environment, first, removedAtOnce)));
  }

  /** Leaves the journal empty without needing room for what is in it twice. */
  #moveAll(): void {
    while (this.#hasJournal) {
      if (this.#folding === undefined) this.#beginFold();
      // what is in the tables as a whole only has to leave the journal, and may have left it in part
      if (this.#folding !== undefined && this.#folding.generation.remaining > 0)
        this.#folding = { ...this.#folding, isMoved: true };
      this.fold(foldedAtOnce);
    }
  }

  #append(batch: readonly Buffer[], state: StoreState, number: number, gatherBytes: number, mayTakeKept = false): void {
    const environment = this.#environment;
    const room = this.#roomBytes();
    const gatheredOnDisk = Math.max(leastGathered, room * gatheredOfDisk);
    const limitBytes = Math.min(gatherBytes, generationLimits.bytes, gatheredOnDisk);
    const limits = { ...generationLimits, bytes: limitBytes };
    // on a disk that is full now, folding would only fail; what room there is belongs to the batch
    const mayFold = room >= leastRoom;
    if (mayFold && this.#gathering.isFull(limits)) this.#attempt(() => this.#beginFold());
    const bytes = this.#begun.bytes + bytesIn(batch);
    // a large batch, too: in one transaction it would change a page for each family, and LMDB keeps the memory of them all
    if (!this.#gathering.hasRoomFor(batch, this.#begun.operations) || this.#mayFill(bytes)) {
      this.apply(batch, state, number);
      return;
    }
    if (this.#nextEntry > lastNumber && this.#begun.entries === 0) this.#numberAnew();
    const entries = batch.flatMap(entriesOf);
    const firstEntry = this.#nextEntry + this.#begun.entries;
    const folding = this.#folding;
    // so much that all of it is in the tables when what gathers meanwhile is as much
    const left = Math.max(bytes, limits.bytes - this.#gathering.bytes);
    let share = folding === undefined || !mayFold ? 0 : Math.ceil((folding.generation.remaining * bytes) / left) + 1;
    let written = 0;
    let nextEntry: number | undefined;
    do {
      const first = written;
      const { count, growth } = this.#entriesWithRoom(entries, first, mayTakeKept);
      written += count;
      // a few need no flush of their own
      const canFold = written === entries.length && folding?.isMoved === false && share > 0 && share <= foldedAtOnce;
      const most = canFold
        ? foldable(
            environment,
            this.#tables,
            folding.generation,
            { operations: share, bytes: transactionBytes },
            growth,
          )
        : undefined;
      nextEntry = this.#transaction(() => {
        for (let i = first; i < written; i++) this.#writeEntry(firstEntry + i, entries[i] as Buffer);
        if (written < entries.length) return undefined;
        setJournalEnd(environment, firstEntry + entries.length - 1);
        environment.meta.putSync('state', state);
        if (folding === undefined || most === undefined) return undefined;
        share = 0;
        return this.#foldSome(folding, most);
      });
    } while (written < entries.length);
    for (; this.#nextEntry < firstEntry; this.#nextEntry++)
      this.#addToGathering(this.#nextEntry, this.#readEntry(this.#nextEntry));
    this.#begun = { entries: 0, operations: 0, bytes: 0 };
    for (const operations of entries) this.#addToGathering(this.#nextEntry++, operations);
    this.#lastBatch = number;
    if (nextEntry !== undefined) this.#onFolded(nextEntry);
    this.#attempt(() => {
      for (; share > 0 && this.#folding?.generation === folding?.generation; share -= foldedAtOnce)
        this.fold(foldedAtOnce);
    });
  }

  #writeEntry(number: number, operations: Buffer): void {
    writeEntry(this.#environment, number, operations);
    this.#onPiece();
  }

  #addToGathering(number: number, operations: Buffer): void {
    this.#gathering.add(number, operations);
    this.#onPiece();
  }

  #inPieces(target: BatchVisitor): BatchVisitor {
    return {
      put: (...words) => {
        target.put(...words);
        this.#onPiece();
      },
      remove: (...words) => {
        target.remove(...words);
        this.#onPiece();
      },
    };
  }

  /** How many entries, from one on, the next transaction takes. @throws Error where the disk has no room for one */
  #entriesWithRoom(
    entries: readonly Buffer[],
    first: number,
    mayTakeKept: boolean,
  ): { readonly count: number; readonly growth: Growth } {
    const { room } = this.#environment;
    const lengths: number[] = [];
    for (let bytes = 0; first + lengths.length < entries.length && bytes < transactionBytes; ) {
      const { length } = entries[first + lengths.length] as Buffer;
      lengths.push(length);
      bytes += length;
    }
    for (let count = lengths.length; count > 1; count = Math.ceil(count / 4)) {
      const growth = journalGrowth(lengths.slice(0, count));
      if (room.take(growth, mayTakeKept)) return { count, growth };
    }
    const growth = journalGrowth(lengths.slice(0, 1));
    room.require(growth, mayTakeKept);
    return { count: Math.min(1, lengths.length), growth };
  }

  /** Folding that may fail: what is in the journal is on disk, and the next batch shows what is wrong. */
  #attempt(fold: () => void): void {
    try {
      fold();
    } catch {
      // as it was
    }
  }

  /** Begins with the first number again, which takes a day of full load. */
  #numberAnew(): void {
    this.foldAll();
    this.#transaction(() => setJournalEnd(this.#environment, 0));
    this.#nextEntry = 1;
    this.#firstEntry = 1;
  }

  /** As `append`, and takes everything in the journal into the tables. */
  settle(batch: readonly Buffer[], state: StoreState, number: number): void {
    if (batch.length > 0) this.append(batch, state, number);
    this.foldAll();
    this.settled = number;
  }

  /** Takes so many operations from the journal into the tables; answers whether any are left. */
  fold(count: number): boolean {
    if (this.#folding === undefined) this.#beginFold();
    const folding = this.#folding;
    if (folding === undefined) return false;
    const most = folding.isMoved ? undefined : this.#foldable(folding, count);
    this.#onFolded(this.#transaction(() => this.#foldSome(folding, most)));
    return this.#hasJournal;
  }

  /** Leaves the journal empty. */
  foldAll(): void {
    while (this.#hasJournal) this.fold(foldedAtOnce);
  }

  #beginFold(): void {
    while (this.#folding !== undefined) this.fold(foldedAtOnce);
    if (this.#gathering.operations === 0) return;
    this.#folding = {
      generation: this.#gathering,
      through: this.#lastBatch,
      nextEntry: this.#firstEntry,
      endEntry: this.#nextEntry,
      isMoved: isTight(this.#gathering.bytes, this.#roomBytes()),
    };
    this.#firstEntry = this.#nextEntry;
    this.#gathering = new Generation(this.#readEntry, this.#spare.pop());
  }

  #foldable({ generation }: Folding, operations: number): Foldable {
    const most = foldable(this.#environment, this.#tables, generation, { operations, bytes: transactionBytes });
    if (most === undefined) throw noRoom();
    return most;
  }

  /** Answers the first entry that is left, its end when none is; without `most` entries are moved. */
  #foldSome({ generation, nextEntry, endEntry }: Folding, most: Foldable | undefined): number {
    if (most === undefined) {
      // some of it may be in the tables already
      this.#tables.isReplaying = true;
      try {
        return moveEntries(this.#environment, nextEntry, endEntry, this.#tables);
      } finally {
        this.#tables.isReplaying = false;
      }
    }
    if (generation.remaining > 0) {
      generation.foldSome(most.operations, most.bytes, this.#foldTarget);
      return nextEntry;
    }
    // the oldest first: what a crash leaves is folded again, and says nothing older than the tables
    return removeEntries(this.#environment, endEntry, removedAtOnce) ? nextEntry : endEntry;
  }

  #onFolded(nextEntry: number): void {
    if (this.#folding === undefined) return;
    if (nextEntry < this.#folding.endEntry) {
      this.#folding = { ...this.#folding, nextEntry };
      return;
    }
    this.settled = this.#folding.through;
    this.#spare.push(this.#folding.generation.memory);
    this.#folding = undefined;
  }

  /** What fails leaves the disk and what is known of it as they were. */
  #transaction<T>(act: () => T): T {
    const generation = this.#folding?.generation;
    const position = generation?.position ?? 0;
    try {
      return this.#environment.root.transactionSync(act);
    } catch (error) {
      generation?.rewind(position);
      this.#tables.reread();
      throw error;
    }
  }

  setMaxStoreBytes(bytes: number): void {
    this.#maxStoreBytes = bytes;
  }

  /** Whether a batch in the journal and then in the tables might be more than the store may use. */
  #mayFill(bytes: number): boolean {
    return this.#maxStoreBytes !== 0 && usedStoreBytes(this.#environment) + bytes * 3 > this.#maxStoreBytes;
  }

  #roomBytes(): number {
    return this.#file === undefined ? Number.POSITIVE_INFINITY : diskBytes(this.#file);
  }

  #refuseIfFull(batch: Buffer): void {
    const limit = this.#maxStoreBytes;
    if (limit === 0) return;
    const used = usedStoreBytes(this.#environment);
    if (used + batch.length * 2 <= limit) return;
    let growth = 0;
    const sizeOf = (key: Buffer) => this.#environment.families.get(key)?.length ?? -overheadBytes;
    visitBatch(batch, {
      put: (key, record) => {
        growth += record.length - sizeOf(key);
      },
      remove: (key) => {
        growth -= sizeOf(key);
      },
    });
    if (growth > 0 && used + growth > limit)
      throw new StoreFault(`the store uses ${used} bytes on disk; max-store-size is ${limit}`);
  }
}

function bytesIn(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** Bytes of pages in use; those that are free to be used again do not count. */
export function usedStoreBytes({ room: _, ...tables }: StoreEnvironment): number {
  return usedPages(tables) * pageBytes;
}
