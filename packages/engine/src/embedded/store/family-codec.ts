// Carries families between memory and their records: out by copying blocks as they lie, back by allocating them anew.
import { Lock } from '../lock.js';
import type { LockTable } from '../lock-table.js';
import { headDouble, headWord, idOffset } from '../session-layout.js';
import { renewalLagMs, type Sessions } from '../sessions.js';
import { byteOffset, chunkOf } from '../slab-memory.js';
import type { ByteWriter } from './byte-writer.js';
import {
  checksumOffset,
  type FamilyRecord,
  filedOffset,
  lockFlag,
  ofParent,
  type RecordSession,
  recordHeadBytes,
  recordSessionBytes,
  recordVersion,
} from './family-record.js';
import type { StoreTime } from './store-time.js';

const never = Number.POSITIVE_INFINITY;
const slash = Buffer.from('/');

/** What a family's record should be filed under: the second of its first deadline; 0 when it has none. */
export function earliestDeadlineMs(sessions: Sessions, parent: number): number {
  let earliest = sessions.double(parent, headDouble.deadlineMs);
  for (const sub of sessions.subSessions(parent))
    earliest = Math.min(earliest, sessions.double(sub, headDouble.deadlineMs));
  return earliest;
}

export class FamilyCodec {
  readonly #sessions: Sessions;
  readonly #locks: LockTable;
  readonly #time: StoreTime;

  constructor(sessions: Sessions, locks: LockTable, time: StoreTime) {
    this.#sessions = sessions;
    this.#locks = locks;
    this.#time = time;
  }

  /** Writes the record of a family, checksum left open. Answers whether it has locks. */
  write(writer: ByteWriter, parent: number, filedSecond: number): boolean {
    const subs = this.#sessions.subSessions(parent);
    const locks = this.#locks.ofFamily(parent);
    this.#writeHead(writer, 1 + subs.length, locks.length, filedSecond);
    this.#writeSession(writer, parent, 0);
    const parentBytes = this.#idBytes(parent) + 1;
    for (const sub of subs) this.#writeSession(writer, sub, parentBytes);
    for (const lock of locks) this.#writeLock(writer, lock);
    return locks.length > 0;
  }

  /** Writes the record of an id that is only reserved. */
  writeReservation(writer: ByteWriter, lock: Lock): void {
    this.#writeHead(writer, 0, 1, 0);
    this.#writeLock(writer, lock);
  }

  #writeHead(writer: ByteWriter, sessions: number, locks: number, filedSecond: number): void {
    writer.reserve(recordHeadBytes);
    const { view, length: at } = writer;
    view.setUint8(at, recordVersion);
    view.setUint8(at + 1, sessions > 0 ? 1 : 0);
    view.setUint16(at + 2, sessions, true);
    view.setUint16(at + 4, locks, true);
    view.setUint16(at + 6, 0, true);
    view.setUint32(at + checksumOffset, 0, true);
    view.setUint32(at + filedOffset, filedSecond, true);
    view.setFloat64(at + 16, this.#time.toStore(this.#sessions.nowMs()), true);
    writer.length = at + recordHeadBytes;
  }

