// What a restart brings back, after an orderly end and after a crash (the engine's files are copied while it runs).
import { cpSync } from 'node:fs';
import { ReplyMap } from '@msession/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import type { Engine } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import type { StoreOptions } from './store-options.js';
import { ask, call, testCaller, testDirectory, type Word } from './test-stores.js';

const wallStartMs = 1_764_000_000_000;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Life {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly directory: string;
  ask(...words: readonly Word[]): Promise<unknown>;
  /** Ends in order. */
  end(): Promise<void>;
}

async function begin(directory: string, wallMs: number, options: Partial<StoreOptions> = {}): Promise<Life> {
  const clock = new ManualClock(wallMs);
  const engine = createEmbeddedEngine({
    clock,
    limits: { showIds: true },
    store: { directory, durability: 'always', ...options },
  });
  await engine.start();
  let hasEnded = false;
  const end = async () => {
    if (hasEnded) return;
    hasEnded = true;
    await engine.close();
  };
  cleanups.push(end);
  return { engine, clock, directory, ask: (...words) => ask(engine, ...words).then(plain), end };
}

async function first(options: Partial<StoreOptions> = {}): Promise<Life> {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  return begin(directory.path, wallStartMs, options);
}

/** What a crash at this moment leaves, as a directory of its own. */
function crash(life: Life): string {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  for (const file of ['sessions.mdb', 'keys.mdb']) cpSync(`${life.directory}/${file}`, `${directory.path}/${file}`);
  return directory.path;
}

