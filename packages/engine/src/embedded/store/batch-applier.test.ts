// Batches that come in parts, and batches and folding where the disk refuses: what is on disk stays there, what could not
// be written can be later, and of a batch all is there or nothing.
import { afterEach, expect, test } from 'vitest';
import { BatchBuilder, bytesOf } from './batch.js';
import { BatchApplier } from './batch-applier.js';
import { foldedAtOnce, foldJournal, hasJournal, removedAtOnce } from './journal.js';
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
  /** What the next process finds. */
  const foldedLater = () => {
    foldJournal(environment, file);
    return { count: recordCount(environment), hasJournal: hasJournal(environment) };
  };
  return { environment, room, applier, markOf, foldedLater };
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

test('a batch that came in parts is as one that came as a whole', () => {
  const { applier, markOf, foldedLater } = fixture();
  applier.append(batchOf(0, 3, 1), state, 2);
  applier.begin(batchOf(2, 3, 2));
  applier.begin(batchOf(4, 3, 3));
  applier.append(batchOf(6, 2, 4), state, 3);
  expect(applier.settled).toBe(0);
  applier.foldAll();
  expect(applier.settled).toBe(3);
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(markOf)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  expect(foldedLater()).toEqual({ count: 8, hasJournal: false });
});

test('parts whose batch has no end are nothing to the next process', () => {
  const { applier, markOf, foldedLater } = fixture();
  applier.append(batchOf(0, 3, 1), state, 2);
  applier.begin(batchOf(2, 3, 2));
  expect(foldedLater()).toEqual({ count: 3, hasJournal: false });
  expect([0, 1, 2, 3].map(markOf)).toEqual([1, 1, 1, undefined]);
});

test('an end without anything in it makes a batch of the parts', () => {
  const { applier, markOf, foldedLater } = fixture();
  applier.begin(batchOf(0, 3, 1));
  applier.append([], state, 2);
  expect(foldedLater()).toEqual({ count: 3, hasJournal: false });
  expect(markOf(2)).toBe(1);
});

test('parts stay when the end finds no room, and count with the end that does', () => {
  const { environment, room, applier, markOf } = fixture();
  applier.append(batchOf(0, 3, 1), state, 2);
  applier.begin(batchOf(2, 3, 2));
  room.refusals = Number.POSITIVE_INFINITY;
  expect(() => applier.append(batchOf(5, 3, 3), state, 3)).toThrow(/no space left/);
  // what was in the journal has moved to make room; the parts have no place in the tables yet
  expect([0, 1, 2, 3].map(markOf)).toEqual([1, 1, 1, undefined]);
  room.refusals = 0;
  applier.append(batchOf(5, 3, 3), state, 4);
  applier.foldAll();
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(markOf)).toEqual([1, 1, 2, 2, 2, 3, 3, 3]);
  expect(hasJournal(environment)).toBe(false);
});

test('what is folded while a batch has no end is only what was before it', () => {
  const { applier, markOf } = fixture();
  applier.append(batchOf(0, 3, 1), state, 2);
  applier.begin(batchOf(2, 3, 2));
  applier.foldAll();
  expect(applier.settled).toBe(2);
  expect([0, 1, 2, 3].map(markOf)).toEqual([1, 1, 1, undefined]);
  applier.append(batchOf(5, 1, 3), state, 3);
  applier.foldAll();
  expect([2, 3, 4, 5].map(markOf)).toEqual([2, 2, 2, 3]);
});

test('a batch whose end goes straight into the tables brings its parts with it', () => {
  const { environment, applier, markOf, foldedLater } = fixture();
  applier.begin(batchOf(0, 3, 1));
  applier.apply(batchOf(2, 2, 2), state, 2);
  expect(applier.settled).toBe(2);
  expect([0, 1, 2, 3].map(markOf)).toEqual([1, 1, 2, 2]);
  expect(hasJournal(environment)).toBe(false);
  // nothing of them is left to come back behind what is newer
  applier.append(batchOf(0, 1, 3), state, 3);
  expect(foldedLater()).toEqual({ count: 4, hasJournal: false });
  expect(markOf(0)).toBe(3);
});

test('a limit of the store takes batches as a whole alone', () => {
  const { applier, foldedLater } = fixture();
  applier.setMaxStoreBytes(64 * 1024);
  expect(() => applier.begin(batchOf(0, 3, 1))).toThrow(/as a whole/);
  expect(foldedLater()).toEqual({ count: 0, hasJournal: false });
});
