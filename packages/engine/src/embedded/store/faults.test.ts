// What goes wrong with disks and directories: full, damaged, foreign, taken, read-only, of another version.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import type { Engine } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { openStore, openTables } from './store-environment.js';
import { migrate, storeFormat } from './store-format.js';
import { StoreFault, type StoreOptions } from './store-options.js';
import { ask, call, testDirectory } from './test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return directory.path;
}

function engineIn(directory: string, store: Partial<StoreOptions> = {}, clock = new ManualClock()): Engine {
  return createEmbeddedEngine({ clock, store: { directory, durability: 'always', ...store } });
}

async function started(...args: Parameters<typeof engineIn>): Promise<Engine> {
  const engine = engineIn(...args);
  await engine.start();
  cleanups.push(() => engine.close().catch(() => undefined));
  return engine;
}

/** A directory with some sessions in it, and nobody at it. */
async function filled(): Promise<string> {
  const directory = folder();
  const engine = engineIn(directory);
  await engine.start();
  for (let i = 0; i < 200; i++) await ask(engine, 'CREATE', `s${i}`, 'DATA', 'x'.repeat(i * 40));
  await engine.close();
  return directory;
}

async function refusal(directory: string, store: Partial<StoreOptions> = {}): Promise<string> {
  const engine = engineIn(directory, store);
  const error = await engine.start().then(
    () => undefined,
    (fault: unknown) => fault,
  );
  if (error === undefined) await engine.close();
  expect(error).toBeInstanceOf(StoreFault);
  return (error as StoreFault).message;
}

