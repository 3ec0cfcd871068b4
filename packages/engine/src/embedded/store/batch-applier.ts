// Takes batches to disk, each in one transaction: at once into the tables, or as they are into the journal, from where
// the tables get them later, many at a time and in the order of their keys. A batch is on disk either way; a journal
// that a crash leaves is folded into the tables before anybody reads them (`foldJournal`). Runs on the thread that owns
// the disk, or in place.
import { HalfSipHash } from '../half-sip-hash.js';
import { visitBatch } from './batch.js';
import { faultOf } from './family-record.js';
import { FamilyTables } from './family-tables.js';
import { type EntryReader, Generation } from './generation.js';
import {
  entriesOf,
  entryReader,
  foldedAtOnce,
  generationLimits,
  journalEnd,
  lastNumber,
  removedAtOnce,
  removeEntries,
  setJournalEnd,
  writeEntry,
  writtenAtOnce,
} from './journal.js';
import type { StoreEnvironment, StoreName, StoreState } from './store-environment.js';
import { keyAfter, postingBound, present } from './store-keys.js';
import { StoreFault } from './store-options.js';

/** A page more or less that changing a tree may take, per entry that grows. */
const overheadBytes = 64;
const pageBytes = 4096;

/** What is on its way from the journal into the tables. */
interface Folding {
  readonly generation: Generation;
  /** Number of its last batch. */
  readonly through: number;
  /** The entry behind its last. */
  readonly endEntry: number;
}

export class BatchApplier {
  /** Number of the last batch that is in the tables, with all before it. */
  settled = 0;
  readonly #environment: StoreEnvironment;
  readonly #tables: FamilyTables;
  readonly #readEntry: EntryReader;
  #maxStoreBytes: number;
  #gathering: Generation;
  #folding: Folding | undefined;
  /** Number of the next entry of the journal. */
  #nextEntry: number;
  #lastBatch = 0;

  constructor(environment: StoreEnvironment, hashKey: Uint8Array, maxStoreBytes: number) {
    this.#environment = environment;
    this.#tables = new FamilyTables(environment, new HalfSipHash(hashKey));
    this.#maxStoreBytes = maxStoreBytes;
    this.#readEntry = entryReader(environment);
    this.#gathering = new Generation(this.#readEntry);
    // the journal is empty; a number is not used again, so that what a crash leaves of a batch is told from a whole one
    this.#nextEntry = journalEnd(environment) + 1;
  }

