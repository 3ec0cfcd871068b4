// Servers that are too old: refused before anything is written to them, by whoever opens them.
import { expect, test } from 'vitest';
import { createRedisEngine, type RedisServers, redisSource } from '../src/index.js';
import { PretendedRedis } from './support/pretended-redis.js';

const refused = async (start: (servers: RedisServers) => Promise<unknown>): Promise<readonly string[]> => {
  const server = await PretendedRedis.start('redis_version:5.0.14', 'redis_mode:standalone');
  const servers = { topology: 'single' as const, hosts: [{ host: server.host, port: server.port }] };
  await expect(start(servers)).rejects.toMatchObject({
    name: 'StoreFault',
    message: `Redis 5.0.14 at 127.0.0.1:${server.port} is too old: msession needs Redis 6.2 or later, or Valkey`,
  });
  await server.stop();
  return server.asked;
};

test('an engine names the version that it found and the one that it needs, and writes nothing', async () => {
  const asked = await refused((servers) => createRedisEngine({ servers }).start());
  expect(asked).toContain('INFO');
  expect(asked.filter((name) => /^(EVAL|EVALSHA|HSET|HSETNX|SUBSCRIBE)$/.test(name))).toEqual([]);
});

test('a dump does, too', async () => {
  await refused((servers) => redisSource({ servers }));
});
