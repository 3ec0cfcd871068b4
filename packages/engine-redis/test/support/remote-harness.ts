// The harness for engines in this process, for one whose work is done elsewhere: before time passes, and after, all that is
// under way comes to its end; and time passes in steps, so that leases and deadlines happen in their order.
import { type ConformanceHarness, createEngineHarness, type ManualClock } from '@msession/engine/conformance';
import { createRedisEngine, type RedisEngine, type RedisServers } from '../../src/index.js';
import { latestLink, linkSettled, passTime } from './link-watch.js';
import { patientTimeoutMs } from './test-engines.js';

const runId = Math.random().toString(36).slice(2, 8);
let made = 0;

/** A harness around an engine without sessions, under a prefix of its own. */
export async function createRemoteHarness(servers: RedisServers): Promise<ConformanceHarness> {
  let engine: RedisEngine | undefined;
  let clock: ManualClock | undefined;
  const inner = await createEngineHarness((manual, limits) => {
    clock = manual as ManualClock;
    engine = createRedisEngine({
      servers,
      prefix: `c${runId}${++made}`,
      timeoutMs: patientTimeoutMs,
      limits,
      clock: manual,
    });
    return engine;
  });
  const link = latestLink();
  const settled = () => linkSettled(link);
  return {
    ...inner,
    async connect(options) {
      const peer = await inner.connect(options);
      const { close } = peer;
      return Object.assign(peer, {
        async close() {
          await close.call(peer);
          await settled();
        },
      });
    },
    async advance(milliseconds) {
      if (clock !== undefined && engine !== undefined) await passTime(link, engine, clock, milliseconds);
    },
  };
}
