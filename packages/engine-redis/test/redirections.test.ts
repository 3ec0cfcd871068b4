// Commands that a node of a Cluster sends elsewhere, where nobody has been asked yet: they wait until that node is reached, and
// are done once.
import { connectLocally } from '@msession/engine';
import { expect, test } from 'vitest';
import { createRedisEngine } from '../src/index.js';
import { RedisCluster } from './support/redis-cluster.js';
import { serversOf } from './support/test-engines.js';

test('a failover in good order refuses nothing, and nothing is done twice', async () => {
  const cluster = await RedisCluster.start();
  const engine = createRedisEngine({ servers: serversOf(cluster), timeoutMs: 30_000 });
  await engine.start();
  const caller = connectLocally(engine);
  const ids = Array.from({ length: 48 }, (_, i) => `visit-${i}`);
  for (const id of ids) await caller.call('CREATE', id);
  const counted = new Map(ids.map((id) => [id, 0]));
  const refused: string[] = [];
  let isEnding = false;
  let done = 0;
  const count = async (id: string) => {
    while (!isEnding) {
      try {
        await caller.call('INC', id, 'n');
        counted.set(id, (counted.get(id) ?? 0) + 1);
      } catch (error) {
        refused.push(String(error));
      }
      done++;
    }
  };
  const counting = ids.map(count);
  for (const master of await cluster.masters()) {
    await cluster.failOver(master);
    const goal = done + 10 * ids.length;
    while (done < goal) await new Promise((resolve) => setImmediate(resolve));
  }
  isEnding = true;
  await Promise.all(counting);
  expect(refused).toEqual([]);
  for (const id of ids) expect(Number(await caller.call('GETVAL', id, 'n'))).toBe(counted.get(id));
  await engine.close();
  await cluster.stop();
});
