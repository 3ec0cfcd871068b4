import { conformanceCases } from '@msession/engine/conformance';
import { describe, test } from 'vitest';
import { createTcpHarness } from './support/tcp-harness.js';

/** All cases on the path that servers take; those of locks and connections on the other path as well. */
const paths = [
  ['shared-buffer', conformanceCases],
  ['data-events', conformanceCases.filter(({ id }) => id.startsWith('S5.') || id.startsWith('S10.'))],
] as const;

describe.each(paths)('the embedded engine over TCP, %s', (receivePath, cases) => {
  for (const each of cases) {
    test(`${each.id} ${each.title}`, async () => {
      const harness = await createTcpHarness({ receivePath });
      try {
        await each.run(harness);
      } finally {
        await harness.dispose();
      }
    });
  }
});
