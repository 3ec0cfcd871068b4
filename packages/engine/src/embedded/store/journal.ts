// The journal: batches as they came, in entries of a few pages, in a table of their own. A running engine folds them into
// the tables by and by (batch-applier.ts); what a process that was killed left there is folded before anybody reads the tables.
import { crc32 } from 'node:zlib';
import { HalfSipHash } from '../half-sip-hash.js';
import { operationsIn, piecesOf, visitBatch } from './batch.js';
import { FamilyTables } from './family-tables.js';
import { type EntryReader, Generation, GenerationMemory } from './generation.js';
import type { StoreEnvironment } from './store-environment.js';
import { isDiskFull } from './store-faults.js';
import { factGrowth, journalGrowth, noGrowth, sum, tableGrowth } from './store-growth.js';
import { diskBytes, type Growth, noRoom } from './store-room.js';

/**
 * The most that gathers before it is folded; twice as much may be in the journal. The more there is, the more changes of
 * one family become one (bench `durability`), and the longer a start takes after a kill.
 */
export const generationLimits = { bytes: 128 * 1024 * 1024, operations: 1 << 19 } as const;
/** Operations folded in one transaction: LMDB keeps the memory of as many pages as a transaction ever changed. */
export const foldedAtOnce = 2048;
/** No batch begins behind this number. */
export const lastNumber = 2 ** 31;
/** Bytes that are moved in one transaction where room is scarce. */
const movedBytes = 64 * 1024;
/** Entries removed in one transaction. */
export const removedAtOnce = 1024;
/** Bytes of records that a transaction writes, or a few more. */
export const transactionBytes = 4 * 1024 * 1024;
/** Operations and bytes folded in one transaction at a start, where a flush for each would be most of the time. */
const replayedAtOnce = 16_384;
const replayedBytesAtOnce = 16 * 1024 * 1024;
/** An entry is read for one operation in it, so it is small: with LMDB's head it fills a page. */
const entryBytes = 4096 - 64;
/** Above any number of an entry. */
const pastEntries = 2 ** 32 - 1;
const draft = Buffer.allocUnsafeSlow(entryBytes);
/** An entry begins with the checksum of its operations, since this version of the store's form. */
const entryHeadBytes = 4;
export const sealedSinceFormat = 3;

/** Whether batches of a process that was killed are in the journal and not in the tables. */
export function hasJournal({ journal }: StoreEnvironment): boolean {
  return (journal.getStats() as { entryCount: number }).entryCount > 0;
}

/** A part of a batch as operations of entries; `writeEntry` takes each. */
export function entriesOf(part: Buffer): Buffer[] {
  return piecesOf(part, entryBytes - entryHeadBytes);
}

/** Within a transaction, which has LMDB copy the entry at once. */
export function writeEntry({ journal }: StoreEnvironment, number: number, operations: Buffer): void {
  const bytes = entryHeadBytes + operations.length;
  const entry = bytes > entryBytes ? Buffer.allocUnsafeSlow(bytes) : draft.subarray(0, bytes);
  operations.copy(entry, entryHeadBytes);
  entry.writeUInt32LE(crc32(entry.subarray(entryHeadBytes)), 0);
  journal.putSync(number, entry);
}

/** The operations of an entry as it lies in the journal, or undefined where it is not what was written. */
export function operationsOf(entry: Buffer): Buffer | undefined {
  const operations = entry.subarray(entryHeadBytes);
  return entry.length > entryHeadBytes && entry.readUInt32LE(0) === crc32(operations) ? operations : undefined;
}

/**
 * Number of the last entry of a batch that is whole. A large batch is written in several transactions, and this with the
 * last of them: what a crash leaves of one behind it never was.
 */
export function journalEnd({ meta }: StoreEnvironment): number {
  const end = meta.get('journalEnd');
  return typeof end === 'number' ? end : 0;
}

export function setJournalEnd({ meta }: StoreEnvironment, number: number): void {
  meta.putSync('journalEnd', number);
}

/** Reads entries that were written or checked by this process. */
export function entryReader({ journal }: StoreEnvironment): EntryReader {
  return (number) => {
    // without a copy of its own: valid until LMDB is asked again
    const entry = journal.getBinaryFast(number);
    if (entry === undefined) throw new Error(`entry ${number} of the journal is missing`);
    return entry.subarray(entryHeadBytes, entry.length);
  };
}

/** Whether a disk has too little room for what is in the journal to be in the tables as well. */
export function isTight(journalBytes: number, roomBytes: number): boolean {
  return roomBytes < 2 * journalBytes + transactionBytes;
}

/**
 * Takes entries into the tables as they come, each out of the journal with that, so that little room is needed; within a
 * transaction. Answers the number of the next.
 *
 * @throws Error where there is no room for one
 */
export function moveEntries(environment: StoreEnvironment, from: number, end: number, tables: FamilyTables): number {
  const { journal, room } = environment;
  const read = entryReader(environment);
  let bytes = 0;
  let count = 0;
  let number = from;
  for (; number < end && bytes < movedBytes; number++) {
    // the tables ask LMDB too, which takes the reader's memory
    const operations = Buffer.from(read(number));
    bytes += operations.length;
    count += operationsIn(operations);
    if (!room.take(tableGrowth(environment, count, bytes, tables.names.size), true)) {
      if (number === from) throw noRoom();
      break;
    }
    visitBatch(operations, tables);
    journal.removeSync(number);
  }
  return number;
}

