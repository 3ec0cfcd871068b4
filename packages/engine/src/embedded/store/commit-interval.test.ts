// The interval counts from a change, also from one that comes while an earlier batch is on its way to disk.
import { expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { ask, testDirectory } from './test-stores.js';

test('a batch that is due when the one before has ended waits for no further interval', async () => {
  const directory = testDirectory();
  const clock = new ManualClock();
  const store = { directory: directory.path, durability: 'interval', intervalMs: 1000 } as const;
  const engine = createEmbeddedEngine({ clock, store });
  const batchesWritten = () => engine.statistics().more?.batchesWritten ?? 0;
  try {
    await engine.start();
    // so many that writing them down takes more than one slice
    for (let i = 0; i < 6000; i++) await ask(engine, 'CREATE', `s${i}`);
    const before = batchesWritten();
    clock.advance(1000);
    await ask(engine, 'SETVAL', 's0', 'name', 'changed while the batch is under way');
    expect(batchesWritten()).toBe(before);
    clock.advance(1000);
    expect(batchesWritten()).toBe(before);
    await expect.poll(batchesWritten).toBe(before + 2);
  } finally {
    await engine.close();
    directory.remove();
  }
});