describe('a directory', () => {
  test('is made when it is missing, for its owner alone', async () => {
    const directory = path.join(folder(), 'a', 'b');
    await started(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('belongs to one engine at a time', async () => {
    const directory = folder();
    const engine = await started(directory);
    expect(await refusal(directory)).toContain(`is in use by process ${process.pid}`);
    await engine.close();
    await started(directory);
  });

  test('belongs to one process at a time, and is free when that was killed', async () => {
    const directory = folder();
    await (await started(directory)).close();
    // a process that lives and holds the lock, as its file says
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    cleanups.push(() => other.kill('SIGKILL'));
    writeFileSync(path.join(directory, 'lock'), JSON.stringify({ pid: other.pid, beganAt: beganAt(other.pid ?? 0) }));
    expect(await refusal(directory)).toContain(`is in use by process ${other.pid}`);
    const ended = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await ended;
    await started(directory);
  });

  test('is not held by another process that has the number of one that was killed', async () => {
    const directory = folder();
    writeFileSync(path.join(directory, 'lock'), JSON.stringify({ pid: process.ppid, beganAt: 'another boot 1' }));
    await started(directory);
  });

  test('with a lock file of no meaning is taken', async () => {
    const directory = folder();
    writeFileSync(path.join(directory, 'lock'), '');
    await started(directory);
  });

  test('that is a file is refused', async () => {
    const file = path.join(folder(), 'file');
    writeFileSync(file, 'x');
    expect(await refusal(file)).toContain(`cannot make the data directory ${file}`);
    const within = path.join(file, 'data');
    expect(await refusal(within)).toContain(`cannot make the data directory ${within}`);
  });

  test('that is missing is made with those above it, for its owner alone', async () => {
    const directory = path.join(folder(), 'a', 'b');
    await started(directory);
    expect([directory, path.dirname(directory)].map((each) => statSync(each).mode & 0o777)).toEqual([0o700, 0o700]);
  });
});

function beganAt(pid: number): string {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${fields[19]}`;
}

async function bytesInUse(file: string): Promise<number> {
  const { root } = openTables({ file, isSynced: true, isReadOnly: true });
  const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
  await root.close();
  return (lastPageNumber + 1) * pageSize;
}

describe('a damaged store', () => {
  test('cut off anywhere is refused by its name with the way out, or is whole; never half of it', async () => {
    const directory = await filled();
    const file = path.join(directory, 'sessions.mdb');
    // what is behind the last page in use is room, and nobody's loss
    const whole = readFileSync(file).subarray(0, await bytesInUse(file));
    const outcomes = { refused: 0, whole: 0 };
    for (let i = 0; i < 40; i++) {
      const at = i < 4 ? [0, 1, 4096, 8192][i] : Math.floor((whole.length * i) / 40);
      writeFileSync(file, whole.subarray(0, at));
      const engine = engineIn(directory);
      try {
        await engine.start();
        expect(await ask(engine, 'COUNT')).toBe(200);
        for (let j = 0; j < 200; j++) expect(String(await ask(engine, 'DATAGET', `s${j}`))).toHaveLength(j * 40);
        await engine.close();
        outcomes.whole++;
      } catch (error) {
        expect(error).toBeInstanceOf(StoreFault);
        expect((error as StoreFault).message).toContain('sessions.mdb is ');
        expect((error as StoreFault).message).toContain('put a backup');
        expect(statSync(file).size).toBe(at);
        outcomes.refused++;
      }
    }
    expect(outcomes.refused).toBeGreaterThan(30);
  });

  test('of other bytes is refused', async () => {
    const directory = folder();
    writeFileSync(path.join(directory, 'sessions.mdb'), Buffer.alloc(100_000, 'not a store '));
    expect(await refusal(directory)).toContain('is no session store of msession');
  });

  test('a file of keys that is damaged is refused: keys might repeat', async () => {
    const directory = await filled();
    truncateSync(path.join(directory, 'keys.mdb'), 5000);
    expect(await refusal(directory)).toContain('keys.mdb is damaged');
  });

  test('a file of keys that is gone is made again above all keys that were handed out', async () => {
    const directory = folder();
    const engine = engineIn(directory);
    await engine.start();
    const key = await ask(engine, 'SLOCK', 's', 'CREATE');
    await engine.close();
    rmSync(path.join(directory, 'keys.mdb'));
    const again = await started(directory, {}, new ManualClock(1_000_000_000_000));
    expect(await ask(again, 'SLOCK', 't', 'CREATE')).toBeGreaterThan(key as number);
  });

  test('a record that does not match its checksum is not taken for a session', async () => {
    const directory = await filled();
    const environment = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true });
    const first = [...environment.families.getRange({})].find(({ key }) => key.subarray(4).toString() === 's7');
    if (first === undefined) throw new Error('there are records');
    const record = Buffer.from(first.value);
    record[40] = (record[40] as number) ^ 1;
    environment.families.putSync(first.key, record);
    await environment.root.close();
    const engine = await started(directory);
    const id = Buffer.from(first.key.subarray(4));
    await expect(call(engine, ['DATAGET', id])).rejects.toThrow(/does not match its checksum/);
  });
});

describe('the form of the store', () => {
  test('of a later version is refused and left alone', async () => {
    const directory = await filled();
    const file = path.join(directory, 'sessions.mdb');
    const environment = openTables({ file, isSynced: true });
    environment.meta.putSync('format', storeFormat + 1);
    await environment.root.close();
    expect(await refusal(directory)).toContain(`has the form ${storeFormat + 1} of a later version`);
  });

  test('of no version is no store of ours', async () => {
    const directory = folder();
    const environment = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true });
    environment.meta.putSync('format', 'theirs');
    await environment.root.close();
    expect(await refusal(directory)).toContain('is no session store of msession');
  });

  test('of the first version is brought to that of today, with its locks', async () => {
    const directory = folder();
    const engine = engineIn(directory);
    await engine.start();
    await ask(engine, 'CREATE', 's');
    await ask(engine, 'SLOCK', 's', 'LEASE', 600_000);
    await engine.close();
    const environment = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true });
    environment.meta.putSync('format', 0);
    environment.locked.clearSync();
    await environment.root.close();
    const again = await started(directory);
    expect(await ask(again, 'LOCKS')).toHaveLength(1);
  });

  test('changes in one transaction: a step that fails leaves what was', async () => {
    const directory = await filled();
    const file = path.join(directory, 'sessions.mdb');
    const environment = await openStore({ file, isSynced: true });
    const steps = [
      ...Array.from({ length: storeFormat }, () => () => {}),
      () => {
        environment.meta.putSync('half', true);
        throw new Error('the step fails');
      },
    ];
    expect(() => migrate(environment, file, false, steps)).toThrow('the step fails');
    expect(environment.meta.get('format')).toBe(storeFormat);
    expect(environment.meta.get('half')).toBeUndefined();
    await environment.root.close();
  });
});

describe('a store that is full', () => {
  test('refuses writes with a clear message, answers reads, and recovers by itself when there is room', async () => {
    const notices: string[] = [];
    const clock = new ManualClock();
    const limits = { maxStoreBytes: 400_000, onNotice: (message: string) => notices.push(message) };
    const engine = await started(folder(), limits, clock);
    const write = (id: string) => call(engine, ['DATASET', id, Buffer.alloc(20_000, 1), 'TIMEOUT', 0]);
    let kept = 0;
    let failure: unknown;
    while (failure === undefined && kept < 100) {
      try {
        await write(`s${kept}`);
        kept++;
      } catch (error) {
        failure = error;
      }
    }
    // the write that found it full was not acknowledged
    expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
    expect(kept).toBeGreaterThan(5);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('max-store-size is 400000');
    // those that follow are refused before they change anything, reads go on
    expect(await call(engine, ['DATASET', 'late', 'x'])).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await call(engine, ['CTL', 'late', 'EXIST'])).toBe(0);
    expect(await call(engine, ['DATAGET', 's0'])).toHaveLength(20_000);
    expect(engine.health()).toMatchObject({ isReady: false });
    // room is made by dropping; the retry comes by itself
    for (let i = 0; i < 5; i++) {
      const collector = call(engine, ['DROP', `s${i}`]).catch(() => undefined);
      clock.advance(1000);
      await collector;
    }
    expect(engine.health()).toMatchObject({ isReady: true });
    expect(await write('again')).toBe('OK');
    expect(notices).toHaveLength(2);
  });
});

test('an engine whose start was refused leaves no lock behind', async () => {
  const directory = folder();
  writeFileSync(path.join(directory, 'sessions.mdb'), 'x'.repeat(10_000));
  await refusal(directory);
  expect(existsSync(path.join(directory, 'lock'))).toBe(false);
});