  /**
   * Takes a batch straight into the tables, behind everything in the journal.
   * @throws whatever LMDB or the limit of the store's size has against it; nothing of the batch is written then
   */
  apply(batch: readonly Buffer[], state: StoreState, number = 0): void {
    this.foldAll();
    // LMDB takes no values from memory that threads share
    const own = Buffer.concat(batch);
    this.#refuseIfFull(own);
    this.#transaction(() => {
      visitBatch(own, this.#tables);
      this.#environment.meta.putSync('state', state);
    });
    this.#lastBatch = number;
    this.settled = number;
  }

  /**
   * Takes a batch into the journal, and some of what is there into the tables. `gatherBytes`: how much may gather there
   * before that.
   * @throws as `apply`
   */
  append(batch: readonly Buffer[], state: StoreState, number: number, gatherBytes = generationLimits.bytes): void {
    const environment = this.#environment;
    const limits = { ...generationLimits, bytes: Math.min(gatherBytes, generationLimits.bytes) };
    if (this.#gathering.isFull(limits)) this.#beginFold();
    const bytes = batch.reduce((sum, { length }) => sum + length, 0);
    // a large batch, too: in one transaction it would change a page for each family, and LMDB keeps the memory of them all
    if (!this.#gathering.hasRoomFor(batch) || this.#mayFill(bytes)) {
      this.apply(batch, state, number);
      return;
    }
    if (this.#nextEntry > lastNumber) this.#numberAnew();
    const entries = batch.flatMap(entriesOf);
    let written = 0;
    const writeTo = (end: number) => {
      for (; written < end; written++) writeEntry(environment, this.#nextEntry + written, entries[written] as Buffer);
    };
    const folding = this.#folding;
    // so much that all of it is in the tables when what gathers meanwhile is as much
    const left = Math.max(bytes, limits.bytes - this.#gathering.bytes);
    let share = folding === undefined ? 0 : Math.ceil((folding.generation.remaining * bytes) / left) + 1;
    while (entries.length - written > writtenAtOnce) this.#transaction(() => writeTo(written + writtenAtOnce));
    const isDone = this.#transaction(() => {
      writeTo(entries.length);
      setJournalEnd(environment, this.#nextEntry + entries.length - 1);
      environment.meta.putSync('state', state);
      // a few need no flush of their own
      return folding !== undefined && share <= foldedAtOnce && this.#foldSome(folding, share);
    });
    for (const operations of entries) this.#gathering.add(this.#nextEntry++, operations);
    this.#lastBatch = number;
    this.#onFolded(isDone);
    for (; share > foldedAtOnce && this.#folding === folding; share -= foldedAtOnce) this.fold(foldedAtOnce);
  }

  /** Begins with the first number again, which takes a day of full load. */
  #numberAnew(): void {
    this.foldAll();
    this.#transaction(() => setJournalEnd(this.#environment, 0));
    this.#nextEntry = 1;
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
    this.#onFolded(this.#transaction(() => this.#foldSome(folding, count)));
    return this.#folding !== undefined || this.#gathering.operations > 0;
  }

  /** Leaves the journal empty. */
  foldAll(): void {
    while (this.#folding !== undefined || this.#gathering.operations > 0) this.fold(foldedAtOnce);
  }

  #beginFold(): void {
    while (this.#folding !== undefined) this.fold(foldedAtOnce);
    if (this.#gathering.operations === 0) return;
    this.#folding = { generation: this.#gathering, through: this.#lastBatch, endEntry: this.#nextEntry };
    this.#gathering = new Generation(this.#readEntry);
  }

  /** Answers whether that was all, entries in the journal included. */
  #foldSome({ generation, endEntry }: Folding, count: number): boolean {
    if (generation.remaining > 0) {
      generation.foldSome(count, this.#tables);
      return false;
    }
    // the oldest first: what a crash leaves is folded again, and says nothing older than the tables
    return !removeEntries(this.#environment, endEntry, removedAtOnce);
  }

  #onFolded(isDone: boolean): void {
    if (!isDone || this.#folding === undefined) return;
    this.settled = this.#folding.through;
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

  /** From now on a name is kept in the postings. */
  openName(number: number, name: string): void {
    const { root, names } = this.#environment;
    root.transactionSync(() => {
      // one that could not be dropped
      const before = this.#tables.names.get(name);
      if (before !== undefined) names.removeSync(before);
      names.putSync(number, { number, name, isComplete: false } satisfies StoreName);
    });
    this.#tables.names.set(name, number);
  }

  /** Takes up to so many postings of a name, and with the last of them the name; answers null when that was all. */
  dropSome(number: number, limit: number): Buffer | null {
    const { root, postings, names } = this.#environment;
    const name = names.get(number);
    const last = root.transactionSync(() => {
      const range = { start: postingBound(number), end: postingBound(number + 1), limit };
      const keys = [...postings.getKeys(range)].map((key) => Buffer.from(key));
      for (const key of keys) postings.removeSync(key);
      if (keys.length < limit) names.removeSync(number);
      else if (name?.isComplete === true) names.putSync(number, { ...name, isComplete: false });
      return keys.length < limit ? null : (keys.at(-1) ?? null);
    });
    if (name !== undefined && this.#tables.names.get(name.name) === number) this.#tables.names.delete(name.name);
    return last;
  }

  /** Enters what so many families behind a key have under a name; answers the last one's key, null when that was all. */
  indexSome(number: number, after: Buffer | null, limit: number): Buffer | null {
    const { root, families, postings, names } = this.#environment;
    return root.transactionSync(() => {
      let last: Buffer | null = null;
      let count = 0;
      const start = after === null ? Buffer.of(0) : keyAfter(after);
      const batch: { key: Buffer; value: Buffer }[] = [];
      for (const { key, value } of families.getRange({ start, limit })) batch.push({ key, value });
      for (const { key, value } of batch) {
        if (faultOf(value) === undefined)
          for (const posting of this.#tables.postingsOf(key, value, number)) postings.putSync(posting, present);
        last = key;
        count++;
      }
      if (count === limit) return last;
      const name = names.get(number);
      if (name !== undefined) names.putSync(number, { ...name, isComplete: true });
      return null;
    });
  }

  setMaxStoreBytes(bytes: number): void {
    this.#maxStoreBytes = bytes;
  }

  /** Whether a batch in the journal and then in the tables might be more than the store may use. */
  #mayFill(bytes: number): boolean {
    return this.#maxStoreBytes !== 0 && usedStoreBytes(this.#environment) + bytes * 3 > this.#maxStoreBytes;
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

/** Bytes of pages in use; those that are free to be used again do not count. */
export function usedStoreBytes(environment: StoreEnvironment): number {
  const { families, deadlines, locked, names, postings, journal, meta } = environment;
  let pages = 0;
  for (const table of [families, deadlines, locked, names, postings, journal, meta]) {
    const stats = table.getStats() as {
      treeBranchPageCount: number;
      treeLeafPageCount: number;
      overflowPages: number;
    };
    pages += stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
  }
  return pages * pageBytes;
}
