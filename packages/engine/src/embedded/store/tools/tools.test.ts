// The store's tools through what they promise: what is dumped and restored is what was there, a backup is a store, a check
// finds what is wrong, and nothing half done is ever left.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'lmdb';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../../conformance/index.js';
import { readDump } from '../../../dump/read-dump.js';
import { transfer } from '../../../dump/session-stream.js';
import type { Engine } from '../../../engine.js';
import { openTables, type StoreEnvironment } from '../store-environment.js';
import { postingBound } from '../store-keys.js';
import { ask, call, serialize, testDirectory } from '../test-stores.js';
import { backupStore } from './backup-store.js';
import { checkStore } from './check-store.js';
import { compactStore } from './compact-store.js';
import { storeSource } from './store-source.js';
import { storeTarget } from './store-target.js';
import { dumpOf, engineIn, filesIn, input, linesOf, makeStore, restore, seen, wallStartMs } from './tool-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return directory.path;
}

async function started(directory: string, clock: ManualClock): Promise<Engine> {
  const engine = engineIn(directory, clock);
  await engine.start();
  cleanups.push(() => engine.close().catch(() => undefined));
  return engine;
}

describe('dump and restore', () => {
  test('what is restored is what was dumped, to the last line', async () => {
    const directory = folder();
    await makeStore(directory);
    const lines = await dumpOf(directory);
    const again = path.join(folder(), 'new');
    await restore(lines, { directory: again });
    expect(await dumpOf(again)).toEqual(lines);
    expect((await checkStore({ directory: again })).findings).toEqual([]);
  });

  test('a restored store answers as the original does', async () => {
    const directory = folder();
    const clock = await makeStore(directory);
    const again = folder();
    await restore(await dumpOf(directory), { directory: again });
    const original = await started(directory, new ManualClock(clock.wallMs() + 5000));
    const restored = await started(again, new ManualClock(clock.wallMs() + 5000));
    expect(await seen(restored)).toEqual(await seen(original));
  });

  test('keys go on above those that the original gave out', async () => {
    const directory = folder();
    const engine = await started(directory, new ManualClock(wallStartMs));
    const key = Number(await ask(engine, 'SLOCK', 'n', 'CREATE'));
    await engine.close();
    const again = folder();
    await restore(await dumpOf(directory), { directory: again });
    const restored = await started(again, new ManualClock(wallStartMs - 86_400_000));
    expect(await ask(restored, 'SLOCK', 'm', 'CREATE')).toBeGreaterThan(key);
  });

  test('a lock that stood stands, its key works, and what was bound is free', async () => {
    const directory = folder();
    const clock = new ManualClock(wallStartMs);
    const engine = await started(directory, clock);
    await ask(engine, 'CREATE', 's');
    const key = await ask(engine, 'SLOCK', 's', 'LEASE', 60_000);
    await ask(engine, 'CREATE', 't');
    await ask(engine, 'SLOCK', 't', 'LEASE', 60_000, 'BIND');
    await engine.close();
    const again = folder();
    await restore(await dumpOf(directory), { directory: again });
    const restored = await started(again, new ManualClock(wallStartMs + 10_000));
    expect(await ask(restored, 'CTL', 's', 'LOCK')).toBe(50_000);
    expect(await call(restored, ['SLOCK', 's'])).toMatchObject({ code: 'LOCKED' });
    expect(await ask(restored, 'SUNLOCK', 's', Number(key), 'DATA', 'x')).toBe(1);
    expect(await ask(restored, 'CTL', 't', 'LOCK')).toBe(0);
  });

  test('a SUNLOCK whose reply was lost before the dump may be asked again', async () => {
    const directory = folder();
    const engine = await started(directory, new ManualClock(wallStartMs));
    await ask(engine, 'CREATE', 's');
    const key = Number(await ask(engine, 'SLOCK', 's'));
    await ask(engine, 'SUNLOCK', 's', key, 'DATA', 'kept');
    await engine.close();
    const again = folder();
    await restore(await dumpOf(directory), { directory: again });
    const restored = await started(again, new ManualClock(wallStartMs));
    expect(await ask(restored, 'SUNLOCK', 's', key, 'DATA', 'kept')).toBe(1);
    expect(await call(restored, ['SUNLOCK', 's', key, 'DATA', 'other'])).toMatchObject({ code: 'NOWLOCK' });
  });

  test('time that passed since the dump counts, unless it is to stand', async () => {
    const directory = folder();
    const engine = await started(directory, new ManualClock(wallStartMs));
    await ask(engine, 'CREATE', 'short', 'TIMEOUT', 60);
    await ask(engine, 'CREATE', 'long', 'TIMEOUT', 3600);
    await engine.close();
    const lines = await dumpOf(directory);
    const passed = folder();
    await restore(lines, { directory: passed });
    const later = await started(passed, new ManualClock(wallStartMs + 600_000));
    expect(await ask(later, 'LIST')).toEqual([Buffer.from('long')]);
    expect(await ask(later, 'CTL', 'long', 'TTL')).toBe(3000);
    const stood = folder();
    await restore(lines, { directory: stood, meanwhile: 'stands' });
    const resumed = await started(stood, new ManualClock(Date.now()));
    expect(await ask(resumed, 'COUNT')).toBe(2);
    expect(await ask(resumed, 'CTL', 'long', 'TTL')).toBeGreaterThan(3590);
  });

  test('beside a running engine a dump is of its last batch, and the engine goes on', async () => {
    const directory = folder();
    const engine = await started(directory, new ManualClock(wallStartMs));
    for (let i = 0; i < 50; i++) await ask(engine, 'DATASET', `s${i}`, `data ${i}`);
    const scratch = folder();
    const source = await storeSource({ directory, scratch });
    const copied = filesIn(scratch);
    const reading = linesOf(source);
    await ask(engine, 'DATASET', 'late', 'x');
    const lines = await reading;
    expect(copied).toHaveLength(1);
    expect(filesIn(scratch)).toEqual([]);
    expect(lines).toHaveLength(53);
    expect(lines.some((line) => line.includes('"late"'))).toBe(false);
    expect(await ask(engine, 'COUNT')).toBe(51);
  });

  test('a store is made in an empty directory only', async () => {
    const directory = folder();
    await makeStore(directory);
    const lines = await dumpOf(directory);
    const before = readFileSync(path.join(directory, 'sessions.mdb'));
    await expect(restore(lines, { directory })).rejects.toThrow(/is not empty \(it has keys\.mdb\)/);
    expect(readFileSync(path.join(directory, 'sessions.mdb')).equals(before)).toBe(true);
    const file = path.join(folder(), 'file');
    writeFileSync(file, '');
    await expect(restore(lines, { directory: file })).rejects.toThrow(/is no directory/);
  });

  test.each([
    ['in a directory that was there', (parent: string) => parent],
    ['in one that was made', (parent: string) => path.join(parent, 'a', 'b')],
  ])('a dump that turns out to be wrong leaves nothing %s', async (_where, target) => {
    const directory = folder();
    await makeStore(directory);
    const lines = await dumpOf(directory);
    const parent = folder();
    const to = target(parent);
    await expect(
      restore([...lines.slice(0, -1), '{"id":3}', lines.at(-1) as string], { directory: to }),
    ).rejects.toThrow(`line ${lines.length}: field id is a number`);
    expect(filesIn(parent)).toEqual([]);
    expect(existsSync(to)).toBe(to === parent);
  });

  test('an id that comes twice is refused by its line', async () => {
    const directory = folder();
    await makeStore(directory);
    const lines = await dumpOf(directory);
    const twice = [...lines.slice(0, -1), lines[3] as string, `{"end":"msession","lines":${lines.length - 1}}`];
    await expect(restore(twice, { directory: folder() })).rejects.toThrow(
      `line ${lines.length}: field id is that of an earlier session`,
    );
  });

  test('a restore that is called off leaves nothing', async () => {
    const directory = folder();
    await makeStore(directory);
    const lines = await dumpOf(directory);
    const to = folder();
    const source = await readDump(input(lines.join('\n')));
    const calledOff = new AbortController();
    calledOff.abort(new Error('called off'));
    await expect(transfer(source, storeTarget({ directory: to }), { signal: calledOff.signal })).rejects.toThrow(
      'called off',
    );
    expect(filesIn(to)).toEqual([]);
  });

  test('there must be a store to dump', async () => {
    await expect(storeSource({ directory: path.join(folder(), 'none') })).rejects.toThrow(/there is no directory/);
    await expect(storeSource({ directory: folder() })).rejects.toThrow(
      /there is no store in .*: it has no sessions\.mdb/,
    );
  });
});

