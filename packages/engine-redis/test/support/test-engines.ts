// Engines for tests, each under a prefix of its own on servers that a whole file of tests shares: so no test sees what
// another left, and none waits for servers to start.
import type { Clock } from '@msession/engine';
import type { RemoteEngine } from '../../../server/test/support/tcp-harness.js';
import { createRedisEngine, type RedisEngine, type RedisServers } from '../../src/index.js';
import { latestLink, linkSettled, passTime } from './link-watch.js';
import type { RedisCluster } from './redis-cluster.js';
import type { RedisProcess } from './redis-process.js';

export function serversOf(topology: RedisProcess | RedisCluster): RedisServers {
  if ('servers' in topology)
    return { topology: 'cluster', hosts: topology.servers.map(({ host, port }) => ({ host, port })) };
  return { topology: 'single', hosts: [{ host: topology.host, port: topology.port }] };
}

let made = 0;

/** For tests of something else: a machine that has much to do is no Redis that is away. */
export const patientTimeoutMs = 30_000;

/** An engine without sessions, not started. */
export function makeTestEngine(servers: RedisServers, clock?: Clock): RedisEngine {
  return createRedisEngine({
    servers,
    prefix: `t${++made}`,
    timeoutMs: patientTimeoutMs,
    ...(clock === undefined ? {} : { clock }),
  });
}

/** An engine without sessions for a harness that owns the clock. */
export function makeRemoteEngine(servers: RedisServers): (clock: Clock) => Promise<RemoteEngine> {
  return async (clock) => {
    const engine = makeTestEngine(servers, clock);
    let link: ReturnType<typeof latestLink> | undefined;
    const own = () => {
      link ??= latestLink();
      return link;
    };
    return {
      engine,
      settle: () => linkSettled(own()),
      advance: (manual, milliseconds) => passTime(own(), engine, manual, milliseconds),
    };
  };
}
