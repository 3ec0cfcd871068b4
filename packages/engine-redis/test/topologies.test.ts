// The topologies themselves: what other tests stand on must be what it says, or those prove nothing.
import { afterEach, describe, expect, test } from 'vitest';
import { ControlConnection } from './support/control-connection.js';
import { RedisCluster } from './support/redis-cluster.js';
import { startGuardedRedis, startSingleRedis } from './support/redis-single.js';
import { SentinelGroup } from './support/sentinel-group.js';

const started: { stop(): Promise<void> }[] = [];
const until = <Started extends { stop(): Promise<void> }>(topology: Started): Started => {
  started.push(topology);
  return topology;
};
afterEach(async () => {
  for (const topology of started.splice(0)) await topology.stop();
});

describe('a single server', () => {
  test('is killed and comes back on its port', async () => {
    const server = until(await startSingleRedis(['appendonly yes', 'appendfsync always']));
    await server.call('SET', 'key', 'value');
    await server.kill();
    await expect(server.call('PING')).rejects.toThrow();
    await server.restart();
    expect(await server.text('GET', 'key')).toBe('value');
  });

  test('with TLS and users lets a user touch its prefix only', async () => {
    const { server, user, certificates } = await startGuardedRedis({ prefix: 'shop:', rules: ['+@all', '-@admin'] });
    until(server);
    expect(await server.text('ACL', 'WHOAMI')).toBe('administrator');
    const connection = await ControlConnection.open({
      host: server.host,
      port: server.port,
      authority: certificates.authority.certificate,
      ...user,
    });
    expect(await connection.text('SET', 'shop:1', 'x')).toBe('OK');
    await expect(connection.call('SET', 'other:1', 'x')).rejects.toThrow('NOPERM');
    await expect(connection.call('CONFIG', 'GET', 'save')).rejects.toThrow('NOPERM');
    connection.close();
  });
});

test('Sentinels put the replica in the place of a dead master', async () => {
  const group = until(await SentinelGroup.start());
  const master = await group.master();
  await master.call('SET', 'key', 'value');
  await master.call('WAIT', 1, 10_000);
  await master.kill();
  const promoted = await group.promoted(master);
  expect(promoted.port).not.toBe(master.port);
  expect(await promoted.text('GET', 'key')).toBe('value');
});

test('a cluster moves slots, fails over and survives the death of a master', async () => {
  const cluster = until(await RedisCluster.start());
  const masters = await cluster.masters();
  expect(masters).toHaveLength(3);
  expect((await cluster.nodes()).filter(({ isMaster }) => !isMaster)).toHaveLength(3);

  const slot = await cluster.slotOf('{tag}');
  const from = await cluster.ownerOf(slot);
  for (let i = 0; i < 10; i++) await from.server.call('SET', `{tag}${i}`, `${i}`);
  const to = masters.find(({ id }) => id !== from.id);
  if (to === undefined) throw new Error('there is one master only');
  const steps: number[] = [];
  await cluster.moveSlot(slot, to, async (moved) => void steps.push(moved));
  expect(steps).toEqual([0, 3, 6, 9, 10]);
  expect((await cluster.ownerOf(slot)).id).toBe(to.id);
  expect(await to.server.text('GET', '{tag}7')).toBe('7');
  await cluster.settled();

  const replaced = await cluster.failOver(to);
  expect(replaced.id).not.toBe(to.id);
  await cluster.settled();
  expect(await replaced.server.text('GET', '{tag}7')).toBe('7');

  await replaced.server.call('WAIT', 1, 10_000);
  const heir = await cluster.killMaster(replaced);
  expect(heir.id).toBe(to.id);
  expect(await heir.server.text('GET', '{tag}7')).toBe('7');
  await replaced.server.restart();
  await cluster.settled();
});