describe('a backup', () => {
  test('beside a running engine is a store of one moment, with what was durable', async () => {
    const directory = folder();
    const clock = new ManualClock(wallStartMs);
    const engine = await started(directory, clock);
    for (let i = 0; i < 200; i++) await ask(engine, 'DATASET', `s${i}`, 'first');
    const to = path.join(folder(), 'backup');
    const copying = backupStore({ directory, to });
    for (let i = 0; i < 200; i++) await ask(engine, 'DATASET', `s${i}`, 'second');
    expect(await copying).toEqual({ holder: process.pid });
    expect(filesIn(to)).toEqual(['keys.mdb', 'sessions.mdb']);
    expect((await checkStore({ directory: to })).findings).toEqual([]);
    const copy = await started(to, clock);
    const found = new Set<string>();
    for (let i = 0; i < 200; i++) found.add(String(await ask(copy, 'DATAGET', `s${i}`)));
    expect(await ask(copy, 'COUNT')).toBe(200);
    expect([...found].every((data) => data === 'first' || data === 'second')).toBe(true);
    expect(Number(await ask(copy, 'SLOCK', 's1'))).toBeGreaterThan(Number(await ask(copy, 'CTL', 's1', 'REV')));
  });

  test('stands in an empty directory only, and not in its own place', async () => {
    const directory = folder();
    await makeStore(directory);
    const taken = folder();
    writeFileSync(path.join(taken, 'mine'), '');
    await expect(backupStore({ directory, to: taken })).rejects.toThrow(/is not empty \(it has mine\)/);
    await expect(backupStore({ directory, to: directory })).rejects.toThrow(/in its own place/);
    expect(filesIn(taken)).toEqual(['mine']);
  });
});

