// The journal: batches as they came, in entries of a few pages, in a table of their own. A running engine folds them into
// the tables by and by (batch-applier.ts); what a process that was killed left there is folded before anybody reads the tables.
import { statfsSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { HalfSipHash } from '../half-sip-hash.js';
import { piecesOf, visitBatch } from './batch.js';
import { FamilyTables } from './family-tables.js';
import { type EntryReader, Generation } from './generation.js';
import type { StoreEnvironment } from './store-environment.js';

/**
 * The most that gathers before it is folded; twice as much may be in the journal. The more there is, the more changes of
 * one family become one (bench `durability`), and the longer a start takes after a kill.
 */
export const generationLimits = { bytes: 128 * 1024 * 1024, operations: 1 << 18 } as const;
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

/** Room on the disk of a file; infinite where nobody says. */
export function diskBytes(file: string): number {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(file));
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Whether a disk has too little room for what is in the journal to be in the tables as well. */
export function isTight(journalBytes: number, roomBytes: number): boolean {
  return roomBytes < 2 * journalBytes + transactionBytes;
}

/**
 * Takes entries into the tables as they come, each out of the journal with that, so that little room is needed; within a
 * transaction. Answers the number of the next.
 */
export function moveEntries(environment: StoreEnvironment, from: number, end: number, tables: FamilyTables): number {
  const { journal } = environment;
  const read = entryReader(environment);
  let bytes = 0;
  let number = from;
  for (; number < end && bytes < movedBytes; number++) {
    // the tables ask LMDB too, which takes the reader's memory
    const operations = Buffer.from(read(number));
    visitBatch(operations, tables);
    journal.removeSync(number);
    bytes += operations.length;
  }
  return number;
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
  const read = entryReader(environment);
  const numbers = [...journal.getKeys({ end: journalEnd(environment) + 1 })];
  let journalBytes = 0;
  for (const number of numbers) {
    const operations = operationsOf(journal.get(number) ?? Buffer.alloc(0));
    if (operations === undefined) throw new Error(`entry ${number} of its journal does not match its checksum`);
    journalBytes += operations.length;
  }
  if (isTight(journalBytes, diskBytes(file))) {
    // pages that a reader may still see are not used again
    root.resetReadTxn();
    const end = (numbers.at(-1) ?? 0) + 1;
    for (let next = numbers[0] ?? end; next < end; )
      next = root.transactionSync(() => moveEntries(environment, next, end, tables));
  } else {
    // in pieces, each the same if it is done again: entries leave when all is done
    let generation = new Generation(read);
    const fold = () => {
      while (generation.remaining > 0)
        root.transactionSync(() => generation.foldSome(replayedAtOnce, replayedBytesAtOnce, tables));
      generation = new Generation(read);
    };
    for (const number of numbers) {
      const operations = read(number);
      if (generation.bytes > 2 * generationLimits.bytes || !generation.hasRoomFor([operations])) fold();
      generation.add(number, read(number));
    }
    fold();
  }
  while (root.transactionSync(() => removeEntries(environment, pastEntries, removedAtOnce)));
}

/** Version 2 of the store had a batch of any size in an entry, without a checksum. */
export function sealJournal(environment: StoreEnvironment): void {
  const { journal } = environment;
  const batches = [...journal.getKeys({})].map((number) => journal.get(number) ?? Buffer.alloc(0));
  removeEntries(environment, pastEntries, batches.length);
  let number = 1;
  for (const batch of batches) for (const operations of entriesOf(batch)) writeEntry(environment, number++, operations);
  setJournalEnd(environment, number - 1);
}

/** Removes up to so many entries before this one, the oldest first; answers whether any may be left. */
export function removeEntries({ journal }: StoreEnvironment, before: number, most: number): boolean {
  const keys = [...journal.getKeys({ end: before, limit: most })];
  for (const key of keys) journal.removeSync(key);
  return keys.length === most;
}
