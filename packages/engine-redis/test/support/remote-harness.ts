// The harness for engines in this process, for one whose work is done elsewhere: before time passes, and after, all that is
// under way comes to its end; and time passes in steps, so that leases and deadlines happen in their order.
import { type ConformanceHarness, createEngineHarness, type ManualClock } from '@msession/engine/conformance';
import { createRedisEngine, type RedisEngine, type RedisServers } from '../../src/index.js';
import { latestLink, linkSettled } from './link-watch.js';

const runId = Math.random().toString(36).slice(2, 8);
let made = 0;
/** More steps than that, and what is left of the time passes at once: cases let centuries pass. */
const maxSteps = 100;

/** A harness around an engine without sessions, under a prefix of its own. */
export async function createRemoteHarness(servers: RedisServers): Promise<ConformanceHarness> {
  let engine: RedisEngine | undefined;
  let clock: ManualClock | undefined;
  const inner = await createEngineHarness((manual, limits) => {
    clock = manual as ManualClock;
    engine = createRedisEngine({ servers, prefix: `c${runId}${++made}`, limits, clock: manual });
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
      if (clock === undefined || engine === undefined) return;
      await settled();
      const endMs = clock.monotonicMs() + milliseconds;
      const wallOffset = clock.wallMs() - clock.monotonicMs();
      for (let step = 0; step < maxSteps; step++) {
        const deadlineMs = (await engine.sweep()) - wallOffset;
        const nextMs = Math.min(clock.nextTimerMs() ?? Number.POSITIVE_INFINITY, deadlineMs);
        if (nextMs > endMs) break;
        clock.advance(Math.max(0, nextMs - clock.monotonicMs()));
        await settled();
      }
      clock.advance(endMs - clock.monotonicMs());
      await settled();
      await engine.sweep();
      await settled();
    },
  };
}
