// What is saved of a damaged store: everything that its damage did not touch, said with what is missing.
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../../conformance/index.js';
import { ask, testDirectory } from '../test-stores.js';
import { checkStore } from './check-store.js';
import { type SalvageReport, salvageSource } from './salvage.js';
import { dumpOf, engineIn, linesOf, makeStore, restore, sorted, wallStartMs } from './tool-stores.js';

const cleanups: (() => unknown)[] = [];
const pageBytes = 4096;

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return directory.path;
}

/** A store of many sessions whose tree has branches. */
async function manySessions(directory: string): Promise<void> {
  const engine = engineIn(directory, new ManualClock(wallStartMs));
  await engine.start();
  for (let i = 0; i < 400; i++) await ask(engine, 'DATASET', `s${i}`, `data of ${i} `.repeat(20), 'VARS', 1, 'n', i);
  await engine.close();
}

async function salvaged(directory: string): Promise<{ lines: string[]; report: SalvageReport }> {
  const source = await salvageSource({ directory });
  const lines = await linesOf(source);
  return { lines: sorted(lines), report: source.report };
}

function overwrite(file: string, page: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, page * pageBytes, (page + 1) * pageBytes);
  writeFileSync(file, bytes);
}

test('of a sound store everything is saved, and nothing is said to be missing', async () => {
  const directory = folder();
  await makeStore(directory);
  const { lines, report } = await salvaged(directory);
  expect(lines).toEqual(sorted(await dumpOf(directory)));
  expect(report).toEqual({ lostPages: 0, lostRecords: 0, strays: 0, notes: [] });
});

test('with any page overwritten, what is saved is what was there, and what is not is counted', async () => {
  const directory = folder();
  await manySessions(directory);
  const file = path.join(directory, 'sessions.mdb');
  const whole = readFileSync(file);
  const sessions = new Set((await dumpOf(directory)).slice(1, -1));
  for (let page = 0; page * pageBytes < whole.length; page++) {
    writeFileSync(file, whole);
    overwrite(file, page);
    const { lines, report } = await salvaged(directory);
    const saved = lines.slice(1, -1);
    expect(saved.length, `page ${page}`).toBeGreaterThan(370);
    const isEverything = saved.length === sessions.size && report.lostPages + report.lostRecords === 0;
    expect(isEverything || report.lostPages + report.lostRecords + report.notes.length > 0, `page ${page}`).toBe(true);
    // without facts about the store, or those of its last change, times are near those that were
    if (report.notes.length === 0) for (const line of saved) expect(sessions.has(line) || report.strays > 0).toBe(true);
    await restore(lines, { directory: path.join(folder(), 'new') });
  }
}, 120_000);

test('of a file that is cut off its part is saved, and makes a store', async () => {
  const directory = folder();
  await manySessions(directory);
  const file = path.join(directory, 'sessions.mdb');
  truncateSync(file, Math.floor(readFileSync(file).length * 0.75));
  rmSync(path.join(directory, 'keys.mdb'));
  const { lines, report } = await salvaged(directory);
  const saved = lines.length - 2;
  expect(saved).toBeGreaterThan(50);
  expect(report.notes.join()).toContain('the ceiling of keys cannot be read');
  const again = path.join(folder(), 'new');
  await restore(lines, { directory: again });
  const engine = engineIn(again, new ManualClock(wallStartMs));
  await engine.start();
  cleanups.push(() => engine.close());
  // but `globals`, which may be lost
  expect(Number(await ask(engine, 'COUNT'))).toBeGreaterThanOrEqual(saved - 1);
  for (const id of (await ask(engine, 'LIST')) as Buffer[])
    expect(String(await ask(engine, 'DATAGET', id))).toBe(`data of ${String(id).slice(1)} `.repeat(20));
  expect(await ask(engine, 'SLOCK', 'new', 'CREATE')).toBeGreaterThan(Date.now() * 1000);
});

test('of a store whose engine was killed everything is saved that was on disk, changes and ends too', async () => {
  const directory = folder();
  const clock = new ManualClock(wallStartMs);
  const engine = engineIn(directory, clock, { durability: 'interval' });
  await engine.start();
  cleanups.push(() => engine.close());
  // by the interval, so that what is on disk may be in the journal alone
  const written = async () => {
    const { batchesWritten } = engine.statistics().more;
    clock.advance(1000);
    while (engine.statistics().more.batchesWritten === batchesWritten)
      await new Promise((resolve) => setImmediate(resolve));
  };
  for (let i = 0; i < 50; i++) await ask(engine, 'DATASET', `s${i}`, 'first');
  await written();
  for (let i = 0; i < 10; i++) await ask(engine, 'DATASET', `s${i}`, 'second');
  for (let i = 40; i < 50; i++) await ask(engine, 'DROP', `s${i}`);
  await written();
  // what a crash at this moment leaves
  const killed = folder();
  for (const file of ['sessions.mdb', 'keys.mdb']) cpSync(path.join(directory, file), path.join(killed, file));
  const { lines, report } = await salvaged(killed);
  expect(report).toEqual({ lostPages: 0, lostRecords: 0, strays: 0, notes: [] });
  expect(lines.filter((line) => line.includes('"second"'))).toHaveLength(10);
  expect(lines.filter((line) => line.includes('"first"'))).toHaveLength(30);
  expect(lines).toEqual(sorted(await dumpOf(killed)));
  const { findings } = await checkStore({ directory: killed });
  expect(findings).toEqual([]);
});

test('is refused while an engine has the store', async () => {
  const directory = folder();
  const engine = engineIn(directory, new ManualClock());
  await engine.start();
  cleanups.push(() => engine.close());
  await expect(salvageSource({ directory })).rejects.toThrow(/in use by process \d+: stop that one/);
});