describe('compacting', () => {
  test('gives back room and keeps everything', async () => {
    const directory = folder();
    const clock = await makeStore(directory);
    const engine = await started(directory, clock);
    for (let i = 0; i < 300; i++) await ask(engine, 'DATASET', `big${i}`, Buffer.alloc(20_000, i));
    await serialize(engine);
    for (let i = 0; i < 300; i++) await ask(engine, 'DROP', `big${i}`);
    await engine.close();
    const lines = await dumpOf(directory);
    const { bytesBefore, bytesAfter } = await compactStore({ directory });
    expect(bytesBefore).toBeGreaterThan(5_000_000);
    expect(bytesAfter).toBeLessThan(1_000_000);
    expect(statSync(path.join(directory, 'sessions.mdb')).size).toBe(bytesAfter);
    expect(await dumpOf(directory)).toEqual(lines);
    expect((await checkStore({ directory })).findings).toEqual([]);
    expect(filesIn(directory)).toEqual(['keys.mdb', 'sessions.mdb']);
  });

  test('is refused while an engine has the store', async () => {
    const directory = folder();
    await started(directory, new ManualClock());
    await expect(compactStore({ directory })).rejects.toThrow(/in use by process \d+: .* stop the daemon first/);
  });
});

function firstOf(table: Database<Buffer, Buffer>): { readonly key: Buffer; readonly value: Buffer } {
  for (const entry of table.getRange({ limit: 1 })) return entry;
  throw new Error('the table is empty');
}

