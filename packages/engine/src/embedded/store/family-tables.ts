// The tables of a store that depend on one another: families and, derived from them, deadlines, families with locks and
// postings of searched names. Everything here runs inside a transaction of the caller.
import type { HalfSipHash } from '../half-sip-hash.js';
import type { BatchVisitor } from './batch.js';
import { checksumOf, checksumOffset, filedOffset, readRecord, walkVariables } from './family-record.js';
import type { StoreEnvironment } from './store-environment.js';
import { deadlineKey, postingKey, present } from './store-keys.js';

export class FamilyTables implements BatchVisitor {
  /** Searched names, by name byte for byte. */
  readonly names = new Map<string, number>();
  readonly #environment: StoreEnvironment;
  readonly #hasher: HalfSipHash;
  /** Keys in the table of families with locks: nearly all families have none, and need no look at that table. */
  readonly #locked = new Set<string>();

  /** Operations may have been applied before, so where a family is filed is what its record says, not what they remember. */
  isReplaying: boolean;

  constructor(environment: StoreEnvironment, hasher: HalfSipHash, isReplaying = false) {
    this.#environment = environment;
    this.#hasher = hasher;
    this.isReplaying = isReplaying;
    for (const { value } of environment.names.getRange({})) this.names.set(value.name, value.number);
    for (const key of environment.locked.getKeys({})) this.#locked.add(key.toString('latin1'));
  }

  put(key: Buffer, record: Buffer, filedBefore: number, hasLocks: boolean): void {
    record.writeUInt32LE(checksumOf(record), checksumOffset);
    this.#change(key, record, filedBefore);
    this.#environment.families.putSync(key, record);
    this.#setLocked(key, hasLocks);
  }

  remove(key: Buffer, filedBefore: number): void {
    this.#change(key, undefined, filedBefore);
    this.#environment.families.removeSync(key);
    this.#setLocked(key, false);
  }

  /** Brings the tables that depend on a family's record from the one that is there to the one that comes. */
  #change(key: Buffer, record: Buffer | undefined, filedBefore: number): void {
    const { families, deadlines } = this.#environment;
    const before = this.isReplaying || this.names.size > 0 ? families.get(key) : undefined;
    const from = this.isReplaying ? (before?.readUInt32LE(filedOffset) ?? 0) : filedBefore;
    const to = record?.readUInt32LE(filedOffset) ?? 0;
    if (this.names.size > 0) this.#changePostings(key, before, record);
    if (from === to) return;
    if (from !== 0) deadlines.removeSync(deadlineKey(from, key));
    if (to !== 0) deadlines.putSync(deadlineKey(to, key), present);
  }

  #setLocked(key: Buffer, isLocked: boolean): void {
    if (!isLocked && this.#locked.size === 0) return;
    const { locked } = this.#environment;
    const text = key.toString('latin1');
    if (isLocked === this.#locked.has(text)) return;
    if (isLocked) {
      locked.putSync(key, present);
      this.#locked.add(text);
    } else {
      locked.removeSync(key);
      this.#locked.delete(text);
    }
  }

  /** Looks at the table again, after a transaction that failed. */
  reread(): void {
    this.#locked.clear();
    for (const key of this.#environment.locked.getKeys({})) this.#locked.add(key.toString('latin1'));
  }

  #changePostings(key: Buffer, before: Buffer | undefined, after: Buffer | undefined): void {
    const { postings } = this.#environment;
    const old = before === undefined ? [] : this.postingsOf(key, before);
    const now = after === undefined ? [] : this.postingsOf(key, after);
    const kept = new Set(now.map((posting) => posting.toString('latin1')));
    const had = new Set(old.map((posting) => posting.toString('latin1')));
    for (const posting of old) if (!kept.has(posting.toString('latin1'))) postings.removeSync(posting);
    for (const posting of now) if (!had.has(posting.toString('latin1'))) postings.putSync(posting, present);
  }

  /** Keys of the postings that a record should have; of one name, when it is given. */
  postingsOf(key: Buffer, record: Buffer, only?: number): Buffer[] {
    const found: Buffer[] = [];
    for (const { variables } of readRecord(record).sessions) {
      walkVariables(variables, (nameStart, nameEnd, valueStart, valueEnd) => {
        const number = this.names.get(variables.toString('latin1', nameStart, nameEnd));
        if (number === undefined || (only !== undefined && only !== number)) return;
        found.push(postingKey(number, this.#hasher.hash(variables, valueStart, valueEnd), key));
      });
    }
    return found;
  }
}
