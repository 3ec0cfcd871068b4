// The conformance suite on one real redis-server, in this process, on a clock that the test owns.
import { conformanceCases } from '@msession/engine/conformance';
import { afterAll, beforeAll, test } from 'vitest';
import type { RedisProcess } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { createRemoteHarness } from './support/remote-harness.js';
import { serversOf } from './support/test-engines.js';

let server: RedisProcess;

beforeAll(async () => {
  server = await startSingleRedis();
});

afterAll(async () => {
  await server.stop();
});

for (const each of conformanceCases) {
  test(`${each.id} ${each.title}`, async () => {
    const harness = await createRemoteHarness(serversOf(server));
    try {
      await each.run(harness);
    } finally {
      await harness.dispose();
    }
  });
}
