// The conformance suite, run on the embedded engine.
import { describe, test } from 'vitest';
import { conformanceCases, createEngineHarness } from '../conformance/index.js';
import { createEmbeddedEngine } from './embedded-engine.js';

describe('on the embedded engine', () => {
  for (const each of conformanceCases) {
    test(`${each.id} ${each.title}`, async () => {
      const harness = await createEngineHarness((clock, limits) => createEmbeddedEngine({ clock, limits }));
      try {
        await each.run(harness);
      } finally {
        await harness.dispose();
      }
    });
  }
});
