// Stores of every form that was ever released, as they were written then (fixtures/store-form-N, made by `makeStore` of
// tools/tool-stores.ts as it was in the version of that form): they open, all of it is there, and the tools take them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { BatchBuilder } from './batch.js';
import { openTables } from './store-environment.js';
import { storeFormat } from './store-format.js';
import { idOfKey } from './store-keys.js';
import { ask, call, testDirectory } from './test-stores.js';
import { backupStore } from './tools/backup-store.js';
import { checkStore } from './tools/check-store.js';
import { compactStore } from './tools/compact-store.js';
import { salvageSource } from './tools/salvage.js';
import { dumpOf, engineIn, linesOf, plain, restore, wallStartMs } from './tools/tool-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return directory.path;
}

function storeOfForm(form: number): string {
  const directory = path.join(folder(), 'data');
  mkdirSync(directory);
  for (const name of ['sessions.mdb', 'keys.mdb']) {
    const packed = fileURLToPath(new URL(`../../../fixtures/store-form-${form}/${name}.gz`, import.meta.url));
    writeFileSync(path.join(directory, name), gunzipSync(readFileSync(packed)));
  }
  return directory;
}

/** When it was closed: `makeStore` lets so much time pass. */
const closedAtMs = wallStartMs + 2200;

describe.each([1, 2, 3])('a store of form %i', (form) => {
  test('opens with all that was in it', async () => {
    const engine = engineIn(storeOfForm(form), new ManualClock(closedAtMs + 1000));
    await engine.start();
    cleanups.push(() => engine.close());
    const of = async (...words: Parameters<typeof call>[1]) => plain(await call(engine, words));
    expect(await of('COUNT')).toBe(8);
    expect(engine.statistics().subSessions).toBe(2);
    expect(await of('CTL', 'plain', 'TTL')).toBe(1440 - 1);
    expect(await of('CTL', 'bare', 'TTL')).toBe(-1);
    expect(await of('CTL', 'plain', 'LOCK')).toBe(600_000 - 1700);
    expect(await of('CTL', 'parent/one', 'LOCK')).toBe(120_000 - 1700);
    expect(await call(engine, ['SLOCK', 'reserved', 'CREATE'])).toMatchObject({ code: 'LOCKED' });
    expect(await call(engine, ['CTL', 'empty', 'LOCK'])).toBe(0);
    expect(await of('SUBLIST', 'parent')).toEqual(['two', 'one']);
    expect(await of('TIMEOUT', 'parent/two')).toBe(1000);
    expect(await of('DATAGET', 'plain')).toBe('text "quoted"\n');
    expect(await of('GETALL', 'plain')).toEqual([
      ['user', 'ada'],
      ['b', 'x'.repeat(300)],
    ]);
    expect(await of('DATAGET', Buffer.from([0x69, 0xff]))).toBe('\x00\xff\n\r\xc3(');
    expect(await of('DATAGET', 'huge')).toHaveLength(80_000);
    expect(await of('DATAGET', 'large')).toBe('given back');
    expect(await of('GETALL', 'globals')).toEqual([['hits', '9']]);
    expect(await of('FIND', 'user', 'ada')).toHaveLength(2);
    expect(await of('FIND', 'user', 'bob')).toEqual(['parent/two']);
  });

  test('is left alone by tools that read, which see all of it', async () => {
    const directory = storeOfForm(form);
    const before = readFileSync(path.join(directory, 'sessions.mdb'));
    const { findings, counts } = await checkStore({ directory });
    expect(findings).toEqual([]);
    expect(counts).toMatchObject({ sessions: 8, subSessions: 2, reserved: 1, searchedNames: 2 });
    const lines = await dumpOf(directory);
    expect(lines).toHaveLength(12);
    expect(await linesOf(await salvageSource({ directory }))).toEqual(lines);
    const copy = path.join(folder(), 'copy');
    await backupStore({ directory, to: copy });
    expect(await dumpOf(copy)).toEqual(lines);
    expect(readFileSync(path.join(directory, 'sessions.mdb')).equals(before)).toBe(true);
    const again = path.join(folder(), 'again');
    await restore(lines, { directory: again });
    expect(await dumpOf(again)).toEqual(lines);
    await compactStore({ directory: copy });
    expect(await dumpOf(copy)).toEqual(lines);
  });

  test('once opened is of the form of today', async () => {
    const directory = storeOfForm(form);
    const engine = createEmbeddedEngine({
      store: { directory, durability: 'always' },
      clock: new ManualClock(closedAtMs),
    });
    await engine.start();
    await ask(engine, 'CREATE', 'new');
    await engine.close();
    const environment = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true, isReadOnly: true });
    cleanups.push(() => environment.root.close());
    expect(environment.meta.get('format')).toBe(storeFormat);
    expect((await checkStore({ directory })).findings).toEqual([]);
  });
});

test('what a process of form 2 left in the journal is taken, though its batches have no checksums', async () => {
  const directory = storeOfForm(2);
  const environment = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true });
  const keyOf = (id: string) => [...environment.families.getKeys({})].find((key) => String(idOfKey(key)) === id);
  const huge = keyOf('huge') as Buffer;
  const batch = new BatchBuilder();
  batch.remove(keyOf('bare') as Buffer, 0);
  batch.beginPut(huge, 0);
  batch.writer.bytes(environment.families.get(huge) as Buffer);
  batch.endPut(false);
  batch.remove(keyOf('empty') as Buffer, 0);
  environment.families.removeSync(huge);
  environment.journal.putSync(1, Buffer.from(batch.writer.written));
  await environment.root.close();
  const before = await linesOf(await salvageSource({ directory }));
  const engine = engineIn(directory, new ManualClock(closedAtMs + 1000));
  await engine.start();
  cleanups.push(() => engine.close());
  expect(plain(await call(engine, ['COUNT']))).toBe(6);
  expect(plain(await call(engine, ['DATAGET', 'huge']))).toHaveLength(80_000);
  expect(plain(await call(engine, ['CTL', 'bare', 'EXIST']))).toBe(0);
  expect(before.filter((line) => line.includes('"bare"'))).toEqual([]);
  expect(before.filter((line) => line.includes('"huge"'))).toHaveLength(1);
});

test('tools refuse a store of a later form by its number', async () => {
  const directory = storeOfForm(1);
  const environment = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true });
  environment.meta.putSync('format', storeFormat + 1);
  await environment.root.close();
  await expect(checkStore({ directory })).rejects.toThrow(`has the form ${storeFormat + 1} of a later version`);
  await expect(dumpOf(directory)).rejects.toThrow(`has the form ${storeFormat + 1} of a later version`);
});
