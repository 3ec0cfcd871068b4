// A family on disk: one record, so that all about it changes in one step. Little endian:
//
//   byte     version of the record's form
//   byte     1 when there is a session; 0 for an id that is only reserved
//   short    sessions, the parent first, and short: locks
//   short    nothing, to align
//   word     CRC-32 of everything behind it
//   word     second under which the family is filed among the deadlines, 0 for none
//   double   when the record was written; this and all times but a lock's `since` are in the store's own time
//   sessions: word timeout, word bytes of variables, word bytes of data, word hash of the data released last,
//             double sequence, accessed, deadline, revision, key released last; short bytes of the id behind its slash,
//             short bytes of the class name; then these, the block of variables as it lies in memory, and the data
//   locks:    double key, end of the lease, since (milliseconds since 1970); short bytes of the id behind its slash,
//             short bytes of the note, byte flags, word number of the connection that took it; then both. The parent's own lock has 0xffff for the first length.
import { crc32 } from 'node:zlib';

export const recordVersion = 1;
export const recordHeadBytes = 24;
export const recordSessionBytes = 60;
export const recordLockBytes = 33;
/** In place of the length of a sub-session's name, for what belongs to the parent. */
export const ofParent = 0xffff;
export const lockFlag = { bound: 1, lapsed: 2 } as const;

export interface RecordSession {
  /** Behind the slash of a sub-session's id; undefined for the parent. */
  readonly sub: Buffer | undefined;
  readonly className: Buffer;
  readonly timeoutSeconds: number;
  readonly releasedData: number;
  readonly sequence: number;
  readonly accessedMs: number;
  readonly deadlineMs: number;
  readonly revision: number;
  readonly releasedKey: number;
  /** The block as the variables lie in memory; empty when there are none. */
  readonly variables: Buffer;
  readonly data: Buffer;
}

export interface RecordLock {
  readonly sub: Buffer | undefined;
  readonly key: number;
  readonly leaseEndMs: number;
  readonly sinceMs: number;
  readonly note: Buffer;
  readonly holderId: number;
  readonly isBound: boolean;
  readonly hasLapsed: boolean;
}

export interface FamilyRecord {
  readonly filedSecond: number;
  readonly writtenAtMs: number;
  readonly sessions: readonly RecordSession[];
  readonly locks: readonly RecordLock[];
}

/** Where the checksum stands in a record. */
export const checksumOffset = 8;
/** Where the second stands under which it is filed. */
export const filedOffset = 12;

/** Checksum of a record whose bytes are complete. */
export function checksumOf(record: Uint8Array, start = 0, end = record.length): number {
  return crc32(record.subarray(start + checksumOffset + 4, end));
}

export function hasSession(record: Uint8Array): boolean {
  return record[1] === 1;
}

/** What is wrong with a record, or undefined. */
export function faultOf(record: Buffer): string | undefined {
  if (record.length < recordHeadBytes) return 'a record is too short';
  if (record[0] !== recordVersion) return `a record has the unknown form ${record[0]}`;
  if (record.readUInt32LE(checksumOffset) !== checksumOf(record)) return 'a record does not match its checksum';
  return undefined;
}

/** Reads a record that `faultOf` found right; buffers are parts of it. */
export function readRecord(record: Buffer): FamilyRecord {
  const sessions: RecordSession[] = [];
  const locks: RecordLock[] = [];
  let at = recordHeadBytes;
  const take = (length: number): Buffer => {
    at += length;
    return record.subarray(at - length, at);
  };
  for (let i = record.readUInt16LE(2); i > 0; i--) {
    const head = take(recordSessionBytes);
    const subBytes = head.readUInt16LE(56);
    const classBytes = head.readUInt16LE(58);
    sessions.push({
      timeoutSeconds: head.readUInt32LE(0),
      releasedData: head.readUInt32LE(12),
      sequence: head.readDoubleLE(16),
      accessedMs: head.readDoubleLE(24),
      deadlineMs: head.readDoubleLE(32),
      revision: head.readDoubleLE(40),
      releasedKey: head.readDoubleLE(48),
      sub: subBytes === ofParent ? undefined : take(subBytes),
      className: take(classBytes),
      variables: take(head.readUInt32LE(4)),
      data: take(head.readUInt32LE(8)),
    });
  }
  for (let i = record.readUInt16LE(4); i > 0; i--) {
    const head = take(recordLockBytes);
    const subBytes = head.readUInt16LE(24);
    const noteBytes = head.readUInt16LE(26);
    const flags = head[28] as number;
    locks.push({
      key: head.readDoubleLE(0),
      leaseEndMs: head.readDoubleLE(8),
      sinceMs: head.readDoubleLE(16),
      isBound: (flags & lockFlag.bound) !== 0,
      hasLapsed: (flags & lockFlag.lapsed) !== 0,
      holderId: head.readUInt32LE(29),
      sub: subBytes === ofParent ? undefined : take(subBytes),
      note: take(noteBytes),
    });
  }
  return { filedSecond: record.readUInt32LE(filedOffset), writtenAtMs: record.readDoubleLE(16), sessions, locks };
}

/** Calls back for each variable in a session's block of a record. */
export function walkVariables(
  block: Buffer,
  callback: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void,
): void {
  let at = 8;
  while (at < block.length) {
    const nameBytes = block[at] as number;
    let valueBytes = block[at + 1] as number;
    let nameStart = at + 2;
    if (valueBytes === 255) {
      valueBytes = block.readUInt32LE(at + 2);
      nameStart += 4;
    }
    const nameEnd = nameStart + nameBytes;
    at = nameEnd + valueBytes;
    callback(nameStart, nameEnd, nameEnd, at);
  }
}
