// Names that are searched for, and their postings, as jobs of a few records each: they run between batches, on the thread
// that owns the disk.
import { faultOf } from './family-record.js';
import type { FamilyTables } from './family-tables.js';
import type { StoreEnvironment, StoreName } from './store-environment.js';
import { factGrowth, tableGrowth } from './store-growth.js';
import { keyAfter, postingBound, present } from './store-keys.js';

export class SearchedTables {
  readonly #environment: StoreEnvironment;
  readonly #tables: FamilyTables;

  constructor(environment: StoreEnvironment, tables: FamilyTables) {
    this.#environment = environment;
    this.#tables = tables;
  }

  /** From now on a name is kept in the postings. */
  openName(number: number, name: string): void {
    const { root, names, room } = this.#environment;
    room.require(factGrowth);
    root.transactionSync(() => {
      // one that could not be dropped
      const before = this.#tables.names.get(name);
      if (before !== undefined) names.removeSync(before);
      names.putSync(number, { number, name, isComplete: false } satisfies StoreName);
    });
    this.#tables.names.set(name, number);
  }

  /** Takes up to so many postings of a name, and with the last of them the name; answers null when that was all. */
  dropSome(number: number, limit: number): Buffer | null {
    const { root, postings, names, room } = this.#environment;
    room.require(factGrowth, true);
    const name = names.get(number);
    const last = root.transactionSync(() => {
      const range = { start: postingBound(number), end: postingBound(number + 1), limit };
      const keys = [...postings.getKeys(range)].map((key) => Buffer.from(key));
      for (const key of keys) postings.removeSync(key);
      if (keys.length < limit) names.removeSync(number);
      else if (name?.isComplete === true) names.putSync(number, { ...name, isComplete: false });
      return keys.length < limit ? null : (keys.at(-1) ?? null);
    });
    if (name !== undefined && this.#tables.names.get(name.name) === number) this.#tables.names.delete(name.name);
    return last;
  }

  /** Enters what so many families behind a key have under a name; answers the last one's key, null when that was all. */
  indexSome(number: number, after: Buffer | null, limit: number): Buffer | null {
    const { root, families, postings, names, room } = this.#environment;
    room.require(tableGrowth(this.#environment, limit, 0, this.#tables.names.size));
    return root.transactionSync(() => {
      let last: Buffer | null = null;
      let count = 0;
      const start = after === null ? Buffer.of(0) : keyAfter(after);
      const batch: { key: Buffer; value: Buffer }[] = [];
      for (const { key, value } of families.getRange({ start, limit })) batch.push({ key, value });
      for (const { key, value } of batch) {
        if (faultOf(value) === undefined)
          for (const posting of this.#tables.postingsOf(key, value, number)) postings.putSync(posting, present);
        last = key;
        count++;
      }
      if (count === limit) return last;
      const name = names.get(number);
      if (name !== undefined) names.putSync(number, { ...name, isComplete: true });
      return null;
    });
  }
}
