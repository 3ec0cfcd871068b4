// The conformance suite and foreign clients over real sockets, whatever Redis stands behind the server.
import { conformanceCases } from '@msession/engine/conformance';
import { afterAll, beforeAll, test } from 'vitest';
import { testForeignClients } from '../../../server/test/support/foreign-clients.js';
import { createTcpHarness } from '../../../server/test/support/tcp-harness.js';
import type { RedisServers } from '../../src/index.js';
import type { RedisCluster } from './redis-cluster.js';
import type { RedisProcess } from './redis-process.js';
import { makeRemoteEngine, makeTestEngine, serversOf } from './test-engines.js';

/** Registers the tests, on servers that are started once for all of them. */
export function testOverTheWire(start: () => Promise<RedisProcess | RedisCluster>): void {
  let topology: RedisProcess | RedisCluster;
  let servers: RedisServers;

  beforeAll(async () => {
    topology = await start();
    servers = serversOf(topology);
  });
  afterAll(async () => await topology.stop());

  for (const each of conformanceCases) {
    test(`${each.id} ${each.title}`, async () => {
      const harness = await createTcpHarness({ makeEngine: makeRemoteEngine(servers) });
      try {
        await each.run(harness);
      } finally {
        await harness.dispose();
      }
    });
  }

  testForeignClients(() => makeTestEngine(servers));
}
