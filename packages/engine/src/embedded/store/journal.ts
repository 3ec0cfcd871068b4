// The journal: batches as they came, one entry each, in a table of their own. A running engine folds them into the tables
// by and by (batch-applier.ts); what a process that was killed left there is folded before anybody reads the tables.
import { HalfSipHash } from '../half-sip-hash.js';
import { FamilyTables } from './family-tables.js';
import { Generation } from './generation.js';
import type { StoreEnvironment } from './store-environment.js';

/** The most that gathers before it is folded; twice as much may be in the journal. */
export const generationLimits = { bytes: 64 * 1024 * 1024, operations: 1 << 17 } as const;
/** Operations folded in one transaction: LMDB keeps the memory of as many pages as a transaction ever changed. */
export const foldedAtOnce = 2048;

/** Whether batches of a process that was killed are in the journal and not in the tables. */
export function hasJournal({ journal }: StoreEnvironment): boolean {
  return (journal.getStats() as { entryCount: number }).entryCount > 0;
}

/** Takes what a process that was killed left in the journal into the tables. */
export function foldJournal(environment: StoreEnvironment): void {
  if (!hasJournal(environment)) return;
  const { journal, root, meta } = environment;
  const hashKey = Buffer.from(meta.get('hashKey') as string, 'hex');
  const tables = new FamilyTables(environment, new HalfSipHash(hashKey), true);
  // in pieces, each the same if it is done again: entries leave when all is done
  let generation = new Generation();
  let lastEntry = 0;
  const fold = () => {
    while (generation.remaining > 0) root.transactionSync(() => generation.foldSome(foldedAtOnce, tables));
    generation = new Generation();
  };
  for (const key of [...journal.getKeys({})]) {
    const batch = journal.get(key);
    if (batch === undefined) continue;
    if (generation.bytes > 2 * generationLimits.bytes || !generation.hasRoomFor(batch)) fold();
    generation.add(batch);
    lastEntry = key;
  }
  fold();
  root.transactionSync(() => removeEntries(environment, lastEntry + 1));
}

/** Removes the entries before this one. */
export function removeEntries({ journal }: StoreEnvironment, before: number): void {
  for (const key of [...journal.getKeys({ end: before })]) journal.removeSync(key);
}
