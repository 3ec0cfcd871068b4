// Batches on their way from the journal into the tables: whatever moment a crash chooses, the next start has everything,
// and all tables agree. The same random changes run on an engine whose journal is folded all the time and in a plain map.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import type { Engine } from '../../engine.js';
import { BatchBuilder, piecesOf } from './batch.js';
import { Generation } from './generation.js';
import { hasJournal, journalEnd, transactionBytes } from './journal.js';
import { openTables } from './store-environment.js';
import { ask, call, testDirectory } from './test-stores.js';
import { checkStore } from './tools/check-store.js';
import { salvageSource } from './tools/salvage.js';
import { engineIn, linesOf } from './tools/tool-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return directory.path;
}

async function started(directory: string, clock: ManualClock, hotMemoryBytes?: number): Promise<Engine> {
  const engine = engineIn(directory, clock, hotMemoryBytes === undefined ? {} : { hotMemoryBytes });
  await engine.start();
  cleanups.push(() => engine.close().catch(() => undefined));
  return engine;
}

/** What a crash at this moment leaves. */
function crash(directory: string): string {
  const copy = folder();
  for (const file of ['sessions.mdb', 'keys.mdb']) cpSync(`${directory}/${file}`, `${copy}/${file}`);
  return copy;
}

async function endOf(directory: string): Promise<number> {
  const environment = openTables({ file: `${directory}/sessions.mdb`, isSynced: false });
  try {
    return journalEnd(environment);
  } finally {
    await environment.root.close();
  }
}

async function journalIsEmpty(directory: string): Promise<boolean> {
  const environment = openTables({ file: `${crash(directory)}/sessions.mdb`, isSynced: false });
  try {
    return !hasJournal(environment);
  } finally {
    await environment.root.close();
  }
}

/** A sequence of numbers below `limit` that looks like chance and is the same in every run. */
function chance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Whether a session is there that was written, not only reserved. */
async function hasValue(engine: Engine, id: string): Promise<boolean> {
  return Buffer.isBuffer(await call(engine, ['GETVAL', id, 'user']));
}

describe('the journal', () => {
  test('folded in part at a crash is nothing lost, nothing kept that ended, and all tables agree', async () => {
    const directory = folder();
    const clock = new ManualClock();
    // generations of 128 KiB, so that one is on its way into the tables nearly always
    const engine = await started(directory, clock, 1024 * 1024);
    const random = chance(7);
    const known = new Map<string, string>();
    await ask(engine, 'CREATE', 'first');
    await ask(engine, 'FIND', 'user', 'nobody');
    let halfway = 0;
    for (let round = 0; round < 60; round++) {
      const changes: Promise<unknown>[] = [];
      for (let i = 0; i < 40; i++) {
        const id = `s${random(120)}`;
        if (random(8) === 0) {
          changes.push(call(engine, ['DROP', id]));
          known.delete(id);
        } else {
          const user = `u${random(9)}`;
          changes.push(
            call(engine, [
              'DATASET',
              id,
              'x'.repeat(random(2000)),
              'VARS',
              1,
              'user',
              user,
              'TIMEOUT',
              60 + random(9000),
            ]),
          );
          known.set(id, user);
        }
        if (random(30) === 0) changes.push(call(engine, ['SLOCK', id, 'LEASE', 600_000, 'CREATE', 'BIND']));
      }
      await Promise.all(changes);
      clock.advance(1000);
      if (round % 20 !== 19) continue;
      const copy = crash(directory);
      const environment = openTables({ file: `${copy}/sessions.mdb`, isSynced: false });
      if (hasJournal(environment)) halfway++;
      await environment.root.close();
      const report = await checkStore({ directory: copy, scratch: copy });
      expect(report.findings).toEqual([]);
      const again = await started(copy, new ManualClock(clock.wallMs()));
      for (const [id, user] of known) expect([id, String(await ask(again, 'GETVAL', id, 'user'))]).toEqual([id, user]);
      for (let i = 0; i < 120; i++) if (!known.has(`s${i}`)) expect(await hasValue(again, `s${i}`)).toBe(false);
      const found = (await ask(again, 'FIND', 'user', 'u1')) as Buffer[];
      const expected = [...known].filter(([, user]) => user === 'u1').map(([id]) => id);
      expect(found.map(String).sort()).toEqual(expected.sort());
      await again.close();
      expect((await checkStore({ directory: copy, scratch: copy })).findings).toEqual([]);
    }
    expect(halfway).toBeGreaterThan(0);
  });

  test('that is damaged keeps the store closed, and a salvage leaves out what is', async () => {
    const directory = folder();
    const engine = await started(directory, new ManualClock());
    for (let i = 0; i < 50; i++) await ask(engine, 'DATASET', `s${i}`, String(i).repeat(600));
    await engine.barrier?.();
    const copy = crash(directory);
    const file = `${copy}/sessions.mdb`;
    const bytes = readFileSync(file);
    const at = bytes.lastIndexOf('49'.repeat(600));
    bytes[at + 7] = (bytes[at + 7] as number) ^ 1;
    writeFileSync(file, bytes);
    await expect(started(copy, new ManualClock())).rejects.toThrow(
      /sessions\.mdb is damaged: entry \d+ of its journal does not match its checksum; .*msession dump/,
    );
    expect((await checkStore({ directory: copy, scratch: copy })).findings.join()).toContain('journal');
    const source = await salvageSource({ directory: copy });
    const lines = await linesOf(source);
    expect(source.report.notes.join()).toContain('the journal cannot be read as a whole');
    expect(lines.join('\n')).toContain('"s0"');
    expect(lines.join('\n')).not.toContain('"s49"');
  });

  test('takes a batch of many entries as a whole, and what a crash left of one is none', async () => {
    const directory = folder();
    const engine = await started(directory, new ManualClock());
    await ask(engine, 'CREATE', 'first');
    await engine.barrier?.();
    const before = await endOf(crash(directory));
    const many = Array.from({ length: 3000 }, (_, i) => `s${i}`);
    await Promise.all(many.map((id) => call(engine, ['DATASET', id, 'x'.repeat(3000)])));
    await engine.barrier?.();
    const whole = crash(directory);
    // an entry for each: more than one transaction takes
    expect((await endOf(whole)) - before).toBe(3000);
    expect(3000 * 3000).toBeGreaterThan(transactionBytes);
    const torn = crash(directory);
    const environment = openTables({ file: `${torn}/sessions.mdb`, isSynced: false });
    environment.meta.putSync('journalEnd', before);
    await environment.root.close();
    const salvaged = await linesOf(await salvageSource({ directory: torn }));
    expect(salvaged.join('\n')).toContain('"first"');
    expect(salvaged.join('\n')).not.toContain('"s1"');
    expect(await ask(await started(torn, new ManualClock()), 'COUNT')).toBe(1);
    const again = await started(whole, new ManualClock());
    expect(await ask(again, 'COUNT')).toBe(3001);
    for (const id of ['s0', 's1499', 's2999']) expect(await ask(again, 'DATAGET', id)).toHaveLength(3000);
  });

  test('is empty when nothing changed for a while, and after an end in order', async () => {
    const directory = folder();
    const clock = new ManualClock();
    const engine = await started(directory, clock);
    await ask(engine, 'CREATE', 's');
    expect(await journalIsEmpty(directory)).toBe(false);
    clock.advance(3000);
    await expect.poll(() => journalIsEmpty(directory)).toBe(true);
    await ask(engine, 'SETVAL', 's', 'a', '1');
    expect(await journalIsEmpty(directory)).toBe(false);
    await engine.close();
    expect(await journalIsEmpty(directory)).toBe(true);
  });

  test('holds up no session that must leave memory, and ids that ended do not come back from the tables', async () => {
    const engine = await started(folder(), new ManualClock(), 64 * 1024);
    for (let i = 0; i < 300; i++) await ask(engine, 'DATASET', `s${i}`, 'x'.repeat(1000));
    for (let i = 0; i < 300; i += 3) await ask(engine, 'DROP', `s${i}`);
    expect(engine.statistics().more?.coldSessions).toBeGreaterThan(0);
    expect(await ask(engine, 'COUNT')).toBe(200);
    expect(await ask(engine, 'CTL', 's3', 'EXIST')).toBe(0);
    expect(String(await ask(engine, 'DATAGET', 's1'))).toBe('x'.repeat(1000));
  });
});