  #idBytes(address: number): number {
    return this.#sessions.word(address, headWord.shape) & 0xff;
  }

  /** `subStart`: where the sub-session's own name begins in its id; 0 for the parent. */
  #writeSession(writer: ByteWriter, address: number, subStart: number): void {
    const { memory, classNames, variables } = this.#sessions;
    const chunk = chunkOf(address);
    const offset = byteOffset(address);
    const words = memory.words[chunk] as Uint32Array;
    const doubles = memory.doubles[chunk] as Float64Array;
    const head = offset >> 2;
    const first = offset >> 3;
    const block = words[head + headWord.variables] as number;
    const blockBytes = variables.size(block);
    const data = words[head + headWord.data] as number;
    const dataBytes = words[head + headWord.dataBytes] as number;
    const className = classNames.name(words[head + headWord.className] as number);
    const idBytes = (words[head + headWord.shape] as number) & 0xff;
    const accessedMs = doubles[first + headDouble.accessedMs] as number;
    const deadlineMs = doubles[first + headDouble.deadlineMs] as number;
    // all that is fixed at once: a check for each field would be a third of the work (bench `headline`, `write-1`)
    writer.reserve(recordSessionBytes);
    const { view, length: at } = writer;
    view.setUint32(at, words[head + headWord.timeoutSeconds] as number, true);
    view.setUint32(at + 4, blockBytes, true);
    view.setUint32(at + 8, dataBytes, true);
    view.setUint32(at + 12, words[head + headWord.releasedData] as number, true);
    view.setFloat64(at + 16, doubles[first + headDouble.sequence] as number, true);
    view.setFloat64(at + 24, this.#time.toStore(accessedMs), true);
    view.setFloat64(at + 32, deadlineMs === never ? never : this.#time.toStore(deadlineMs), true);
    view.setFloat64(at + 40, doubles[first + headDouble.revision] as number, true);
    view.setFloat64(at + 48, doubles[first + headDouble.releasedKey] as number, true);
    view.setUint16(at + 56, subStart === 0 ? ofParent : idBytes - subStart, true);
    view.setUint16(at + 58, className.length, true);
    writer.length = at + recordSessionBytes;
    if (subStart > 0)
      writer.bytes(memory.bytes[chunk] as Buffer, offset + idOffset + subStart, offset + idOffset + idBytes);
    writer.bytes(className);
    if (blockBytes > 0) {
      const at = byteOffset(block);
      writer.bytes(memory.bytes[chunkOf(block)] as Buffer, at, at + blockBytes);
    }
    if (dataBytes > 0) {
      const at = byteOffset(data);
      writer.bytes(memory.bytes[chunkOf(data)] as Buffer, at, at + dataBytes);
    }
    words[head + headWord.keptAccess] = Math.floor(accessedMs) >>> 0;
  }

  #writeLock(writer: ByteWriter, lock: Lock): void {
    const at = lock.idText.indexOf('/');
    const sub = at < 0 ? Buffer.alloc(0) : Buffer.from(lock.idText.slice(at + 1), 'latin1');
    const note = Buffer.from(lock.note);
    writer.double(lock.key);
    writer.double(this.#time.toStore(lock.leaseEndMs));
    writer.double(lock.sinceMs);
    writer.short(at < 0 ? ofParent : sub.length);
    writer.short(note.length);
    writer.byte((lock.boundTo === undefined ? 0 : lockFlag.bound) | (lock.hasLapsed ? lockFlag.lapsed : 0));
    writer.word(lock.holderId);
    writer.bytes(sub);
    writer.bytes(note);
  }

  /**
   * Puts a family into memory; answers its parent's address. Deadlines are extended by renewals that may not have been
   * written, where `mayLackRenewals`. `globals`, which is there already, is filled.
   */
  restore(record: FamilyRecord, id: Buffer, mayLackRenewals: boolean): number {
    const sessions = this.#sessions;
    let parent = 0;
    for (const each of record.sessions) {
      const fullId = each.sub === undefined ? id : Buffer.concat([id, slash, each.sub]);
      const standing =
        each.sub === undefined ? sessions.table.find(sessions.hasher.hash(id, 0, id.length), id, 0, id.length) : 0;
      const address = standing === 0 ? sessions.restore(fullId, 0, fullId.length, parent, each.sequence) : standing;
      this.#fill(address, each, mayLackRenewals);
      if (each.sub === undefined) parent = address;
    }
    return parent;
  }

  #fill(address: number, session: RecordSession, mayLackRenewals: boolean): void {
    const sessions = this.#sessions;
    const { className, variables, data, timeoutSeconds } = session;
    const lagMs = mayLackRenewals ? renewalLagMs(timeoutSeconds) : 0;
    const accessedMs = Math.min(sessions.nowMs(), this.#time.toMonotonic(session.accessedMs) + lagMs);
    sessions.setDouble(address, headDouble.sequence, session.sequence);
    sessions.setDouble(address, headDouble.accessedMs, accessedMs);
    sessions.setDouble(address, headDouble.revision, session.revision);
    sessions.setDouble(address, headDouble.releasedKey, session.releasedKey);
    sessions.setWord(address, headWord.releasedData, session.releasedData);
    sessions.setWord(address, headWord.timeoutSeconds, timeoutSeconds);
    sessions.setWord(address, headWord.keptAccess, Math.floor(accessedMs) >>> 0);
    sessions.setWord(address, headWord.className, sessions.classNames.acquire(className, 0, className.length));
    sessions.setWord(address, headWord.variables, this.#block(variables));
    sessions.setWord(address, headWord.data, this.#block(data));
    sessions.setWord(address, headWord.dataBytes, data.length);
    sessions.usedBytes += variables.length + data.length;
    if (session.deadlineMs !== never) {
      const deadlineMs = this.#time.toMonotonic(session.deadlineMs) + lagMs;
      sessions.setDouble(address, headDouble.deadlineMs, deadlineMs);
      sessions.wheel.schedule(address, deadlineMs);
      sessions.onScheduled(deadlineMs);
    }
    if (address !== sessions.globals) sessions.index.noteAll(address);
  }

  #block(bytes: Buffer): number {
    if (bytes.length === 0) return 0;
    const { memory } = this.#sessions;
    const block = memory.allocate(bytes.length);
    (memory.bytes[chunkOf(block)] as Buffer).set(bytes, byteOffset(block));
    return block;
  }

  /**
   * Brings back a family's locks. Those bound to a connection of an earlier process are free to be taken; of a
   * reservation that is free nothing is left. Answers how many there are.
   */
  restoreLocks(record: FamilyRecord, id: Buffer, isOfEarlierProcess: boolean): number {
    let count = 0;
    for (const each of record.locks) {
      const fullId = each.sub === undefined ? id : Buffer.concat([id, slash, each.sub]);
      const address = this.#sessions.table.find(
        this.#sessions.hasher.hash(fullId, 0, fullId.length),
        fullId,
        0,
        fullId.length,
      );
      const leaseEndMs = this.#time.toMonotonic(each.leaseEndMs);
      const isFree = each.hasLapsed || (each.isBound && isOfEarlierProcess) || leaseEndMs <= this.#sessions.nowMs();
      if (isFree && address === 0) continue;
      const lock = new Lock(fullId.toString('latin1'));
      lock.key = each.key;
      lock.leaseEndMs = isFree ? Math.min(leaseEndMs, this.#sessions.nowMs()) : leaseEndMs;
      lock.sinceMs = each.sinceMs;
      lock.note = each.note.toString();
      lock.hasLapsed = isFree;
      // numbers of connections are given anew by every process
      if (!isOfEarlierProcess) lock.holderId = each.holderId;
      this.#locks.restore(lock, address);
      count++;
    }
    return count;
  }
}
