// A batch too large for one slice: what changes, ends or is renamed between two slices is written as it was, once, and
// nothing that is gone is looked at.
import { afterEach, expect, test } from 'vitest';
import type { Engine } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { ask, call, serialize, type TestDirectory, testDirectory } from './test-stores.js';
import { checkStore } from './tools/check-store.js';

const many = 6000;
const touched = 500;
let directory: TestDirectory | undefined;
let engine: Engine | undefined;

afterEach(async () => {
  await engine?.close().catch(() => undefined);
  directory?.remove();
});

async function started(): Promise<Engine> {
  directory ??= testDirectory();
  // the interval is never reached: batches are written when they are asked for
  engine = createEmbeddedEngine({
    store: { directory: directory.path, durability: 'interval', intervalMs: 3_600_000 },
  });
  await engine.start();
  return engine;
}

test('families that change and end between two slices harm neither the batch nor the next', async () => {
  const running = await started();
  // a class of its own each, so that a look at a session that is gone finds no class
  for (let i = 0; i < many; i++) await ask(running, 'CREATE', `s${i}`, 'CLASS', `class${i}`, 'DATA', 'x'.repeat(500));
  const written = serialize(running);
  await new Promise((resolve) => setImmediate(resolve));
  // the last are still to be written down
  const last = Array.from({ length: touched }, (_, i) => many - touched + i);
  for (const i of last) await ask(running, 'SETVAL', `s${i}`, 'name', 'changed');
  for (const i of last) if (i % 3 === 1) await ask(running, 'RENAME', `s${i}`, `renamed${i}`);
  // these are last, so that nothing takes the memory where they were
  for (const i of last) if (i % 3 === 0) await ask(running, 'DROP', `s${i}`);
  await written;
  expect(running.health()).toEqual({ isReady: true });
  expect(await ask(running, 'SERIALIZE')).toBe('OK');
  await running.close();
  expect((await checkStore({ directory: `${directory?.path}` })).findings).toEqual([]);

  const again = await started();
  expect(await ask(again, 'COUNT')).toBe(many - last.filter((i) => i % 3 === 0).length);
  for (const i of last) {
    const expected = i % 3 === 0 ? [0, 0] : i % 3 === 1 ? [0, 1] : [1, 0];
    expect([await call(again, ['CTL', `s${i}`, 'EXIST']), await call(again, ['CTL', `renamed${i}`, 'EXIST'])]).toEqual(
      expected,
    );
  }
});
