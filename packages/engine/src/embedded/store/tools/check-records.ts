// The checks of one record: its place, its form, and what it says of times, keys and locks.
import type { HalfSipHash } from '../../half-sip-hash.js';
import { type FamilyRecord, faultOf, readRecord } from '../family-record.js';
import { familyKey, idOfKey } from '../store-keys.js';
import { familyIdFault, recordFault } from './record-fault.js';

export interface RecordRules {
  readonly hasher: HalfSipHash;
  /** No key, revision or number of creation may be above this. */
  readonly keyCeiling: number;
}

/** A record that can be read; or what is wrong with it. */
export function checkedRecord(key: Buffer, bytes: Buffer, { hasher }: RecordRules): FamilyRecord | string {
  if (key.length < 5) return 'a record stands under an id that is none';
  const id = idOfKey(key);
  const fault = familyIdFault(id) ?? faultOf(bytes) ?? recordFault(bytes);
  if (fault !== undefined) return fault;
  if (!familyKey(hasher.hash(id, 0, id.length), id, 0, id.length).equals(key))
    return 'a record stands in another place than that of its id';
  return readRecord(bytes);
}

/** What is wrong with what a record says. */
export function contentFaults(
  { sessions, locks, filedSecond, writtenAtMs }: FamilyRecord,
  { keyCeiling }: RecordRules,
): string[] {
  const faults: string[] = [];
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const each of sessions) {
    earliestMs = Math.min(earliestMs, each.deadlineMs);
    for (const [name, key] of Object.entries({
      'number of creation': each.sequence,
      revision: each.revision,
      'released key': each.releasedKey,
    }))
      if (!isKey(key, keyCeiling))
        faults.push(`a session has the ${name} ${key}, which is above the ceiling ${keyCeiling} or none`);
    if (each.sequence === 0) faults.push('a session has no number of creation');
    if (each.revision === 0 && each.data.length > 0) faults.push('a session has data and no revision');
    if ((each.deadlineMs === Number.POSITIVE_INFINITY) !== (each.timeoutSeconds === 0))
      faults.push('a session has a timeout and no deadline, or the other way round');
    if (!Number.isFinite(each.accessedMs) || Number.isNaN(each.deadlineMs))
      faults.push('a session has a time that is none');
  }
  for (const { key, leaseEndMs, sinceMs } of locks) {
    if (key === 0 || !isKey(key, keyCeiling))
      faults.push(`a lock has the key ${key}, which is above the ceiling ${keyCeiling} or none`);
    if (!Number.isFinite(leaseEndMs) || !Number.isFinite(sinceMs)) faults.push('a lock has a time that is none');
  }
  if (!Number.isFinite(writtenAtMs)) faults.push('a record was written at a time that is none');
  // an entry may be early: it is filed anew when it comes up
  const isFiledLate =
    earliestMs !== Number.POSITIVE_INFINITY && (filedSecond === 0 || filedSecond > Math.max(1, earliestMs / 1000));
  if (isFiledLate) faults.push('a record is filed later than its first deadline: its session would end late');
  return faults;
}

function isKey(key: number, ceiling: number): boolean {
  return Number.isInteger(key) && key >= 0 && key <= ceiling;
}
