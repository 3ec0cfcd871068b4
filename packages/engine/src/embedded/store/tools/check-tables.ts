// The tables that depend on records, from their side: entries that no record asks for. Every entry that a record asks for was
// found already, so a table with as many entries as were asked for has no others; only one with more is gone through.
import type { Database } from 'lmdb';
import { readRecord, walkVariables } from '../family-record.js';
import type { StoreEnvironment, StoreName } from '../store-environment.js';
import { familyOfDeadline, familyOfPosting, postingBound, secondOfKey } from '../store-keys.js';
import type { Findings } from './findings.js';
import { recordFault } from './record-fault.js';

/** How many entries records ask for. */
export interface ExpectedEntries {
  deadlines: number;
  locked: number;
  /** By number of the name. */
  readonly postings: Map<number, number>;
}

export function checkTables(
  environment: StoreEnvironment,
  expected: ExpectedEntries,
  names: readonly StoreName[],
  findings: Findings,
): void {
  const { deadlines, locked, postings, families } = environment;
  if (entriesOf(deadlines) !== expected.deadlines)
    for (const key of deadlines.getKeys({}))
      if (recordOf(environment, familyOfDeadline(key))?.filedSecond !== secondOfKey(key))
        findings.add(`a deadline at second ${secondOfKey(key)} is of no session that is filed there`);
  if (entriesOf(locked) !== expected.locked)
    for (const key of locked.getKeys({}))
      if ((recordOf(environment, key)?.locks.length ?? 0) === 0)
        findings.add('an entry among the locks is of no session with a lock');
  let known = 0;
  for (const { number, name } of names) {
    const range = { start: postingBound(number), end: postingBound(number + 1) };
    // it marks the options it is given as those of a count
    const count = postings.getKeysCount({ ...range });
    known += count;
    if (count === expected.postings.get(number)) continue;
    for (const key of postings.getKeys(range)) {
      const family = familyOfPosting(key);
      if (!families.doesExist(family) || !hasVariable(environment, family, name))
        findings.add(`a posting of the searched name "${name}" is of no session that has it`);
    }
  }
  if (entriesOf(postings) !== known)
    findings.add(`${entriesOf(postings) - known} postings are of names that nobody searched`);
}

function entriesOf(table: Database<Buffer, Buffer>): number {
  return (table.getStats() as { entryCount: number }).entryCount;
}

function recordOf({ families }: StoreEnvironment, key: Buffer): ReturnType<typeof readRecord> | undefined {
  const bytes = families.get(key);
  return bytes === undefined || recordFault(bytes) !== undefined ? undefined : readRecord(bytes);
}

function hasVariable(environment: StoreEnvironment, family: Buffer, name: string): boolean {
  let isFound = false;
  for (const { variables } of recordOf(environment, family)?.sessions ?? [])
    walkVariables(variables, (nameStart, nameEnd) => {
      isFound ||= variables.toString('latin1', nameStart, nameEnd) === name;
    });
  return isFound;
}
