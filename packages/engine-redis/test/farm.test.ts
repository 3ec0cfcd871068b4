// Several front-ends of one farm: what one does, the others' listeners hear; what is overdue ends once; and who may join.
import type { SessionEvent, SessionEventName } from '@msession/engine';
import { connectLocally } from '@msession/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedisEngine, type RedisEngine, type RedisServers } from '../src/index.js';
import { ControlConnection } from './support/control-connection.js';
import { type RedisProcess, untilSo } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { serversOf } from './support/test-engines.js';

let server: RedisProcess;
let servers: RedisServers;
let control: ControlConnection;
const engines: RedisEngine[] = [];
let prefixes = 0;

beforeAll(async () => {
  server = await startSingleRedis();
  servers = serversOf(server);
  control = await ControlConnection.open(server);
});

afterAll(async () => {
  for (const engine of engines) await engine.close();
  await server.stop();
});

async function startEngine(prefix: string): Promise<RedisEngine> {
  const engine = createRedisEngine({ servers, prefix, timeoutMs: 5000 });
  engines.push(engine);
  await engine.start();
  return engine;
}

function listen(engine: RedisEngine, names: readonly SessionEventName[], wantsData = false): SessionEvent[] {
  const heard: SessionEvent[] = [];
  engine.subscribe({ names: new Set(names), wantsData, onEvent: (event) => void heard.push(event) });
  return heard;
}

test('listeners of one front-end hear of what another did, with data where they asked for it', async () => {
  const prefix = `farm${++prefixes}`;
  const [one, other] = [await startEngine(prefix), await startEngine(prefix)];
  const heard = listen(one, ['created', 'destroyed', 'renamed'], true);
  const caller = connectLocally(other);
  let made = 0;
  await untilSo('the other front-end knows that somebody listens', async () => {
    await caller.call('CREATE', `try-${++made}`);
    return heard.length > 0;
  });
  await caller.call('CREATE', 'visit', 'DATA', 'basket');
  await caller.call('RENAME', 'visit', 'visit-2');
  await caller.call('DROP', 'visit-2');
  await untilSo('the end is heard of', () => heard.at(-1)?.name === 'destroyed');
  const told = heard.slice(-3).map(({ name, id, newId, data }) => [name, String(id), String(newId), String(data)]);
  expect(told).toEqual([
    ['created', 'visit', 'undefined', 'basket'],
    ['renamed', 'visit', 'visit-2', 'basket'],
    ['destroyed', 'visit-2', 'undefined', 'basket'],
  ]);
});

test('a session that expires is told of once, however many front-ends sweep', async () => {
  const prefix = `farm${++prefixes}`;
  const farm = [await startEngine(prefix), await startEngine(prefix), await startEngine(prefix)];
  const caller = connectLocally(farm[0] as RedisEngine);
  const heard = farm.map((engine) => listen(engine, ['expired']));
  // each knows of the others' listeners once their entries can be read
  await untilSo('all listeners are known', async () => Number(await control.call('HLEN', `${prefix}:listeners`)) === 3);
  for (let i = 0; i < 30; i++) await caller.call('CREATE', `short-${i}`, 'TIMEOUT', 1);
  await untilSo(
    'all have ended',
    async () => Number(await control.call('ZCARD', `${prefix}:{0}:d`)) === 0 && (await caller.call('COUNT')) === 0,
  );
  await untilSo('all have been heard of', () => (heard[0]?.length ?? 0) >= 30);
  await Promise.all(farm.map((engine) => engine.sweep()));
  const ids = (heard[0] as SessionEvent[]).map(({ id }) => String(id)).sort();
  expect(ids).toEqual(Array.from({ length: 30 }, (_, i) => `short-${i}`).sort());
});

test('nothing is left in Redis of sessions that ended', async () => {
  const prefix = `farm${++prefixes}`;
  const engine = await startEngine(prefix);
  const caller = connectLocally(engine);
  await caller.call('CREATE', 'visit', 'TIMEOUT', 1);
  await caller.call('SETVAL', 'visit', 'user', 'ada', 'page', '1');
  const sub = String(await caller.call('SUBNEW', 'visit'));
  await caller.call('SETVAL', `visit/${sub}`, 'user', 'ada');
  await caller.call('SLOCK', 'reserved', 'CREATE', 'LEASE', 1);
  await untilSo('the session has ended', async () => (await engine.sweep()) === Number.POSITIVE_INFINITY);
  await untilSo('the lock is forgotten', async () => {
    await caller.call('SLOCK', 'reserved', 'CREATE', 'LEASE', 1);
    const keys = (await control.call('KEYS', `${prefix}:*`)) as readonly Buffer[];
    const kinds = new Set(keys.map((key) => String(key).replace(/\d+/g, '').slice(prefix.length)));
    return !kinds.has(':{}:d') && !kinds.has(':{}:e') && !kinds.has(':{}:i') && !String(keys).includes(':s:visit');
  });
});

test('what has another layout is not touched', async () => {
  const prefix = `farm${++prefixes}`;
  await control.call('HSET', `${prefix}:layout`, 'version', '1', 'buckets', '256');
  const engine = createRedisEngine({ servers, prefix });
  await expect(engine.start()).rejects.toThrow(/buckets 256, and this engine reads 1024/);
  expect(await control.call('KEYS', `${prefix}:*`)).toHaveLength(1);
});

test('tenants of one server do not see each other', async () => {
  const [one, other] = [await startEngine(`farm${++prefixes}`), await startEngine(`farm${++prefixes}`)];
  await connectLocally(one).call('CREATE', 'visit');
  expect(await connectLocally(other).call('CTL', 'visit', 'EXIST')).toBe(0);
  expect(await connectLocally(other).call('COUNT')).toBe(0);
});