function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (value instanceof ReplyMap)
    return Object.fromEntries(value.entries.map(([key, item]) => [plain(key), plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

type HowItEnds = 'in order' | 'by a crash';

async function next(life: Life, how: HowItEnds, laterMs: number, options: Partial<StoreOptions> = {}): Promise<Life> {
  const wallMs = life.clock.wallMs() + laterMs;
  if (how === 'by a crash') return begin(crash(life), wallMs, options);
  await life.end();
  return begin(life.directory, wallMs, options);
}

for (const how of ['in order', 'by a crash'] as const) {
  describe(`after an end ${how}`, () => {
    test('content, class, variables and their order, revision and time of creation are as they were', async () => {
      const life = await first();
      const large = Buffer.alloc(300_000, 7);
      await life.ask('DATASET', 's', large, 'CLASS', 'page', 'VARS', 3, 'b', '1', 'a', 'x'.repeat(400), 'c', '');
      await life.ask('DELVAL', 's', 'b');
      await life.ask('SETVAL', 's', 'b', '2');
      await life.ask('DATASET', 'empty', '');
      await life.ask('CREATE', 'none');
      await life.ask('SETVAL', 'globals', 'hits', '9');
      const facts = async (of: Life) => [
        await of.ask('GETALL', 's'),
        await of.ask('CTL', 's', 'REV'),
        await of.ask('CTL', 's', 'CTIME'),
        await of.ask('DATAGET', 'empty', 'REV'),
        await of.ask('DATAGET', 'none', 'REV'),
        await of.ask('GETALL', 'globals'),
        await of.ask('COUNT'),
        await of.ask('LIST'),
      ];
      const before = await facts(life);
      const again = await next(life, how, 5000);
      expect(await again.ask('DATAGET', 's')).toBe(large.toString('latin1'));
      expect(await facts(again)).toEqual(before);
      expect(await again.ask('GETOBJECT', 's')).toMatchObject({ class: 'page' });
      expect(Object.keys((await again.ask('GETALL', 's')) as object)).toEqual(['a', 'c', 'b']);
    });

    test('sub-sessions come back with their parent, in their order, with their own timeouts', async () => {
      const life = await first();
      await life.ask('CREATE', 'p', 'TIMEOUT', 0);
      await life.ask('CREATE', 'p/two', 'DATA', '2', 'TIMEOUT', 1000);
      await life.ask('CREATE', 'p/one', 'DATA', '1', 'TIMEOUT', 0);
      const again = await next(life, how, 5000);
      expect(await again.ask('COUNT')).toBe(1);
      expect(again.engine.statistics().subSessions).toBe(2);
      expect(await again.ask('DATAGET', 'p/one')).toBe('1');
      expect(await again.ask('SUBLIST', 'p')).toEqual(['two', 'one']);
      expect(await again.ask('TIMEOUT', 'p/two')).toBe(1000);
    });

    test('what ended stays ended, and a renamed session has its new id alone', async () => {
      const life = await first();
      await life.ask('CREATE', 'a', 'DATA', 'x');
      await life.ask('CREATE', 'b');
      await life.ask('CREATE', 'c');
      await life.ask('CREATE', 'c/sub');
      await life.ask('DROP', 'b');
      await life.ask('RENAME', 'a', 'b');
      await life.ask('DROP', 'c/sub');
      const again = await next(life, how, 0);
      expect(await again.ask('LIST')).toEqual(['b', 'c']);
      expect(await again.ask('DATAGET', 'b')).toBe('x');
      expect(await again.ask('CTL', 'a', 'EXIST')).toBe(0);
      expect(await again.ask('SUBLIST', 'c')).toEqual([]);
    });

    test('a lock stands with what is left of its lease, and its key frees it', async () => {
      const life = await first();
      await life.ask('CREATE', 's');
      const key = (await life.ask('SLOCK', 's', 'LEASE', 60_000, 'NOTE', 'host-1')) as number;
      const again = await next(life, how, 20_000);
      expect(await call(again.engine, ['SLOCK', 's'])).toMatchObject({ code: 'LOCKED' });
      expect(await again.ask('CTL', 's', 'LOCK')).toBe(40_000);
      expect(await again.ask('LOCKS')).toMatchObject([{ id: 's', key, note: 'host-1' }]);
      expect(await again.ask('SUNLOCK', 's', key)).toBe(1);
      expect(await again.ask('SLOCK', 's')).toBeGreaterThan(key);
    });

    test('a lock whose lease ended meanwhile is free to be taken, and its key works until somebody does', async () => {
      const life = await first();
      await life.ask('CREATE', 's', 'TIMEOUT', 0);
      const key = (await life.ask('SLOCK', 's', 'LEASE', 10_000)) as number;
      const again = await next(life, how, 20_000);
      expect(await again.ask('CTL', 's', 'LOCK')).toBe(0);
      expect(await again.ask('SUNLOCK', 's', key, 'DATA', 'late')).toBe(1);
      expect(await again.ask('DATAGET', 's')).toBe('late');
    });

    test('a bound lock is free to be taken; its key works until then', async () => {
      const life = await first();
      await life.ask('CREATE', 's');
      await life.ask('CREATE', 't');
      const key = (await life.ask('SLOCK', 's', 'LEASE', 60_000, 'BIND')) as number;
      const other = (await life.ask('SLOCK', 't', 'LEASE', 60_000, 'BIND')) as number;
      const again = await next(life, how, 1000);
      expect(await again.ask('CTL', 's', 'LOCK')).toBe(0);
      expect(await again.ask('SUNLOCK', 's', key)).toBe(1);
      await again.ask('SLOCK', 't');
      expect(await call(again.engine, ['SUNLOCK', 't', other])).toMatchObject({ code: 'NOWLOCK' });
    });

    test('a reserved id stays reserved, of a bound or ended reservation nothing is left', async () => {
      const life = await first();
      const key = (await life.ask('SLOCK', 'held', 'CREATE', 'LEASE', 60_000)) as number;
      await life.ask('SLOCK', 'bound', 'CREATE', 'LEASE', 60_000, 'BIND');
      await life.ask('SLOCK', 'short', 'CREATE', 'LEASE', 1000);
      await life.ask('CREATE', 'p');
      const sub = (await life.ask('SLOCK', 'p/sub', 'CREATE', 'LEASE', 60_000)) as number;
      const again = await next(life, how, 2000);
      expect(await again.ask('COUNT')).toBe(1);
      expect(await call(again.engine, ['SLOCK', 'held', 'CREATE'])).toMatchObject({ code: 'LOCKED' });
      expect(await again.ask('SUNLOCK', 'held', key, 'DATA', 'made')).toBe(1);
      expect(await again.ask('SUNLOCK', 'p/sub', sub, 'DATA', 'made too')).toBe(1);
      expect(await again.ask('SLOCK', 'bound', 'CREATE')).toBeGreaterThan(key);
      expect(await call(again.engine, ['SUNLOCK', 'short', 1])).toMatchObject({ code: 'NOSESSION' });
      expect(await again.ask('COUNT')).toBe(2);
      expect(await again.ask('SUBLIST', 'p')).toEqual(['sub']);
    });

    test('a SUNLOCK whose reply was lost is answered again', async () => {
      const life = await first();
      await life.ask('CREATE', 's');
      const key = (await life.ask('SLOCK', 's')) as number;
      await life.ask('SUNLOCK', 's', key, 'DATA', 'x');
      const again = await next(life, how, 0);
      expect(await again.ask('SUNLOCK', 's', key, 'DATA', 'x')).toBe(1);
      expect(await call(again.engine, ['SUNLOCK', 's', key, 'DATA', 'y'])).toMatchObject({ code: 'NOWLOCK' });
    });

    test('sessions whose time ended meanwhile are gone, and counted no more', async () => {
      const life = await first();
      for (let i = 0; i < 50; i++) await life.ask('CREATE', `short-${i}`, 'TIMEOUT', 10);
      await life.ask('CREATE', 'long', 'TIMEOUT', 10_000);
      await life.ask('CREATE', 'never', 'TIMEOUT', 0);
      const again = await next(life, how, 200_000);
      expect(await again.ask('COUNT')).toBe(2);
      expect(await again.ask('LIST')).toEqual(['long', 'never']);
      expect(again.engine.statistics().expired).toBe(50);
    });

    test('keys and revisions go on above all that were handed out, also with the clock set back', async () => {
      const life = await first();
      await life.ask('CREATE', 's');
      const key = (await life.ask('SLOCK', 's')) as number;
      await life.ask('DATASET', 's', 'x', 'KEY', key);
      const revision = (await life.ask('CTL', 's', 'REV')) as number;
      const again = await next(life, how, -86_400_000);
      expect(await again.ask('CTL', 's', 'REV')).toBe(revision);
      await again.ask('DATASET', 's', 'y');
      const later = (await again.ask('CTL', 's', 'REV')) as number;
      expect(later).toBeGreaterThan(revision);
      expect(await again.ask('SLOCK', 'new', 'CREATE')).toBeGreaterThan(later);
    });

    test('a clock set back shortens no life, and lengthens none by more than it stood', async () => {
      const life = await first();
      await life.ask('CREATE', 's', 'TIMEOUT', 100);
      const again = await next(life, how, -3_600_000);
      expect(await again.ask('CTL', 's', 'TTL')).toBeGreaterThanOrEqual(100);
      expect(await again.ask('CTL', 's', 'TTL')).toBeLessThanOrEqual(160);
    });

    test('searches find what was there and what came since', async () => {
      const life = await first();
      for (let i = 0; i < 30; i++)
        await life.ask('CREATE', `s${i}`).then(() => life.ask('SETVAL', `s${i}`, 'user', i % 3));
      expect(await life.ask('FIND', 'user', '1')).toHaveLength(10);
      await life.ask('SETVAL', 's1', 'user', '2');
      await life.ask('DROP', 's4');
      const again = await next(life, how, 0);
      expect(again.engine.statistics().indexedNames).toBe(1);
      expect(await again.ask('FIND', 'user', '1')).toEqual([7, 10, 13, 16, 19, 22, 25, 28].map((i) => `s${i}`));
      expect(await again.ask('FIND', 'user', '2')).toHaveLength(11);
      expect(await again.ask('DROPWHERE', 'user', '2', 'EXCEPT', 's1')).toBe(10);
      expect(await again.ask('COUNT')).toBe(19);
      expect(await again.ask('FIND', 'other', 'x')).toEqual([]);
    });
  });
}

describe('renewals by reading', () => {
  test('an orderly end keeps them', async () => {
    const life = await first();
    await life.ask('CREATE', 's', 'TIMEOUT', 1000);
    life.clock.advance(50_000);
    await life.ask('DATAGET', 's');
    const again = await next(life, 'in order', 10_000);
    expect(await again.ask('CTL', 's', 'TTL')).toBe(990);
    expect(await again.ask('CTL', 's', 'TLA')).toBe(10);
  });

  test('a crash makes a life longer by what may be missing, never shorter', async () => {
    const life = await first();
    await life.ask('CREATE', 's', 'TIMEOUT', 3200);
    life.clock.advance(199_000);
    await life.ask('DATAGET', 's');
    const again = await next(life, 'by a crash', 0);
    // a sixteenth of the timeout was not yet over: the renewal is not on disk
    expect(await again.ask('CTL', 's', 'TTL')).toBe(3200 - 199 + 200);
  });

  test('one that is old enough is written', async () => {
    const life = await first();
    await life.ask('CREATE', 's', 'TIMEOUT', 3200);
    life.clock.advance(200_000);
    await life.ask('DATAGET', 's');
    await life.ask('SERIALIZE');
    const again = await next(life, 'by a crash', 1);
    expect(await again.ask('CTL', 's', 'TTL')).toBe(3200 + 200);
  });

  test('reading writes nothing before that', async () => {
    const life = await first();
    await life.ask('CREATE', 's', 'TIMEOUT', 3200);
    const written = () => life.engine.statistics().more.batchesWritten;
    const before = written();
    for (let i = 0; i < 19; i++) {
      life.clock.advance(10_000);
      await life.ask('DATAGET', 's');
    }
    await life.ask('SERIALIZE');
    expect(written()).toBe(before);
  });
});

describe('interval', () => {
  test('a crash loses what the interval had not yet written, and nothing torn', async () => {
    const life = await first({ durability: 'interval' });
    await life.ask('CREATE', 'kept');
    life.clock.advance(1000);
    await life.ask('SERIALIZE');
    await life.ask('CREATE', 'a', 'DATA', 'x');
    const crashed = crash(life);
    const again = await begin(crashed, life.clock.wallMs());
    expect(await again.ask('LIST')).toEqual(['kept']);
  });

  test('keys of what was lost are not handed out again', async () => {
    const life = await first({ durability: 'interval' });
    const key = (await life.ask('SLOCK', 's', 'CREATE')) as number;
    const again = await begin(crash(life), life.clock.wallMs() - 1000, { durability: 'interval' });
    expect(await again.ask('SLOCK', 's', 'CREATE')).toBeGreaterThan(key);
  });
});

describe('none', () => {
  test('nothing comes back, but keys go on', async () => {
    const life = await first({ durability: 'none', hotMemoryBytes: 1 });
    const key = (await life.ask('SLOCK', 's', 'CREATE')) as number;
    for (let i = 0; i < 20; i++) await life.ask('CREATE', `s${i}`, 'DATA', `data ${i}`);
    for (let i = 0; i < 20; i++) expect(await life.ask('DATAGET', `s${i}`)).toBe(`data ${i}`);
    await life.end();
    const again = await begin(life.directory, wallStartMs - 5000, { durability: 'none' });
    expect(await again.ask('COUNT')).toBe(0);
    expect(await again.ask('SLOCK', 's', 'CREATE')).toBeGreaterThan(key);
  });
});

test('an engine that was closed starts again with what is on disk', async () => {
  const life = await first();
  await life.ask('CREATE', 's', 'DATA', 'x');
  await life.engine.close();
  expect(await call(life.engine, ['DATAGET', 's'], testCaller())).toMatchObject({ code: 'UNAVAILABLE' });
  await life.engine.start();
  expect(await life.ask('COUNT')).toBe(1);
  expect(await life.ask('DATAGET', 's')).toBe('x');
});