describe('a check', () => {
  test('of a sound store finds nothing and counts what is there', async () => {
    const directory = folder();
    await makeStore(directory);
    expect(await checkStore({ directory })).toMatchObject({
      isSound: true,
      findingCount: 0,
      holder: undefined,
      counts: { sessions: 8, subSessions: 2, reserved: 1, searchedNames: 2 },
    });
  });

  test('beside a running engine looks at its last batch', async () => {
    const directory = folder();
    const engine = await started(directory, new ManualClock());
    await ask(engine, 'CREATE', 's');
    expect(await checkStore({ directory })).toMatchObject({
      isSound: true,
      holder: process.pid,
      counts: { sessions: 1 },
    });
  });

  const damages: [string, (tables: StoreEnvironment) => void, RegExp][] = [
    [
      'a record that was changed',
      ({ families }) => {
        const { key, value } = firstOf(families);
        const record = Buffer.from(value);
        record[30] = (record[30] as number) ^ 1;
        families.putSync(key, record);
      },
      /does not match its checksum/,
    ],
    [
      'a record in the place of another',
      ({ families }) => {
        const { key, value } = firstOf(families);
        families.putSync(Buffer.concat([Buffer.from([0, 0, 0, 0]), key.subarray(4)]), value);
      },
      /stands in another place than that of its id/,
    ],
    [
      'a deadline that is missing',
      ({ deadlines }) => deadlines.removeSync(firstOf(deadlines).key),
      /its deadline is not among the deadlines/,
    ],
    [
      'a deadline of nobody',
      ({ deadlines }) => {
        deadlines.putSync(Buffer.concat([firstOf(deadlines).key, Buffer.from('x')]), Buffer.of(1));
      },
      /a deadline at second \d+ is of no session/,
    ],
    ['a lock that is missing', ({ locked }) => locked.clearSync(), /its lock is not among the locks/],
    [
      'a lock of nobody',
      ({ locked }) => locked.putSync(Buffer.from('xxxxnobody'), Buffer.of(1)),
      /an entry among the locks is of no session/,
    ],
    [
      'a posting that is missing',
      ({ postings }) => postings.removeSync(firstOf(postings).key),
      /a search for its variable ".*" would miss it/,
    ],
    [
      'a posting of nobody',
      ({ postings }) => postings.putSync(Buffer.concat([postingBound(0, 1), Buffer.from('xxxxnobody')]), Buffer.of(1)),
      /a posting of the searched name ".*" is of no session/,
    ],
    [
      'a sum that is wrong',
      ({ meta }) => meta.putSync('state', { ...(meta.get('state') as object), usedBytes: 1 }),
      /the store says 1, which max-memory goes by/,
    ],
  ];

  test.each(damages)('finds %s', async (_what, damage, finding) => {
    const directory = folder();
    await makeStore(directory);
    const environment = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true });
    damage(environment);
    await environment.root.close();
    const { isSound, findings } = await checkStore({ directory });
    expect(isSound).toBe(false);
    expect(findings.join('\n')).toMatch(finding);
    expect(findings.join('\n')).not.toContain('plain');
  });

  test('finds a page that was overwritten, and does not map the file', async () => {
    const directory = folder();
    await makeStore(directory);
    const file = path.join(directory, 'sessions.mdb');
    const bytes = readFileSync(file);
    // the daemon makes it again; without it all pages are those of sessions
    rmSync(path.join(directory, 'keys.mdb'));
    const { counts } = await checkStore({ directory });
    const { root } = openTables({ file, isSynced: true, isReadOnly: true });
    const { lastPageNumber } = root.getStats() as { lastPageNumber: number };
    await root.close();
    let found = 0;
    for (let page = 2; page <= lastPageNumber; page++) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xa5, page * 4096, (page + 1) * 4096);
      writeFileSync(file, damaged);
      if ((await checkStore({ directory })).findings.length > 0) found++;
    }
    // of pages that are free nothing is to be said
    expect(found).toBe(counts.pages);
    expect(found).toBeGreaterThan(20);
  });
});
