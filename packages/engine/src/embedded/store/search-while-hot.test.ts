// The first search on a name while all sessions are in memory, and what follows when some leave it.
import { ReplyCollector, Request } from '@msession/protocol';
import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import type { Engine } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { ask, serialize, testCaller, testDirectory } from './test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(hotMemoryBytes: number): Promise<Engine> {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  const engine = createEmbeddedEngine({
    clock: new ManualClock(),
    store: { directory: directory.path, durability: 'interval', intervalMs: 50, hotMemoryBytes },
  });
  await engine.start();
  cleanups.push(() => engine.close());
  return engine;
}

const more = (engine: Engine, figure: string) => Number(engine.statistics().more[figure]);
const cold = (engine: Engine) => more(engine, 'coldSessions');
const idsOf = (reply: unknown) => (reply as Buffer[]).map(String);

/** Whether a first search on a name is answered at once, without a look at the disk. */
function isAnsweredAtOnce(engine: Engine, name: string): boolean {
  const collector = new ReplyCollector(3);
  return engine.execute('FIND', Request.of(['FIND', name, '1']), collector, testCaller()) === undefined;
}

test('is answered from memory as long as nothing is on disk alone', async () => {
  const engine = await started(200 * 1024);
  for (let i = 0; i < 40; i++) await ask(engine, 'DATASET', `s${i}`, '', 'VARS', 1, 'user', i % 4);
  await serialize(engine);
  expect(isAnsweredAtOnce(engine, 'user')).toBe(true);
  expect(idsOf(await ask(engine, 'FIND', 'user', '1'))).toEqual(Array.from({ length: 10 }, (_, i) => `s${i * 4 + 1}`));
  for (let i = 0; i < 10; i++) await ask(engine, 'DATASET', `large${i}`, 'y'.repeat(60_000));
  await serialize(engine);
  await ask(engine, 'COUNT');
  expect(cold(engine)).toBeGreaterThan(0);
  expect(isAnsweredAtOnce(engine, 'other')).toBe(false);
});

test('finds all, also when sessions leave memory while it is prepared, and from then on', async () => {
  const engine = await started(200 * 1024);
  const count = 500;
  for (let i = 0; i < count; i++) {
    await ask(engine, 'DATASET', `s${i}`, 'x'.repeat(300), 'VARS', 1, 'user', i % 5);
    if (i < 200) expect(cold(engine)).toBe(0);
  }
  const expected = (value: number) => Array.from({ length: count / 5 }, (_, i) => `s${i * 5 + value}`);
  for (let value = 0; value < 5; value++) {
    const searches = [ask(engine, 'FIND', 'user', `${value}`), ask(engine, 'FIND', 'user', `${value}`)];
    await ask(engine, 'DATASET', `filler${value}`, 'y'.repeat(60_000));
    await serialize(engine);
    for (const reply of await Promise.all(searches)) expect(idsOf(reply)).toEqual(expected(value));
  }
  await ask(engine, 'SETVAL', 's0', 'user', 'gone');
  expect(cold(engine)).toBeGreaterThan(0);
  expect(idsOf(await ask(engine, 'FIND', 'user', '0'))).toEqual(expected(0).slice(1));
});
