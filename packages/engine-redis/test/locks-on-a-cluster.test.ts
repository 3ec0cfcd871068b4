// Locks of two front-ends on a real Cluster: where messages can stay with the node of their bucket they do, and follow it when
// it moves.
import type { LocalCaller } from '@msession/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeOf } from '../src/layout/place.js';
import { type FrontEnd, startFrontEnds } from './support/front-ends.js';
import { RedisCluster } from './support/redis-cluster.js';
import { untilSo } from './support/redis-process.js';
import { redisProgram } from './support/redis-program.js';
import { serversOf } from './support/test-engines.js';

let cluster: RedisCluster;
let here: FrontEnd;
let there: FrontEnd;

beforeAll(async () => {
  cluster = await RedisCluster.start();
  [here, there] = (await startFrontEnds(serversOf(cluster), 2)) as [FrontEnd, FrontEnd];
});
afterAll(async () => {
  await Promise.all([here, there].map(({ engine }) => engine.close()));
  await cluster.stop();
});

/** Takes a lock at one front-end and waits for it at the other. */
async function contend(holder: LocalCaller, waiter: LocalCaller, id: string) {
  await holder.call('CREATE', id);
  const key = Number(await holder.call('SLOCK', id));
  const granted = waiter.call('SLOCK', id, 'WAIT', 60_000).then(Number);
  granted.catch(() => undefined);
  await untilSo('it waits', () => there.engine.statistics().lockWaiters === 1);
  return { key, granted };
}

async function calls(command: string): Promise<number> {
  let sum = 0;
  for (const { server } of await cluster.masters())
    sum += Number(/calls=(\d+)/.exec((await server.info('commandstats', `cmdstat_${command}`)) ?? '')?.[1] ?? 0);
  return sum;
}

const messages = async () => ({ sharded: await calls('spublish'), plain: await calls('publish') });

test('a hand-over between front-ends is one message, where that can be on the node of its bucket alone', async () => {
  const [holder, waiter] = [here.connect(), there.connect()];
  const before = await messages();
  for (let i = 0; i < 30; i++) {
    const { key, granted } = await contend(holder, waiter, `visit-${i}`);
    await holder.call('SUNLOCK', `visit-${i}`, key);
    expect(await granted).toBeGreaterThan(key);
  }
  const { sharded, plain } = await messages();
  const { hasShardedChannels } = redisProgram();
  expect({ sharded: sharded - before.sharded, plain: plain - before.plain }).toEqual(
    hasShardedChannels ? { sharded: 30, plain: 0 } : { sharded: 0, plain: 30 },
  );
});

test('a waiter gets its lock where the bucket has moved to another node meanwhile', async () => {
  const [holder, waiter] = [here.connect(), there.connect()];
  const { key, granted } = await contend(holder, waiter, 'moving');
  const slot = await cluster.slotOf(`{${placeOf(Buffer.from('moving')).bucket}}`);
  const masters = await cluster.masters();
  // one of them has it already, and moving it there is none
  for (const master of masters.slice(0, 2)) await cluster.moveSlot(slot, master);
  await holder.call('SUNLOCK', 'moving', key);
  expect(await granted).toBeGreaterThan(key);
});
