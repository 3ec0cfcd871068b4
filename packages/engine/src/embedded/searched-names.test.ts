// Only so many names are indexed at a time; which ones they are must show in nothing but figures.
import type { ReplyValue } from '@msession/protocol';
import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../conformance/index.js';
import type { Engine } from '../engine.js';
import { createEmbeddedEngine } from './embedded-engine.js';
import { openTables, type StoreEnvironment } from './store/store-environment.js';
import { ask, call, testDirectory } from './store/test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(options: {
  readonly names: number;
  readonly clock?: ManualClock;
  readonly directory?: string;
  readonly hotMemoryBytes?: number;
}): Promise<Engine> {
  const { names, clock = new ManualClock(), directory, hotMemoryBytes = 1 } = options;
  const store = directory === undefined ? {} : { store: { directory, durability: 'always' as const, hotMemoryBytes } };
  const engine = createEmbeddedEngine({ clock, limits: { maxSearchedNames: names }, ...store });
  await engine.start();
  cleanups.push(() => engine.close());
  return engine;
}

function folder(): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return directory.path;
}

const ids = (value: ReplyValue) => (value as Buffer[]).map(String);
const indexed = (engine: Engine) => engine.statistics().indexedNames;

for (const kind of ['in memory', 'on disk'] as const) {
  test(`searches by more names than are indexed find what is there, ${kind}`, async () => {
    const engine = await started({ names: 2, ...(kind === 'on disk' ? { directory: folder() } : {}) });
    for (let i = 0; i < 30; i++)
      await ask(engine, 'DATASET', `s${i}`, 'd', 'VARS', 3, 'a', i % 2, 'b', i % 3, 'c', i % 5);
    for (let round = 0; round < 3; round++) {
      for (const [name, count] of [
        ['a', 2],
        ['b', 3],
        ['c', 5],
      ] as const)
        for (let value = 0; value < count; value++) {
          const expected = Array.from({ length: 30 }, (_, i) => i).filter((i) => i % count === value);
          expect(ids(await call(engine, ['FIND', name, value]))).toEqual(expected.map((i) => `s${i}`));
        }
      expect(indexed(engine)).toBe(2);
      // changes of what is indexed now, and of what is not
      await ask(engine, 'SETVAL', 's4', 'a', 'x', 'b', 'y', 'c', 'z');
      for (const [name, value] of [
        ['c', 'z'],
        ['a', 'x'],
        ['b', 'y'],
      ] as const)
        expect(ids(await call(engine, ['FIND', name, value]))).toEqual(['s4']);
      await ask(engine, 'SETVAL', 's4', 'a', 0, 'b', 1, 'c', 4);
    }
  });

  test(`many first searches at once are all answered, ${kind}`, async () => {
    const engine = await started({ names: 1, ...(kind === 'on disk' ? { directory: folder() } : {}) });
    for (let i = 0; i < 12; i++) await ask(engine, 'DATASET', `s${i}`, 'd', 'VARS', 1, `n${i}`, 'v');
    const searches = Array.from({ length: 24 }, (_, i) => call(engine, ['FIND', `n${i % 12}`, 'v']));
    expect((await Promise.all(searches)).map(ids)).toEqual(Array.from({ length: 24 }, (_, i) => [`s${i % 12}`]));
    expect(indexed(engine)).toBe(1);
  });
}

test('memory of names that were given up is given back', async () => {
  const clock = new ManualClock();
  const engine = await started({ names: 2, clock });
  for (let i = 0; i < 50; i++) await ask(engine, 'DATASET', `s${i}`, 'd', 'VARS', 2, 'a', i, 'b', 'same');
  for (const name of ['x', 'y', 'x', 'y']) await ask(engine, 'FIND', name, '1');
  const used = () => engine.statistics().more.slabUsedBytes;
  const before = used();
  for (const name of ['a', 'b']) await ask(engine, 'LISTVAR', name);
  expect(used()).toBeGreaterThan(Number(before));
  for (const name of ['x', 'y']) await ask(engine, 'FIND', name, '1');
  // one ends while what it had in the index is being given back
  await ask(engine, 'DROP', 's7');
  await ask(engine, 'DATASET', 's7', 'd', 'VARS', 2, 'a', 7, 'b', 'same');
  clock.advance(1);
  expect(used()).toBe(before);
});

test('a lower limit holds from the next new name on', async () => {
  const engine = await started({ names: 5 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await ask(engine, 'FIND', name, '1');
  engine.limits.maxSearchedNames = 2;
  await ask(engine, 'FIND', 'e', '1');
  expect(indexed(engine)).toBe(5);
  await ask(engine, 'FIND', 'f', '1');
  expect(indexed(engine)).toBe(2);
});

test('on disk are the names searched last, with their postings alone', async () => {
  const directory = folder();
  const engine = await started({ names: 2, directory });
  for (let i = 0; i < 40; i++) await ask(engine, 'DATASET', `s${i}`, 'd', 'VARS', 3, 'a', i, 'b', i, 'c', i);
  for (const name of ['a', 'b', 'a', 'c']) await ask(engine, 'LISTVAR', name);
  await engine.close();
  const environment: StoreEnvironment = openTables({ file: `${directory}/sessions.mdb`, isSynced: true });
  const names = [...environment.names.getRange({})].map(({ value }) => value);
  const postings = [...environment.postings.getKeys({})].map((key) => key.readUInt32BE(0));
  await environment.root.close();
  expect(names.map(({ name }) => name).sort()).toEqual(['a', 'c']);
  expect(names.every(({ isComplete }) => isComplete)).toBe(true);
  expect(postings).toHaveLength(80);
  expect(new Set(postings)).toEqual(new Set(names.map(({ number }) => number)));

  const again = await started({ names: 2, directory });
  expect(indexed(again)).toBe(2);
  for (const name of ['c', 'b', 'a']) expect(ids(await call(again, ['FIND', name, 17]))).toEqual(['s17']);
});

test('a name that is given up while it is indexed on disk leaves nothing there', async () => {
  const directory = folder();
  const engine = await started({ names: 1, directory, hotMemoryBytes: 64 * 1024 * 1024 });
  for (let i = 0; i < 40; i++) await ask(engine, 'DATASET', `s${i}`, 'd', 'VARS', 3, 'a', i, 'b', i, 'c', i);
  // all are in memory, so each is answered at once, while the disk still has to do with those before
  const found = ['a', 'b', 'c', 'a'].map((name) => call(engine, ['FIND', name, 17]));
  for (const reply of found) expect(ids(await reply)).toEqual(['s17']);
  // jobs of the disk take turns with these, one each
  for (let i = 0; i < 20; i++) {
    await ask(engine, 'SETVAL', `s${i}`, 'other', i);
    await ask(engine, 'SERIALIZE');
  }
  await engine.close();
  const environment: StoreEnvironment = openTables({ file: `${directory}/sessions.mdb`, isSynced: true });
  const names = [...environment.names.getRange({})].map(({ value }) => value);
  const postings = environment.postings.getStats() as { entryCount: number };
  await environment.root.close();
  expect(names).toEqual([expect.objectContaining({ name: 'a', isComplete: true })]);
  expect(postings.entryCount).toBe(40);
});
