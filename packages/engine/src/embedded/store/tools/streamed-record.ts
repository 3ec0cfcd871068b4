// From records of families to what a stream says of them, and back. A stream's times are relative to its moment; a record's
// are in the store's own time.
import type {
  StreamedFamily,
  StreamedLock,
  StreamedSession,
  StreamedSub,
  StreamHeader,
} from '../../../dump/session-stream.js';
import type { HalfSipHash } from '../../half-sip-hash.js';
import { renewalLagMs } from '../../sessions.js';
import type { ByteWriter } from '../byte-writer.js';
import {
  type FamilyRecord,
  lockFlag,
  ofParent,
  type RecordLock,
  type RecordSession,
  recordVersion,
  walkVariables,
} from '../family-record.js';

const never = Number.POSITIVE_INFINITY;
const empty = Buffer.alloc(0);
const lastSecond = 0xffffffff;

export interface RecordReading {
  /** The moment of the stream, in the store's time. */
  readonly storeMs: number;
  /** Records older than this may lack renewals that were never written, and live longer by as much. */
  readonly extendBeforeMs: number;
  readonly hasher: HalfSipHash;
}

/** What a record says, with buffers that are parts of it. */
export function fromRecord(id: Buffer, record: FamilyRecord, reading: RecordReading): StreamedFamily {
  const mayLackRenewals = record.writtenAtMs < reading.extendBeforeMs;
  const locks = new Map(record.locks.map((lock) => [lock.sub?.toString('latin1'), lock]));
  const lockOf = (sub: string | undefined): StreamedLock | undefined => {
    const lock = locks.get(sub);
    locks.delete(sub);
    return lock === undefined ? undefined : fromLock(lock, reading);
  };
  let session: StreamedSession | undefined;
  const subs: StreamedSub[] = [];
  const lock = lockOf(undefined);
  for (const each of record.sessions) {
    const streamed = fromSession(each, reading, mayLackRenewals);
    if (each.sub === undefined) session = streamed;
    else subs.push({ name: each.sub, session: streamed, lock: lockOf(each.sub.toString('latin1')) });
  }
  // what is left is of ids that are only reserved
  for (const { sub } of [...locks.values()])
    if (sub !== undefined) subs.push({ name: sub, session: undefined, lock: lockOf(sub.toString('latin1')) });
  return { id, session, lock, subs };
}

function fromSession(
  each: RecordSession,
  { storeMs, hasher }: RecordReading,
  mayLackRenewals: boolean,
): StreamedSession {
  const lagMs = mayLackRenewals ? renewalLagMs(each.timeoutSeconds) : 0;
  const hasData = each.revision !== 0;
  return {
    created: each.sequence,
    timeoutSeconds: each.timeoutSeconds,
    idleMs: Math.max(0, Math.floor(storeMs - each.accessedMs - lagMs)),
    leftMs: each.deadlineMs === never ? undefined : Math.ceil(each.deadlineMs + lagMs - storeMs),
    className: each.className,
    revision: each.revision,
    data: hasData ? each.data : null,
    variables: variablesOf(each.variables),
    released: releasedOf(each, hasher),
  };
}

function variablesOf(block: Buffer): (readonly [Buffer, Buffer])[] {
  const variables: (readonly [Buffer, Buffer])[] = [];
  walkVariables(block, (nameStart, nameEnd, valueStart, valueEnd) => {
    variables.push([block.subarray(nameStart, nameEnd), block.subarray(valueStart, valueEnd)]);
  });
  return variables;
}

function releasedOf(
  { releasedKey, releasedData, data }: RecordSession,
  hasher: HalfSipHash,
): StreamedSession['released'] {
  if (releasedKey === 0) return undefined;
  if (releasedData === 0) return { key: releasedKey, withData: false };
  const isOfNow = releasedData === releasedHash(data, hasher);
  return { key: releasedKey, withData: true, ...(isOfNow ? {} : { hash: releasedData }) };
}

function releasedHash(data: Buffer, hasher: HalfSipHash): number {
  return hasher.hash(data, 0, data.length) || 1;
}

function fromLock(lock: RecordLock, { storeMs }: RecordReading): StreamedLock {
  return {
    key: lock.key,
    leftMs: Math.ceil(lock.leaseEndMs - storeMs),
    sinceMs: Math.floor(lock.sinceMs),
    note: lock.note,
    isBound: lock.isBound,
    hasLapsed: lock.hasLapsed,
  };
}

