// The conformance suite and foreign clients over real sockets, on servers whose engine is one Redis and on servers whose
// engine is a real Cluster.
import { conformanceCases } from '@msession/engine/conformance';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { testForeignClients } from '../../server/test/support/foreign-clients.js';
import { createTcpHarness } from '../../server/test/support/tcp-harness.js';
import type { RedisServers } from '../src/index.js';
import { RedisCluster } from './support/redis-cluster.js';
import { startSingleRedis } from './support/redis-single.js';
import { makeRemoteEngine, makeTestEngine, serversOf } from './support/test-engines.js';

const topologies = [
  ['one Redis server', startSingleRedis],
  ['a Cluster of three masters and three replicas', () => RedisCluster.start()],
] as const;

describe.each(topologies)('over TCP, on %s', (_name, start) => {
  let servers: RedisServers;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const topology = await start();
    servers = serversOf(topology);
    stop = () => topology.stop();
  });
  afterAll(async () => await stop());

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
});