describe('a generation', () => {
  const key = (hash: number, id: string) => {
    const bytes = Buffer.alloc(4 + id.length, id, 'latin1');
    bytes.writeUInt32BE(hash, 0);
    bytes.write(id, 4, 'latin1');
    return bytes;
  };

  test('a batch is cut between operations, and one that is longer than a piece is a piece', () => {
    const builder = new BatchBuilder();
    for (const bytes of [1, 1, 100, 1]) {
      builder.beginPut(key(1, 'k'), 0);
      builder.writer.bytes(Buffer.alloc(bytes));
      builder.endPut(false);
    }
    // an operation is 12 bytes, 5 of the key and its record
    expect(piecesOf(builder.writer.written, 40).map(({ length }) => length)).toEqual([36, 117, 18]);
  });

  test('hands out the last operation of each family, in the order of their hashes, with where it was filed first', () => {
    const entries: Buffer[] = [];
    // as LMDB does, in memory that the next entry takes
    const shared = Buffer.alloc(1024);
    const generation = new Generation((entry) => {
      const bytes = entries[entry] as Buffer;
      bytes.copy(shared);
      return shared.subarray(0, bytes.length);
    });
    const add = (batch: Buffer) => {
      for (const piece of piecesOf(batch, 40)) generation.add(entries.push(Buffer.from(piece)) - 1, piece);
    };
    const put = (builder: BatchBuilder, of: Buffer, filedBefore: number, record: string) => {
      builder.beginPut(of, filedBefore);
      builder.writer.bytes(Buffer.from(record));
      builder.endPut(false);
    };
    const first = new BatchBuilder();
    put(first, key(0xffffffff, 'z'), 5, 'z1');
    put(first, key(7, 'a'), 1, 'a1');
    put(first, key(7, 'b'), 2, 'b1');
    put(first, key(3, 'gone'), 3, 'gone');
    add(first.writer.written);
    const second = new BatchBuilder();
    second.remove(key(3, 'gone'), 4);
    put(second, key(7, 'a'), 6, 'a2');
    put(second, key(0xffffffff, 'z'), 7, 'z2');
    put(second, key(7, 'b'), 8, 'b2');
    add(second.writer.written);
    const seen: string[] = [];
    const target = {
      put: (of: Buffer, record: Buffer, filedBefore: number) =>
        void seen.push(`${of.toString('latin1', 4)} ${record} ${filedBefore}`),
      remove: (of: Buffer, filedBefore: number) => void seen.push(`${of.toString('latin1', 4)} removed ${filedBefore}`),
    };
    while (generation.remaining > 0) generation.foldSome(1, 1000, target);
    expect([seen[0], ...seen.slice(1, 3).sort(), ...seen.slice(3)]).toEqual([
      'gone removed 3',
      'a a2 1',
      'b b2 2',
      'z z2 5',
    ]);
  });
});
