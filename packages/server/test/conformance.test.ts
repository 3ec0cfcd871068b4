import { conformanceCases } from '@msession/engine/conformance';
import { describe, test } from 'vitest';
import { createTcpHarness } from './support/tcp-harness.js';

describe.each(['shared-buffer', 'data-events'] as const)('the embedded engine over TCP, %s', (receivePath) => {
  for (const each of conformanceCases) {
    test(`${each.id} ${each.title}`, async () => {
      const harness = await createTcpHarness(receivePath);
      try {
        await each.run(harness);
      } finally {
        await harness.dispose();
      }
    });
  }
});
