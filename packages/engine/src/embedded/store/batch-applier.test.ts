// Batches and folding where the disk refuses: what is on disk stays there, and what could not be written can be later.
import { afterEach, expect, test } from 'vitest';
import { BatchBuilder, bytesOf } from './batch.js';
import { BatchApplier } from './batch-applier.js';
import { foldedAtOnce, hasJournal, removedAtOnce } from './journal.js';
import { initialise, openTables, recordCount, type StoreState } from './store-environment.js';
import { type Growth, StoreRoom } from './store-room.js';
import { testDirectory } from './test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A disk that says so many times that it is full. */
class MoodyRoom extends StoreRoom {
  refusals = 0;

  override take(_growth: Growth, isFreeing = false): boolean {
    if (isFreeing || this.refusals === 0) return true;
    this.refusals--;
    return false;
  }
}

const state: StoreState = { storeMs: 0, wallMs: 0, usedBytes: 0, subSessions: 0, keyCeiling: 0 };
/** With its head and key it fills an entry of the journal. */
const recordBytes = 3900;

function keyOf(number: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeUInt32BE(Math.imul(number, 0x9e3779b1) >>> 0, 0);
  key.writeUInt32BE(number, 4);
  return key;
}

/** A batch that puts records, told apart by their last byte, under the keys of these numbers. */
function batchOf(first: number, count: number, mark: number): Buffer[] {
  const builder = new BatchBuilder();
  const record = Buffer.alloc(recordBytes);
  record[recordBytes - 1] = mark;
  for (let number = first; number < first + count; number++) {
    builder.beginPut(keyOf(number), 0);
    builder.writer.bytes(record);
    builder.endPut(false);
  }
  return builder.finish().map(bytesOf);
}

function fixture() {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  const file = `${directory.path}/sessions.mdb`;
  const tables = openTables({ file, isSynced: false });
  cleanups.push(() => tables.root.close());
  const room = new MoodyRoom(tables.root, file, () => 0);
  const environment = { ...tables, room };
  const applier = new BatchApplier(environment, initialise(environment), 0);
  const markOf = (number: number) => environment.families.get(keyOf(number))?.at(-1);
  return { environment, room, applier, markOf };
}

test('a disk that fills up while folded entries leave the journal keeps no batch from it', () => {
  const { environment, room, applier, markOf } = fixture();
  const many = removedAtOnce + 100;
  applier.append(batchOf(0, many, 1), state, 2);
  const firstEntry = () => [...environment.journal.getKeys({ limit: 1 })][0];
  const before = firstEntry();
  while (firstEntry() === before) applier.fold(foldedAtOnce);
  expect(hasJournal(environment)).toBe(true);
  // for both entries together, and for one
  room.refusals = 2;
  applier.append(batchOf(many - 1, 2, 2), state, 3);
  expect(room.refusals).toBe(0);
  applier.foldAll();
  expect(hasJournal(environment)).toBe(false);
  expect(recordCount(environment)).toBe(many + 1);
  expect([0, many - 2, many - 1, many].map(markOf)).toEqual([1, 1, 2, 2]);
});
