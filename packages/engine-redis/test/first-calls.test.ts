// A pipeline on a server that knows no script yet: its commands are run in the order in which they were sent.
import { connectLocally } from '@msession/engine';
import { afterEach, expect, test } from 'vitest';
import { RedisCluster } from './support/redis-cluster.js';
import { startSingleRedis } from './support/redis-single.js';
import { makeTestEngine, serversOf } from './support/test-engines.js';

let stop: () => Promise<void> = async () => undefined;
afterEach(async () => await stop());

test.each([
  ['one server', startSingleRedis],
  ['a Cluster', () => RedisCluster.start()],
])('CREATE and SETVAL behind each other, on %s', async (_name, start) => {
  const topology = await start();
  stop = () => topology.stop();
  const engine = makeTestEngine(serversOf(topology));
  await engine.start();
  const local = connectLocally(engine);
  const answers: Promise<unknown>[] = [];
  for (let i = 0; i < 2000; i++) {
    answers.push(local.call('CREATE', `visit-${i}`), local.call('SETVAL', `visit-${i}`, 'n', i));
    // some leave in turns of their own, as they come from a socket
    if (i % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  expect([...new Set((await Promise.all(answers)).map(String))]).toEqual(['OK']);
  expect(await local.call('COUNT')).toBe(2000);
  await engine.close();
});
