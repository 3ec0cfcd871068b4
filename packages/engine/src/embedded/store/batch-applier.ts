// Writes batches and keeps the tables that depend on families right, each time in one transaction. Runs on the thread
// that owns the disk, or in place.
import { HalfSipHash } from '../half-sip-hash.js';
import { visitBatch } from './batch.js';
import { checksumOf, checksumOffset, faultOf, readRecord, walkVariables } from './family-record.js';
import { present, type StoreEnvironment, type StoreName, type StoreState } from './store-environment.js';
import { deadlineKey, keyAfter, postingBound, postingKey } from './store-keys.js';
import { StoreFault } from './store-options.js';

/** A page more or less that changing a tree may take, per entry that grows. */
const overheadBytes = 64;
const pageBytes = 4096;

export class BatchApplier {
  readonly #environment: StoreEnvironment;
  readonly #hasher: HalfSipHash;
  #maxStoreBytes: number;
  /** Searched names, by name byte for byte. */
  readonly #names = new Map<string, number>();

  constructor(environment: StoreEnvironment, hashKey: Uint8Array, maxStoreBytes: number) {
    this.#environment = environment;
    this.#hasher = new HalfSipHash(hashKey);
    this.#maxStoreBytes = maxStoreBytes;
    for (const { value } of environment.names.getRange({})) this.#names.set(value.name, value.number);
  }

  /** @throws whatever LMDB or the limit of the store's size has against it; nothing is written then */
  apply(batch: Buffer, state: StoreState): void {
    const { root, meta } = this.#environment;
    this.#refuseIfFull(batch);
    root.transactionSync(() => {
      visitBatch(batch, {
        put: (key, record, filedBefore, hasLocks) => this.#put(key, record, filedBefore, hasLocks),
        remove: (key, filedBefore) => this.#remove(key, filedBefore),
      });
      meta.putSync('state', state);
    });
  }

  #put(key: Buffer, record: Buffer, filedBefore: number, hasLocks: boolean): void {
    const { families, deadlines, locked } = this.#environment;
    if (this.#names.size > 0) this.#changePostings(key, families.get(key), record);
    record.writeUInt32LE(checksumOf(record), checksumOffset);
    const filed = record.readUInt32LE(12);
    if (filedBefore !== filed) {
      if (filedBefore !== 0) deadlines.removeSync(deadlineKey(filedBefore, key));
      if (filed !== 0) deadlines.putSync(deadlineKey(filed, key), present);
    }
    families.putSync(key, record);
    if (hasLocks) locked.putSync(key, present);
    else locked.removeSync(key);
  }

  #remove(key: Buffer, filedBefore: number): void {
    const { families, deadlines, locked } = this.#environment;
    if (this.#names.size > 0) this.#changePostings(key, families.get(key), undefined);
    if (filedBefore !== 0) deadlines.removeSync(deadlineKey(filedBefore, key));
    families.removeSync(key);
    locked.removeSync(key);
  }

  #changePostings(key: Buffer, before: Buffer | undefined, after: Buffer | undefined): void {
    const { postings } = this.#environment;
    const old = before === undefined ? [] : this.#postingsOf(key, before);
    const now = after === undefined ? [] : this.#postingsOf(key, after);
    const kept = new Set(now.map((posting) => posting.toString('latin1')));
    const had = new Set(old.map((posting) => posting.toString('latin1')));
    for (const posting of old) if (!kept.has(posting.toString('latin1'))) postings.removeSync(posting);
    for (const posting of now) if (!had.has(posting.toString('latin1'))) postings.putSync(posting, present);
  }

  /** Keys of the postings that a record should have; of one name, when it is given. */
  #postingsOf(key: Buffer, record: Buffer, only?: number): Buffer[] {
    const found: Buffer[] = [];
    for (const { variables } of readRecord(record).sessions) {
      walkVariables(variables, (nameStart, nameEnd, valueStart, valueEnd) => {
        const number = this.#names.get(variables.toString('latin1', nameStart, nameEnd));
        if (number === undefined || (only !== undefined && only !== number)) return;
        found.push(postingKey(number, this.#hasher.hash(variables, valueStart, valueEnd), key));
      });
    }
    return found;
  }

  /** From now on a name is kept in the postings. */
  openName(number: number, name: string): void {
    const { root, names } = this.#environment;
    root.transactionSync(() => {
      // one that could not be dropped
      const before = this.#names.get(name);
      if (before !== undefined) names.removeSync(before);
      names.putSync(number, { number, name, isComplete: false } satisfies StoreName);
    });
    this.#names.set(name, number);
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
    if (name !== undefined && this.#names.get(name.name) === number) this.#names.delete(name.name);
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
          for (const posting of this.#postingsOf(key, value, number)) postings.putSync(posting, present);
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
export function usedStoreBytes({ families, deadlines, locked, names, postings, meta }: StoreEnvironment): number {
  let pages = 0;
  for (const table of [families, deadlines, locked, names, postings, meta]) {
    const stats = table.getStats() as {
      treeBranchPageCount: number;
      treeLeafPageCount: number;
      overflowPages: number;
    };
    pages += stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
  }
  return pages * pageBytes;
}