/** How much is folded in one transaction. */
export interface Foldable {
  readonly operations: number;
  readonly bytes: number;
}

/**
 * So many operations of a generation, of these bytes together, or as many as there is room for, or undefined where there
 * is none; `besides`: what the transaction writes else.
 */
export function foldable(
  environment: StoreEnvironment,
  tables: FamilyTables,
  generation: Generation,
  limits: Foldable,
  besides: Growth = noGrowth,
): Foldable | undefined {
  const operations = Math.min(limits.operations, generation.remaining);
  const bytes = Math.min(limits.bytes, generation.bytes);
  for (let part = 1; operations * part >= 1; part /= 4) {
    const most = { operations: Math.ceil(operations * part), bytes: Math.ceil(bytes * part) };
    const bytesAtMost = most.bytes + generation.longest;
    const growth = tableGrowth(environment, most.operations, bytesAtMost, tables.names.size);
    if (environment.room.take(sum(growth, besides), true)) return most;
  }
  return operations === 0 ? { operations, bytes } : undefined;
}

/**
 * Takes what a process that was killed left in the journal into the tables.
 *
 * @throws Error for an entry that is damaged, or a disk that is full
 */
export function foldJournal(environment: StoreEnvironment, file: string): void {
  if (!hasJournal(environment)) return;
  const { journal, root, meta } = environment;
  const hashKey = Buffer.from(meta.get('hashKey') as string, 'hex');
  const tables = new FamilyTables(environment, new HalfSipHash(hashKey), true);
  const end = journalEnd(environment) + 1;
  // of a batch that a crash cut off, or that found no room
  while (root.transactionSync(() => removeEntriesFrom(environment, end, removedAtOnce)));
  const numbers = [...journal.getKeys({})];
  let journalBytes = 0;
  for (const number of numbers) {
    const operations = operationsOf(journal.get(number) ?? Buffer.alloc(0));
    if (operations === undefined) throw new Error(`entry ${number} of its journal does not match its checksum`);
    journalBytes += operations.length;
  }
  // pages that a reader may still see are not used again
  root.resetReadTxn();
  const first = numbers[0] ?? end;
  if (isTight(journalBytes, diskBytes(file))) moveAll(environment, first, end, tables);
  else {
    try {
      foldAll(environment, numbers, tables);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      tables.reread();
      root.resetReadTxn();
      moveAll(environment, first, end, tables);
    }
  }
  while (root.transactionSync(() => removeEntries(environment, end, removedAtOnce)));
}

function moveAll(environment: StoreEnvironment, first: number, end: number, tables: FamilyTables): void {
  for (let next = first; next < end; )
    next = environment.root.transactionSync(() => moveEntries(environment, next, end, tables));
}

/** In pieces, each the same if it is done again: entries leave when all is done. */
function foldAll(environment: StoreEnvironment, numbers: readonly number[], tables: FamilyTables): void {
  const read = entryReader(environment);
  const memory = new GenerationMemory();
  let generation = new Generation(read, memory);
  const fold = () => {
    while (generation.remaining > 0) {
      const most = foldable(environment, tables, generation, {
        operations: replayedAtOnce,
        bytes: replayedBytesAtOnce,
      });
      if (most === undefined) throw noRoom();
      environment.root.transactionSync(() => generation.foldSome(most.operations, most.bytes, tables));
    }
    generation = new Generation(read, memory);
  };
  for (const number of numbers) {
    const operations = read(number);
    if (generation.bytes > 2 * generationLimits.bytes || !generation.hasRoomFor([operations])) fold();
    generation.add(number, read(number));
  }
  fold();
}

/** Version 2 of the store had a batch of any size in an entry, without a checksum. */
export function sealJournal(environment: StoreEnvironment): void {
  const { journal } = environment;
  const batches = [...journal.getKeys({})].map((number) => journal.get(number) ?? Buffer.alloc(0));
  const entries = batches.flatMap(entriesOf);
  environment.room.require(journalGrowth(entries.map(({ length }) => length)));
  removeEntries(environment, pastEntries, batches.length);
  let number = 1;
  for (const operations of entries) writeEntry(environment, number++, operations);
  setJournalEnd(environment, number - 1);
}

/** Removes up to so many entries before this one, the oldest first; answers whether any may be left. */
export function removeEntries(environment: StoreEnvironment, before: number, most: number): boolean {
  return removeSome(environment, { end: before, limit: most });
}

/** As `removeEntries`, this entry and those behind it. */
export function removeEntriesFrom(environment: StoreEnvironment, first: number, most: number): boolean {
  return removeSome(environment, { start: first, limit: most });
}

function removeSome(
  { journal, room }: StoreEnvironment,
  range: { start?: number; end?: number; limit: number },
): boolean {
  room.require(factGrowth, true);
  const keys = [...journal.getKeys(range)];
  for (const key of keys) journal.removeSync(key);
  return keys.length === range.limit;
}
