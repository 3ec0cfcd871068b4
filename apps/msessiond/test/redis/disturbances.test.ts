// A Cluster is changed and damaged while two front-ends write through it: slots move, a replica takes over in good order,
// a master dies. What may be lost then is what docs/operations.md says, and nothing may be wrong.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { indexFaults } from '../../../../packages/engine-redis/test/support/index-faults.js';
import { type ClusterNode, RedisCluster } from '../../../../packages/engine-redis/test/support/redis-cluster.js';
import { Farm } from './farm.js';
import { FencedLoad } from './fenced-load.js';

let cluster: RedisCluster;
let farm: Farm;
let load: FencedLoad;
let tests = 0;

beforeAll(async () => {
  cluster = await RedisCluster.start();
});
afterAll(async () => await cluster?.stop());
beforeEach(() => {
  tests++;
});
afterEach(async () => {
  await load.end();
  await farm.stop();
  for (const server of cluster.servers.filter(({ isRunning }) => !isRunning)) await server.restart();
  await cluster.settled();
});

async function start(flags: readonly string[] = []): Promise<void> {
  farm = await Farm.start({ engine: `redis+cluster://${cluster.addresses}?prefix=storm${tests}`, flags });
  load = new FencedLoad({ farm, writers: 4, ownSessions: 25, commonSessions: 12 });
  await load.progress(300);
}

/** Every search equals a full scan, and the index has nothing too much and nothing too little. */
async function expectWholeIndex(): Promise<void> {
  const masters = (await cluster.masters()).map(({ server }) => server);
  expect(await indexFaults(masters, `storm${tests}`)).toEqual([]);
  expect(await load.searchFaults()).toEqual([]);
}

/** Slots of a server that have keys of this test. */
async function usedSlots(): Promise<Map<number, string>> {
  const slots = new Map<number, string>();
  for (const { id, server } of await cluster.masters())
    for (const key of await server.texts('KEYS', `storm${tests}:{*}:k`)) slots.set(await cluster.slotOf(key), id);
  return slots;
}

describe('slots move under load', () => {
  test('and nobody notices: no refusal, nothing lost, nothing wrong', async () => {
    await start();
    const masters = await cluster.masters();
    const used = [...(await usedSlots())].slice(0, 30);
    expect(used.length).toBeGreaterThan(20);
    for (const [slot, owner] of used) {
      const to = masters[(masters.findIndex(({ id }) => id === owner) + 1) % masters.length];
      if (to === undefined) throw new Error('the cluster has no masters');
      // half-way a slot is asked for by those who find it here, there, and on both sides
      await cluster.moveSlot(slot, to, async () => await load.progress(8));
    }
    await load.progress(300);
    await load.end();
    expect([...load.faults, ...load.regressions]).toEqual([]);
    expect(Object.fromEntries(load.refusals)).toEqual({});
    expect(await load.lost()).toEqual([]);
    await expectWholeIndex();
  });
});

describe('a replica takes over', () => {
  test('in good order: nothing acknowledged is lost', async () => {
    await start();
    for (const master of await cluster.masters()) {
      await cluster.failOver(master);
      await load.progress(200);
    }
    await load.end();
    expect([...load.faults, ...load.regressions]).toEqual([]);
    expect([...load.refusals.keys()].filter((code) => code !== 'UNAVAILABLE' && code !== 'NOWLOCK')).toEqual([]);
    expect(await load.lost()).toEqual([]);
    await expectWholeIndex();
  });

  test('of a master that died: what had reached it is there, older keys write nothing, the rest goes on', async () => {
    await start();
    const [victim] = await cluster.masters();
    if (victim === undefined) throw new Error('the cluster has no masters');
    const replicatedAtMs = performance.now();
    const control = await victim.server.connect();
    await control.call('SET', await keyOn(victim), 'x');
    expect(await control.call('WAIT', 1, 20_000)).toBe(1);
    control.close();
    await load.progress(100);
    await cluster.killMaster(victim);
    await load.progress(400);
    await load.end();
    expect(load.faults).toEqual([]);
    expect(await load.lost(replicatedAtMs)).toEqual([]);
    await expectWholeIndex();
  });

  test('of a master that died, where a replica had to have every change: nothing acknowledged is lost', async () => {
    await start(['--engine-replicas-ack', '1']);
    const [, victim] = await cluster.masters();
    if (victim === undefined) throw new Error('the cluster has no masters');
    await cluster.killMaster(victim);
    await cluster.servers.find((server) => server === victim.server)?.restart();
    await cluster.settled();
    await load.progress(400);
    await load.end();
    expect(load.faults).toEqual([]);
    expect(await load.lost()).toEqual([]);
    await expectWholeIndex();
  });
});

/** A key that this node takes writes for. */
async function keyOn({ slots }: ClusterNode): Promise<string> {
  for (let i = 0; ; i++) {
    const slot = await cluster.slotOf(`marker-${i}`);
    if (slots.some(([first, last]) => slot >= first && slot <= last)) return `marker-${i}`;
  }
}
