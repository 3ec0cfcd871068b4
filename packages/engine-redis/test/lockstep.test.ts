// Random scripts on this engine and on the plain model in lockstep: what one answers, pushes and reports, the other must.

import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { createModelEngine } from '../../engine/src/model/index.js';
import { type MakeEngine, type RemoteSteps, runInLockstep } from '../../engine/src/model/lockstep.js';
import { type Subject, scripts } from '../../engine/src/model/script.js';
import type { RedisEngine } from '../src/index.js';
import { createRedisEngine } from '../src/index.js';
import { latestLink, linkSettled } from './support/link-watch.js';
import type { RedisProcess } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { serversOf } from './support/test-engines.js';

/** Every run tries the same scripts; `PROPERTY_RUNS=2000 PROPERTY_SEED=random` looks further. */
const seed = process.env.PROPERTY_SEED ?? '20261122';
const runs = (usual: number) => ({
  numRuns: Number(process.env.PROPERTY_RUNS ?? usual),
  ...(seed === 'random' ? {} : { seed: Number(seed) }),
});

let server: RedisProcess;
let made = 0;
beforeAll(async () => {
  server = await startSingleRedis();
});
afterAll(async () => await server.stop());

const onRedis: MakeEngine = (clock, limits) =>
  createRedisEngine({ servers: serversOf(server), prefix: `step${++made}`, limits, clock, timeoutMs: 60_000 });
const model: MakeEngine = (clock, limits) => createModelEngine({ clock, limits });

/** A step takes a moment for each lease, wait and lifetime that ends in it; at the end of a script hardly any is left. */
const maxSteps = 60;

const remote: RemoteSteps = {
  async advance(engine, clock, milliseconds) {
    const link = latestLink();
    const wallOffset = clock.wallMs() - clock.monotonicMs();
    const endMs = clock.monotonicMs() + milliseconds;
    await linkSettled(link);
    for (let step = 0; step < maxSteps; step++) {
      const timerMs = clock.nextTimerMs() ?? Number.POSITIVE_INFINITY;
      const deadlineMs = milliseconds === 1 ? timerMs : (await (engine as RedisEngine).sweep()) - wallOffset;
      const nextMs = Math.min(timerMs, deadlineMs);
      if (nextMs > endMs) break;
      clock.advance(Math.max(0, nextMs - clock.monotonicMs()));
      await linkSettled(link);
    }
    clock.advance(endMs - clock.monotonicMs());
    await linkSettled(link);
    if (milliseconds > 1) await (engine as RedisEngine).sweep();
    await linkSettled(link);
  },
  settle: async () => await linkSettled(latestLink()),
};

function sameAsTheModel(subject: Subject, maxLength: number) {
  return fc.asyncProperty(scripts(subject, maxLength), (script) =>
    runInLockstep(onRedis, model, script, undefined, remote),
  );
}

for (const subject of ['locks', 'content'] as const) {
  test(`does what the model does, in scripts about ${subject}`, async () => {
    await fc.assert(sameAsTheModel(subject, 30), runs(8));
  }, 3_600_000);
}