/** A family of a stream as records have it. */
export function toRecord(family: StreamedFamily, header: StreamHeader, hasher: HalfSipHash): FamilyRecord {
  const storeMs = header.atMs;
  const sessions: RecordSession[] = [];
  const locks: RecordLock[] = [];
  const add = (sub: Buffer | undefined, session: StreamedSession | undefined, lock: StreamedLock | undefined): void => {
    if (session !== undefined) sessions.push(toSession(sub, session, header, hasher));
    if (lock !== undefined) locks.push({ ...lock, sub, leaseEndMs: storeMs + lock.leftMs, holderId: 0 });
  };
  add(undefined, family.session, family.lock);
  for (const { name, session, lock } of family.subs) add(name, session, lock);
  let earliestMs = never;
  for (const { deadlineMs } of sessions) earliestMs = Math.min(earliestMs, deadlineMs);
  return {
    filedSecond: earliestMs === never ? 0 : Math.max(1, Math.min(lastSecond, Math.floor(earliestMs / 1000))),
    // a moment before, so that it is of an earlier process than whichever opens the store
    writtenAtMs: storeMs - 1,
    sessions,
    locks,
  };
}

function toSession(
  sub: Buffer | undefined,
  session: StreamedSession,
  { atMs: storeMs, hashKey }: StreamHeader,
  hasher: HalfSipHash,
): RecordSession {
  const { leftMs } = session;
  const data = session.data ?? empty;
  // a hash by a key that is not known here is of no use
  const released = session.released?.hash !== undefined && hashKey === undefined ? undefined : session.released;
  return {
    sub,
    className: session.className,
    timeoutSeconds: session.timeoutSeconds,
    releasedData: released?.withData === true ? (released.hash ?? releasedHash(data, hasher)) : 0,
    sequence: session.created,
    accessedMs: storeMs - session.idleMs,
    deadlineMs: leftMs === undefined ? never : storeMs + leftMs,
    revision: session.revision,
    releasedKey: released?.key ?? 0,
    variables: toBlock(session.variables),
    data,
  };
}

/** The block as the variables lie in memory: bytes in use, their number, and each behind the other. */
function toBlock(variables: StreamedSession['variables']): Buffer {
  if (variables.length === 0) return empty;
  const head = Buffer.alloc(8);
  const parts: Buffer[] = [head];
  for (const [name, value] of variables) {
    const entry = Buffer.alloc(value.length >= 255 ? 6 : 2);
    entry[0] = name.length;
    entry[1] = Math.min(value.length, 255);
    if (value.length >= 255) entry.writeUInt32LE(value.length, 2);
    parts.push(entry, name, value);
  }
  const block = Buffer.concat(parts);
  block.writeUInt32LE(block.length, 0);
  block.writeUInt32LE(variables.length, 4);
  return block;
}

/** Writes a record, checksum left open: the inverse of `readRecord`. */
export function writeRecord(writer: ByteWriter, record: FamilyRecord): void {
  const { sessions, locks } = record;
  writer.byte(recordVersion);
  writer.byte(sessions.length > 0 ? 1 : 0);
  writer.short(sessions.length);
  writer.short(locks.length);
  writer.short(0);
  writer.word(0);
  writer.word(record.filedSecond);
  writer.double(record.writtenAtMs);
  for (const each of sessions) {
    writer.word(each.timeoutSeconds);
    writer.word(each.variables.length);
    writer.word(each.data.length);
    writer.word(each.releasedData);
    for (const field of ['sequence', 'accessedMs', 'deadlineMs', 'revision', 'releasedKey'] as const)
      writer.double(each[field]);
    writer.short(each.sub?.length ?? ofParent);
    writer.short(each.className.length);
    for (const bytes of [each.sub ?? empty, each.className, each.variables, each.data]) writer.bytes(bytes);
  }
  for (const each of locks) {
    writer.double(each.key);
    writer.double(each.leaseEndMs);
    writer.double(each.sinceMs);
    writer.short(each.sub?.length ?? ofParent);
    writer.short(each.note.length);
    writer.byte((each.isBound ? lockFlag.bound : 0) | (each.hasLapsed ? lockFlag.lapsed : 0));
    writer.word(each.holderId);
    writer.bytes(each.sub ?? empty);
    writer.bytes(each.note);
  }
}
