// Two ways out of memory, of sessions that are on disk: to the disk alone at `hot-memory`, where clients notice nothing, and
// for good at `max-memory`, as `evict` says.
import { ReplyError } from '@msession/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import type { Engine, EngineLimits } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { ask, call, testDirectory } from './test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Options {
  readonly limits?: Partial<EngineLimits>;
  readonly hotMemoryBytes?: number;
  readonly directory?: string;
  readonly clock?: ManualClock;
}

async function started({ limits = {}, hotMemoryBytes = 1, directory = folder(), clock }: Options = {}) {
  const engine = createEmbeddedEngine({
    clock: clock ?? new ManualClock(),
    limits,
    store: { directory, durability: 'always', hotMemoryBytes },
  });
  await engine.start();
  cleanups.push(() => engine.close());
  return engine;
}

function folder(): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return directory.path;
}

const more = (engine: Engine, figure: string) => Number(engine.statistics().more[figure]);
const ids = async (engine: Engine) => new Set(((await ask(engine, 'LIST')) as Buffer[]).map(String));

test('at hot-memory sessions leave memory under load, and every one answers as if it had not', async () => {
  const hotMemoryBytes = 256 * 1024;
  const engine = await started({ hotMemoryBytes });
  const sessions = 1500;
  let mostUsed = 0;
  for (let i = 0; i < sessions; i++) {
    await ask(engine, 'DATASET', `s${i}`, `${i}`.repeat(300), 'VARS', 1, 'n', i);
    // old ones are asked for, too
    if (i % 3 === 0)
      expect(String(await ask(engine, 'GETVAL', `s${(i * 7) % (i + 1)}`, 'n'))).toBe(`${(i * 7) % (i + 1)}`);
    if (i % 5 === 0) await ask(engine, 'SETVAL', `s${(i * 11) % (i + 1)}`, 'again', i);
    mostUsed = Math.max(mostUsed, more(engine, 'slabUsedBytes'));
  }
  // what is not on disk yet cannot leave
  expect(mostUsed).toBeLessThan(hotMemoryBytes * 1.25);
  expect(more(engine, 'coldSessions')).toBeGreaterThan(sessions / 2);
  expect(more(engine, 'sessionsLoaded')).toBeGreaterThan(0);
  expect(await ask(engine, 'COUNT')).toBe(sessions);
  for (let i = 0; i < sessions; i++) expect(String(await ask(engine, 'DATAGET', `s${i}`))).toBe(`${i}`.repeat(300));
});

describe('at max-memory with sessions on disk alone', () => {
  const count = 60;

  /** Sessions of 4000 bytes that are on disk alone, the later the longer-lived; `s3` is locked. */
  async function filled(evict: EngineLimits['evict'], directory = folder()) {
    const clock = new ManualClock();
    const engine = await started({ limits: { maxMemoryBytes: 0, evict }, directory, clock });
    for (let i = 0; i < count; i++) {
      await ask(engine, 'DATASET', `s${i}`, 'x'.repeat(4000), 'TIMEOUT', 1000 + i * 10);
      clock.advance(1);
    }
    await ask(engine, 'SETVAL', 'globals', 'g', 'x'.repeat(4000));
    await ask(engine, 'SLOCK', 's3', 'LEASE', 3_600_000);
    await call(engine, ['SERIALIZE']);
    expect(more(engine, 'coldSessions')).toBeGreaterThan(count - 5);
    engine.limits.maxMemoryBytes = engine.statistics().usedBytes;
    return { engine, clock };
  }

  async function addTen(engine: Engine): Promise<string[]> {
    const codes: string[] = [];
    for (let i = 0; i < 10; i++) {
      const reply = await call(engine, ['DATASET', `new${i}`, 'y'.repeat(4000), 'TIMEOUT', 9000]);
      codes.push(reply instanceof ReplyError ? reply.code : 'OK');
    }
    return codes;
  }

  test('none: writes get OOM, reads, deletes and expiry go on', async () => {
    const { engine, clock } = await filled('none');
    expect(new Set(await addTen(engine))).toEqual(new Set(['OOM']));
    expect(await ask(engine, 'COUNT')).toBe(count);
    expect(String(await ask(engine, 'DATAGET', 's9'))).toHaveLength(4000);
    await ask(engine, 'DROP', 's10');
    expect(await call(engine, ['DATASET', 'new', 'y'.repeat(3000)])).toBe('OK');
    clock.advance(1_005_000);
    expect(await ask(engine, 'CTL', 's0', 'EXIST')).toBe(0);
    expect(engine.statistics().evicted).toBe(0);
  });

  test('ttl: those that would have expired first go, but never a locked one', async () => {
    const directory = folder();
    const { engine } = await filled('ttl', directory);
    const told: string[] = [];
    engine.subscribe({
      names: new Set(['evicted']),
      wantsData: false,
      onEvent: ({ id }) => void told.push(String(id)),
    });
    expect(new Set(await addTen(engine))).toEqual(new Set(['OK']));
    const { evicted } = engine.statistics();
    expect(evicted).toBeGreaterThanOrEqual(10);
    const expected = Array.from({ length: evicted + 1 }, (_, i) => `s${i}`).filter((id) => id !== 's3');
    expect(told).toEqual(expected);
    expect(await ids(engine)).toEqual(
      new Set([
        's3',
        ...Array.from({ length: count - evicted - 1 }, (_, i) => `s${i + evicted + 1}`),
        ...Array.from({ length: 10 }, (_, i) => `new${i}`),
      ]),
    );
    // room is made for what a request brings; the head of the session it makes comes on top
    expect(engine.statistics().usedBytes).toBeLessThan(engine.limits.maxMemoryBytes + 256);
    // and they stay away
    const left = await ids(engine);
    await engine.close();
    expect(await ids(await started({ directory }))).toEqual(left);
  });

  test('lru: sessions go, old ones rather than young ones, never locked ones and never globals', async () => {
    const { engine } = await filled('lru');
    expect(new Set(await addTen(engine))).toEqual(new Set(['OK']));
    const { evicted } = engine.statistics();
    const left = await ids(engine);
    expect(evicted).toBeGreaterThanOrEqual(10);
    expect(left.size).toBe(count + 10 - evicted);
    expect(left.has('s3')).toBe(true);
    expect(String(await ask(engine, 'GETVAL', 'globals', 'g'))).toHaveLength(4000);
    // of a sample the oldest goes: the youngest third of sixty loses no more than few
    const gone = Array.from({ length: count }, (_, i) => i).filter((i) => !left.has(`s${i}`));
    expect(gone.filter((i) => i >= 40).length).toBeLessThan(gone.length / 2);
    // room is made for what a request brings; the head of the session it makes comes on top
    expect(engine.statistics().usedBytes).toBeLessThan(engine.limits.maxMemoryBytes + 256);
  });
});
