// Redis that is away: clear answers within the timeout, readiness that says why, and recovery by itself.
import { connectLocally } from '@msession/engine';
import { expect, test } from 'vitest';
import { createRedisEngine } from '../src/index.js';
import { freePort } from './support/free-port.js';
import { untilSo } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { serversOf } from './support/test-engines.js';

test('an engine whose Redis is not there does not start, and says so', async () => {
  const servers = { topology: 'single' as const, hosts: [{ host: '127.0.0.1', port: await freePort() }] };
  const engine = createRedisEngine({ servers, timeoutMs: 300 });
  await expect(engine.start()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: /Redis cannot be reached/ });
});

test('commands are answered UNAVAILABLE while Redis is away, and again when it is back', async () => {
  const server = await startSingleRedis(['appendonly yes', 'appendfsync always']);
  const notices: string[] = [];
  const engine = createRedisEngine({
    servers: serversOf(server),
    // connects within it where other tests have the processors
    timeoutMs: 1500,
    onNotice: (message) => void notices.push(message),
  });
  await engine.start();
  const caller = connectLocally(engine);
  await caller.call('CREATE', 'visit', 'DATA', 'kept');
  expect(engine.health()).toEqual({ isReady: true });

  await server.kill();
  await untilSo('readiness says no', () => !engine.health().isReady);
  expect(engine.health().reason).toMatch(/Redis/);
  await expect(caller.call('GETVAL', 'visit', 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(caller.call('SETVAL', 'visit', 'x', '1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(caller.call('COUNT')).rejects.toMatchObject({ code: 'UNAVAILABLE' });

  await server.restart();
  await untilSo('readiness says yes', () => engine.health().isReady);
  await untilSo('commands are answered', async () =>
    caller.call('DATAGET', 'visit').then(
      (data) => String(data) === 'kept',
      () => false,
    ),
  );
  expect(notices.length).toBeGreaterThanOrEqual(2);
  expect(notices.at(-1)).toMatch(/again/);
  await engine.close();
  expect(engine.health().isReady).toBe(false);
  await expect(caller.call('COUNT')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await server.stop();
});

test('a Redis that is silent is given up after the timeout, and what was not sent is not done later', async () => {
  const server = await startSingleRedis();
  const engine = createRedisEngine({ servers: serversOf(server), timeoutMs: 400 });
  await engine.start();
  const caller = connectLocally(engine);
  await caller.call('CREATE', 'visit');
  server.freeze();
  await expect(caller.call('INC', 'visit', 'n')).rejects.toMatchObject({ code: 'UNAVAILABLE', message: /not known/ });
  server.thaw();
  await untilSo('commands are answered', async () =>
    caller.call('GETVAL', 'visit', 'n').then(
      () => true,
      () => false,
    ),
  );
  // the one that was sent was done, as its answer said may be; no more than that
  expect(['1', 'null']).toContain(String(await caller.call('GETVAL', 'visit', 'n')));
  await engine.close();
  await server.stop();
});

test('a change that meets a replica is done once it is a master', async () => {
  const server = await startSingleRedis();
  const engine = createRedisEngine({ servers: serversOf(server), timeoutMs: 20_000 });
  await engine.start();
  const caller = connectLocally(engine);
  await caller.call('CREATE', 'visit');
  // of nobody, so that it keeps what it has
  await server.call('REPLICAOF', '127.0.0.1', await freePort());
  const changed = caller.call('INC', 'visit', 'n');
  // goes behind it, and is answered when it was refused
  expect(await caller.call('CTL', 'visit', 'EXIST')).toBe(1);
  await server.call('REPLICAOF', 'NO', 'ONE');
  expect(String(await changed)).toBe('1');
  await engine.close();
  await server.stop();
});

test('a Redis that is full refuses writes and answers reads', async () => {
  const server = await startSingleRedis(['maxmemory-policy noeviction']);
  const engine = createRedisEngine({ servers: serversOf(server) });
  await engine.start();
  const caller = connectLocally(engine);
  await caller.call('CREATE', 'visit', 'DATA', 'kept');
  await caller.call('SETVAL', 'visit', 'user', 'ada');
  await caller.call('GETALL', 'visit');
  await (await server.control()).call('CONFIG', 'SET', 'maxmemory', '1');
  await expect(caller.call('SETVAL', 'visit', 'user', 'bob')).rejects.toMatchObject({ code: 'OOM' });
  await expect(caller.call('DATASET', 'another', 'x')).rejects.toMatchObject({ code: 'OOM' });
  expect(String(await caller.call('GETVAL', 'visit', 'user'))).toBe('ada');
  expect(String(await caller.call('DATAGET', 'visit'))).toBe('kept');
  await engine.close();
  await server.stop();
});
