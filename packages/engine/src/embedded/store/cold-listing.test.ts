// Commands that go over all sessions, with a hot set of one session and a clock that shows how they share the time: they do
// their work in slices, others are answered in between, and what was there all the time is found once.
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import type { Engine } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { ask, call, serialize, testDirectory } from './test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Time passes by being looked at, so that a slice is over after some looks; what is due at once is so in the next turn. */
class LookedAtClock extends ManualClock {
  slices = 0;
  #lookedMs = 0;

  override monotonicMs(): number {
    this.#lookedMs += 0.25;
    return super.monotonicMs() + this.#lookedMs;
  }

  override schedule(delayMs: number, callback: () => void): { cancel(): void } {
    if (delayMs > 0) return super.schedule(delayMs, callback);
    this.slices++;
    const immediate = setImmediate(callback);
    return { cancel: () => clearImmediate(immediate) };
  }
}

const count = 4000;

async function manyCold(): Promise<{ readonly engine: Engine; readonly clock: LookedAtClock }> {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  const begin = async (clock: ManualClock, hotMemoryBytes: number): Promise<Engine> => {
    const store = { directory: directory.path, durability: 'interval', hotMemoryBytes } as const;
    const engine = createEmbeddedEngine({ clock, store });
    await engine.start();
    cleanups.push(() => engine.close());
    return engine;
  };
  const first = await begin(new ManualClock(), 2 ** 30);
  for (let i = 0; i < count; i++) await call(first, ['CREATE', `s${i}`, 'TIMEOUT', 0]);
  await first.close();
  // none is in memory behind a start
  const clock = new LookedAtClock();
  const engine = await begin(clock, 1);
  clock.slices = 0;
  return { engine, clock };
}

const all = Array.from({ length: count }, (_, i) => `s${i}`);
const texts = (ids: unknown): string[] => (ids as Buffer[]).map(String);

describe('over many sessions that are not in memory', () => {
  test('LIST works in slices and finds all, in order of creation', async () => {
    const { engine, clock } = await manyCold();
    expect(texts(await ask(engine, 'LIST'))).toEqual(all);
    expect(clock.slices).toBeGreaterThan(10);
  });

  test('LIST finds what comes and goes between memory and disk once, and others are answered meanwhile', async () => {
    const { engine } = await manyCold();
    const listing = call(engine, ['LIST']);
    let isDone = false;
    void listing.then(() => {
      isDone = true;
    });
    let answered = 0;
    while (!isDone) {
      // into memory by reading, out of it again, and a new one
      await ask(engine, 'DATAGET', `s${(answered * 37) % count}`);
      await ask(engine, 'CREATE', `new${answered}`);
      if (answered % 4 === 0) await serialize(engine);
      answered++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(answered).toBeGreaterThan(3);
    const ids = texts(await listing);
    expect(ids.filter((id) => id.startsWith('s'))).toEqual(all);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('LIST in pages gives each once and reads no more than a page', async () => {
    const { engine, clock } = await manyCold();
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, ids] = (await ask(engine, 'LIST', 'CURSOR', cursor, 'COUNT', 90)) as [Buffer, Buffer[]];
      expect(ids.length).toBeGreaterThan(0);
      found.push(...texts(ids));
      cursor = String(next);
    } while (cursor !== '0');
    expect(found.sort()).toEqual([...all].sort());
    expect(clock.slices).toBe(0);
  });

  test('a page of everything is made in slices', async () => {
    const { engine, clock } = await manyCold();
    const [next, ids] = (await ask(engine, 'LIST', 'CURSOR', 0, 'COUNT', 100_000)) as [Buffer, Buffer[]];
    expect(String(next)).toBe('0');
    expect(texts(ids).sort()).toEqual([...all].sort());
    expect(clock.slices).toBeGreaterThan(10);
  });

  test('FLUSH works in slices and drops those that were idle, and no other', async () => {
    const { engine, clock } = await manyCold();
    clock.advance(60_000);
    for (let i = 0; i < count; i += 500) await ask(engine, 'DATAGET', `s${i}`);
    clock.slices = 0;
    expect(await ask(engine, 'FLUSH', 30)).toBe(count - count / 500);
    expect(clock.slices).toBeGreaterThan(10);
    expect(texts(await ask(engine, 'LIST'))).toEqual(all.filter((_, i) => i % 500 === 0));
  });
});
