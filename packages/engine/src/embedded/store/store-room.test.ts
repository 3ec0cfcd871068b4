// Room is taken ahead of LMDB, from the end of the file on, and never where LMDB has pages.
import { readFileSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type StoreEnvironment } from './store-environment.js';
import { pageBytes, StoreRoom } from './store-room.js';
import { type TestDirectory, testDirectory } from './test-stores.js';

let directory: TestDirectory;
let file: string;
let environment: StoreEnvironment;

beforeEach(async () => {
  directory = testDirectory();
  file = path.join(directory.path, 'sessions.mdb');
  environment = await openStore({ file, isSynced: true });
});

afterEach(async () => {
  await environment.root.close();
  directory.remove();
});

/** Room on a disk that is never said to have plenty. */
function scarceRoom(): StoreRoom {
  return new StoreRoom(environment.root, file, () => 0, Number.POSITIVE_INFINITY);
}

function lastPage(): number {
  return (environment.root.getStats() as { lastPageNumber: number }).lastPageNumber;
}

test('a transaction of so many pages finds them behind the last page in use', () => {
  expect(scarceRoom().take({ pages: 1000, pagesInRuns: 0 })).toBe(true);
  expect(statSync(file).size).toBeGreaterThanOrEqual((lastPage() + 1 + 1000) * pageBytes);
  const before = statSync(file).size;
  environment.families.putSync(Buffer.from('key'), Buffer.alloc(900 * pageBytes, 7));
  // what was taken is used, and the file is no longer for it
  expect(lastPage()).toBeGreaterThan(900);
  expect(statSync(file).size).toBe(before);
});

test('what LMDB wrote is not touched', () => {
  const value = Buffer.alloc(100 * pageBytes, 7);
  const room = scarceRoom();
  for (let i = 0; i < 20; i++) {
    expect(room.take({ pages: 110, pagesInRuns: 101 })).toBe(true);
    environment.families.putSync(Buffer.from(`key ${i}`), value);
  }
  // another view of the file, which knows nothing of how long it is
  const late = scarceRoom();
  expect(late.take({ pages: 5000, pagesInRuns: 5000 })).toBe(true);
  for (let i = 0; i < 20; i++) expect(environment.families.get(Buffer.from(`key ${i}`))?.equals(value)).toBe(true);
});

test('a file that was cut to its pages in use gets its room again', () => {
  truncateSync(file, (lastPage() + 1) * pageBytes);
  const used = readFileSync(file);
  const room = scarceRoom();
  expect(room.take({ pages: 10, pagesInRuns: 0 })).toBe(true);
  const now = readFileSync(file);
  expect(now.subarray(0, used.length).equals(used)).toBe(true);
  expect(now.length).toBeGreaterThan(used.length);
});

test('where the disk has plenty the file stays as it is', () => {
  const before = statSync(file).size;
  expect(new StoreRoom(environment.root, file, () => 0, 0).take({ pages: 1000, pagesInRuns: 0 })).toBe(true);
  expect(statSync(file).size).toBe(before);
});
