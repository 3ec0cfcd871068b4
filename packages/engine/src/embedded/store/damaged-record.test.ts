// One record among many that is damaged: whoever asks for its session is told, everything else goes on, and it is counted.
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import type { Engine, EngineLimits } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { openTables } from './store-environment.js';
import { idOfKey } from './store-keys.js';
import { ask, call, testDirectory } from './test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const count = 60;

/** An engine of sixty sessions that end after a minute, none in memory, the record of `s0` damaged. */
async function withDamage(
  damage: (record: Buffer) => Buffer,
  limits: Partial<EngineLimits> = {},
): Promise<{ readonly engine: Engine; readonly clock: ManualClock }> {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  const begin = async () => {
    const clock = new ManualClock();
    const store = { directory: directory.path, durability: 'interval', hotMemoryBytes: 1 } as const;
    const engine = createEmbeddedEngine({ clock, limits, store });
    await engine.start();
    cleanups.push(() => engine.close().catch(() => undefined));
    return { engine, clock };
  };
  const { engine: first } = await begin();
  for (let i = 0; i < count; i++) await ask(first, 'DATASET', `s${i}`, 'x', 'VARS', 1, 'user', 'ada', 'TIMEOUT', 60);
  await ask(first, 'FIND', 'user', 'ada');
  await first.close();
  const environment = openTables({ file: path.join(directory.path, 'sessions.mdb'), isSynced: true });
  for (const { key, value } of [...environment.families.getRange({})])
    if (idOfKey(key).equals(Buffer.from('s0'))) environment.families.putSync(key, damage(Buffer.from(value)));
  await environment.root.close();
  return begin();
}

const damages: readonly [string, (record: Buffer) => Buffer][] = [
  [
    'with another byte',
    (record) => {
      record[60] = (record[60] as number) ^ 1;
      return record;
    },
  ],
  ['cut off', (record) => record.subarray(0, 40)],
];

test.each(damages)('%s: searches, listings, expiry and flushing pass it by', async (_how, damage) => {
  const { engine, clock } = await withDamage(damage);
  await expect(call(engine, ['DATAGET', 's0'])).rejects.toThrow(/damaged/);
  expect(await ask(engine, 'FIND', 'user', 'ada')).toHaveLength(count - 1);
  const listed = ((await ask(engine, 'LIST')) as Buffer[]).map(String);
  expect(listed.filter((id) => id !== 's0')).toHaveLength(count - 1);
  expect(await ask(engine, 'FLUSH', 0)).toBeGreaterThanOrEqual(0);
  await ask(engine, 'CREATE', 'later', 'TIMEOUT', 60);
  clock.advance(200_000);
  expect(await call(engine, ['CTL', 'later', 'EXIST'])).toBe(0);
  expect(engine.statistics().more.damagedRecords).toBe(1);
});

test('eviction passes it by', async () => {
  for (const evict of ['lru', 'ttl'] as const) {
    const { engine } = await withDamage((record) => record.subarray(0, 40), { maxMemoryBytes: 12_000, evict });
    for (let i = 0; i < 20; i++) expect(await call(engine, ['DATASET', `n${i}`, 'y'.repeat(200)])).toBe('OK');
    expect(engine.statistics().evicted).toBeGreaterThan(0);
  }
});
