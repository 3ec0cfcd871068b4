// Locks that two front-ends share: one order for all who wait, whichever front-end they wait at, and what happens when
// messages are lost and front-ends die.
import { type Caller, type Engine, EngineError, type LocalCaller } from '@msession/engine';
import { ManualClock } from '@msession/engine/conformance';
import {
  type CommandName,
  ReplyCollector,
  type ReplyMap,
  type ReplyValue,
  Request,
  replyText,
} from '@msession/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RedisLink } from '../src/connection/redis-link.js';
import type { RedisServers } from '../src/index.js';
import { type FrontEnd, startFrontEnds } from './support/front-ends.js';
import type { RedisProcess } from './support/redis-process.js';
import { untilSo } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';

let redis: RedisProcess;
let servers: RedisServers;
let started: FrontEnd[] = [];

beforeAll(async () => {
  redis = await startSingleRedis();
  servers = { topology: 'single', hosts: [{ host: redis.host, port: redis.port }] };
});
afterEach(async () => {
  await Promise.all(started.map(({ engine }) => engine.close()));
  started = [];
});
afterAll(async () => await redis.stop());

async function two(clock?: ManualClock): Promise<readonly [FrontEnd, FrontEnd]> {
  started = await startFrontEnds(servers, 2, clock);
  return started as [FrontEnd, FrontEnd];
}

async function lock(caller: LocalCaller, id: string, ...options: (string | number)[]): Promise<number> {
  return Number(await caller.call('SLOCK', id, ...options));
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return 'OK';
}

async function waitersOf(caller: LocalCaller, id: string): Promise<readonly ReplyValue[]> {
  const [record] = (await caller.call('LOCKS', id)) as readonly ReplyMap[];
  const waiters = record?.entries.find(([name]) => replyText(name) === 'waiters')?.[1];
  return Array.isArray(waiters) ? waiters : [];
}

/** Asks for a lock that is held, as the `place`-th who waits; resolves when the engine has it in its queue. */
async function joinQueue(
  caller: LocalCaller,
  id: string,
  place: number,
  ...options: (string | number)[]
): Promise<{ readonly reply: Promise<number> }> {
  const reply = lock(caller, id, 'WAIT', 60_000, ...options);
  reply.catch(() => undefined);
  await untilSo(`${place} wait`, async () => (await waitersOf(caller, id)).length === place);
  return { reply };
}

/** Lets time pass for both front-ends in small steps, and what each step causes happen. */
async function pass(clock: ManualClock, milliseconds: number, observer: LocalCaller): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 500) {
    clock.advance(Math.min(500, left));
    await observer.call('COUNT');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('1,000 requests of ten clients at two front-ends are served in order of arrival, and none starves', async () => {
  const frontEnds = await two();
  const clients = frontEnds.flatMap((frontEnd) => [1, 2, 3, 4, 5].map(() => frontEnd.connect()));
  await clients[0]?.call('DATASET', 'a', '0');
  const share = 100;
  const served = clients.map((): number[] => []);
  let turn = 0;
  await Promise.all(
    clients.map(async (client, at) => {
      for (let i = 0; i < share; i++) {
        const [key, data] = (await client.call('SLOCK', 'a', 'WAIT', 60_000, 'BIND', 'DATA')) as [number, Buffer];
        served[at]?.push(++turn);
        await client.call('SUNLOCK', 'a', key, 'DATA', String(Number(data) + 1));
      }
    }),
  );
  expect(String(await clients[0]?.call('DATAGET', 'a'))).toBe('1000');
  // whoever asks again stands behind the nine others: nobody waits for more than a round, twice where replies cross
  for (const turns of served)
    for (let i = 1; i < share; i++) expect((turns[i] as number) - (turns[i - 1] as number)).toBeLessThanOrEqual(20);
});

test('those who wait at two front-ends get the lock in the order in which they came', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  let key = await lock(holder, 'a');
  const order: number[] = [];
  const queue: Promise<number>[] = [];
  for (let i = 1; i <= 8; i++) {
    const { reply } = await joinQueue((i % 3 === 0 ? here : there).connect(), 'a', i);
    queue.push(reply.finally(() => order.push(i)));
  }
  for (const reply of queue) {
    await holder.call('SUNLOCK', 'a', key);
    const next = await reply;
    expect(next).toBeGreaterThan(key);
    key = next;
  }
  expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a waiter whose message is lost gets the lock all the same', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  await holder.call('DATASET', 'a', 'd');
  const key = await lock(holder, 'a');
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  there.loseMessages();
  await holder.call('SUNLOCK', 'a', key);
  expect(await reply).toBeGreaterThan(key);
});

test('a waiter whose message of the session’s end is lost is told all the same', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  await lock(holder, 'a');
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  there.loseMessages();
  await holder.call('DROP', 'a');
  expect(await codeOf(reply)).toBe('NOSESSION');
});

test('messages lost with the connection that brings them are made up for when it is there again', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  const key = await lock(holder, 'a');
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await holder.call('SUNLOCK', 'a', key);
  expect(await reply).toBeGreaterThan(key);
});

test('data that is too long for a message reaches the waiter at the other front-end', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  const data = 'd'.repeat(100_000);
  await holder.call('CREATE', 'a');
  const key = await lock(holder, 'a');
  const waiting = there.connect().call('SLOCK', 'a', 'WAIT', 60_000, 'DATA');
  await untilSo('one waits', async () => (await waitersOf(holder, 'a')).length === 1);
  await holder.call('SUNLOCK', 'a', key, 'DATA', data);
  const [, read] = (await waiting) as [number, Buffer];
  expect(read.toString()).toBe(data);
});

test('a connection that ends at one front-end frees its bound lock for who waits at the other', async () => {
  const [here, there] = await two();
  const dying = here.connect();
  await dying.call('CREATE', 'a');
  const key = await lock(dying, 'a', 'BIND', 'LEASE', 60_000);
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  expect(dying.close()).toBe(1);
  expect(await reply).toBeGreaterThan(key);
});

test('a front-end that is shut down frees the locks bound to its connections', async () => {
  const [here, there] = await two();
  const dying = here.connect();
  await dying.call('CREATE', 'a');
  const key = await lock(dying, 'a', 'BIND', 'LEASE', 60_000);
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  await here.engine.close();
  expect(await reply).toBeGreaterThan(key);
});

test('a lock bound to a front-end that dies is free when its life is over, long before the lease', async () => {
  const clock = new ManualClock(Date.now());
  const [here, there] = await two(clock);
  const dying = here.connect();
  const other = there.connect();
  await other.call('CREATE', 'a');
  const key = await lock(dying, 'a', 'BIND', 'LEASE', 3_600_000);
  // as long as it lives it holds the lock
  await pass(clock, 60_000, other);
  expect(await codeOf(other.call('SLOCK', 'a'))).toBe('LOCKED');
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  here.cut();
  await pass(clock, 12_000, other);
  expect(await reply).toBeGreaterThan(key);
  expect(await codeOf(other.call('SUNLOCK', 'a', key, 'DATA', 'late'))).toBe('NOWLOCK');
});

test('renewing a front-end’s life never holds a bound lock beyond its lease', async () => {
  const clock = new ManualClock(Date.now());
  const [here, there] = await two(clock);
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  await lock(holder, 'a', 'BIND', 'LEASE', 5000);
  // it holds something else in the same bucket, so that its life there goes on
  await lock(holder, 'a/s', 'CREATE', 'BIND', 'LEASE', 60_000);
  await pass(clock, 5001, holder);
  expect(await lock(there.connect(), 'a')).toBeGreaterThan(0);
});

test('a lock that is not bound outlives its front-end until its lease ends', async () => {
  const clock = new ManualClock(Date.now());
  const [here, there] = await two(clock);
  const other = there.connect();
  await other.call('CREATE', 'a');
  await lock(here.connect(), 'a', 'LEASE', 40_000);
  here.cut();
  await pass(clock, 39_000, other);
  expect(await codeOf(other.call('SLOCK', 'a'))).toBe('LOCKED');
  await pass(clock, 1000, other);
  expect(await codeOf(other.call('SLOCK', 'a'))).toBe('OK');
});

test('those who wait at a front-end that died are passed by', async () => {
  const clock = new ManualClock(Date.now());
  const [here, there] = await two(clock);
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  const key = await lock(holder, 'a', 'LEASE', 600_000);
  await joinQueue(there.connect(), 'a', 1);
  const { reply } = await joinQueue(here.connect(), 'a', 2);
  there.cut();
  await pass(clock, 11_000, holder);
  await holder.call('SUNLOCK', 'a', key);
  expect(await reply).toBeGreaterThan(key);
});

test('a waiter whose front-end was taken for dead joins the queue again when it comes to itself', async () => {
  const clock = new ManualClock(Date.now());
  const [here, there] = await two(clock);
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  const key = await lock(holder, 'a', 'LEASE', 600_000);
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  for (const presence of await redis.texts('KEYS', 'farm*:w')) await redis.call('DEL', presence);
  await holder.call('SUNLOCK', 'a', key);
  const next = await lock(holder, 'a', 'LEASE', 7000);
  await pass(clock, 15_000, holder);
  expect(await reply).toBeGreaterThan(next);
});

test('SLOCK ASYNC waits at one front-end for what another holds, and SCANCEL withdraws it there', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  const peer = there.connect();
  const pushes: (readonly ReplyValue[])[] = [];
  peer.onPush = (items) => pushes.push(items);
  await holder.call('DATASET', 'a', 'd');
  const first = await lock(holder, 'a');
  const withdrawn = Number(await peer.call('SLOCK', 'a', 'ASYNC', 'WAIT', 60_000));
  const ticket = Number(await peer.call('SLOCK', 'a', 'ASYNC', 'WAIT', 60_000, 'DATA'));
  expect(await peer.call('SCANCEL', withdrawn)).toBe(1);
  await holder.call('SUNLOCK', 'a', first, 'DATA', 'e');
  await untilSo('the push is there', () => pushes.length > 0);
  const [kind, whose, id, code, key, data] = pushes[0] as ReplyValue[];
  expect([kind, whose, id, code, data].map((item) => replyText(item) ?? item)).toEqual([
    'lock',
    ticket,
    'a',
    'OK',
    'e',
  ]);
  expect(Number(key)).toBeGreaterThan(first);
  expect(await peer.call('SUNLOCK', 'a', Number(key))).toBe(1);
  expect(pushes.length).toBe(1);
});

test('two connections with the same number, each at its own front-end, are two', async () => {
  const [here, there] = await two();
  const observer = here.connect();
  await observer.call('CREATE', 'a');
  const caller: Caller = { id: 1, canReceivePush: () => false, push: () => undefined };
  const ask = async (engine: Engine, ...words: (string | number)[]): Promise<ReplyValue> => {
    const collector = new ReplyCollector(3);
    const later = await engine.execute(words[0] as CommandName, Request.of(words), collector, caller);
    later?.(collector);
    return collector.take();
  };
  const key = await ask(here.engine, 'SLOCK', 'a');
  const waiting = ask(there.engine, 'SLOCK', 'a', 'WAIT', 60_000);
  await untilSo('one waits', async () => (await waitersOf(observer, 'a')).length === 1);
  expect(await ask(here.engine, 'SUNLOCK', 'a', Number(key))).toBe(1);
  expect(Number(await waiting)).toBeGreaterThan(Number(key));
});

test('a lease that another front-end makes shorter ends in time for who waits', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  const key = await lock(holder, 'a', 'LEASE', 600_000);
  const { reply } = await joinQueue(there.connect(), 'a', 1);
  expect(await holder.call('SEXTEND', 'a', key, 'LEASE', 1)).toBe(1);
  expect(await reply).toBeGreaterThan(key);
});

test('a bound lock whose session another front-end renames still ends with its connection', async () => {
  const [here, there] = await two();
  const dying = here.connect();
  const other = there.connect();
  await dying.call('CREATE', 'a');
  const key = await lock(dying, 'a', 'BIND', 'LEASE', 600_000);
  await other.call('RENAME', 'a', 'b');
  const { reply } = await joinQueue(there.connect(), 'b', 1);
  dying.close();
  expect(await reply).toBeGreaterThan(key);
});

test('a lock that was taken by a request whose answer was lost is given back', async () => {
  const [here, there] = await two();
  const asking = here.connect();
  const other = there.connect();
  await other.call('CREATE', 'a');
  const { runScript } = RedisLink.prototype;
  let isLost = false;
  RedisLink.prototype.runScript = async function (call, receive) {
    const reply = await runScript.call(this, call, receive);
    if (isLost || call.script.name !== 'take') return reply;
    isLost = true;
    throw new EngineError('UNAVAILABLE', 'the connection was lost');
  };
  try {
    expect(await codeOf(asking.call('SLOCK', 'a', 'LEASE', 600_000))).toBe('UNAVAILABLE');
    await untilSo('the lock is free', async () => (await codeOf(other.call('SLOCK', 'a'))) === 'OK');
  } finally {
    RedisLink.prototype.runScript = runScript;
  }
});

test('a waiter that hangs up is in nobody’s way, whichever front-end it was at', async () => {
  const [here, there] = await two();
  const holder = here.connect();
  await holder.call('CREATE', 'a');
  const key = await lock(holder, 'a');
  const gone = there.connect();
  await joinQueue(gone, 'a', 1);
  const { reply } = await joinQueue(here.connect(), 'a', 2);
  expect(gone.close()).toBe(1);
  await untilSo('it has left', async () => (await waitersOf(holder, 'a')).length === 1);
  await holder.call('SUNLOCK', 'a', key);
  expect(await reply).toBeGreaterThan(key);
});

test('where Redis is full, locks are given back, freed by hang-ups and kept by front-ends that live', async () => {
  const full = await startSingleRedis();
  try {
    const clock = new ManualClock(Date.now());
    const farm = await startFrontEnds({ topology: 'single', hosts: [{ host: full.host, port: full.port }] }, 2, clock);
    started = farm;
    const [here, there] = farm as [FrontEnd, FrontEnd];
    const [dying, holder, other] = [here.connect(), here.connect(), there.connect()];
    for (const id of ['a', 'b', 'c']) await other.call('DATASET', id, 'd');
    await lock(dying, 'a', 'BIND', 'LEASE', 600_000);
    const key = await lock(holder, 'b');
    const kept = await lock(holder, 'c', 'BIND', 'LEASE', 600_000);
    await full.call('CONFIG', 'SET', 'maxmemory', '1');
    expect(await codeOf(other.call('DATASET', 'd', 'd'))).toBe('OOM');
    expect(await codeOf(holder.call('SUNLOCK', 'b', key, 'DATA', 'more'))).toBe('OOM');
    expect(await holder.call('SUNLOCK', 'b', key)).toBe(1);
    expect(dying.close()).toBe(1);
    await pass(clock, 30_000, other);
    expect(await holder.call('SEXTEND', 'c', kept, 'LEASE', 600_000)).toBe(1);
    await full.call('CONFIG', 'SET', 'maxmemory', '0');
    expect(await codeOf(other.call('SLOCK', 'a'))).toBe('OK');
    expect(await codeOf(other.call('SLOCK', 'b'))).toBe('OK');
    expect(await codeOf(other.call('SLOCK', 'c'))).toBe('LOCKED');
    expect(await other.call('SUNLOCK', 'c', kept)).toBe(1);
  } finally {
    await Promise.all(started.map(({ engine }) => engine.close()));
    started = [];
    await full.stop();
  }
});

test('a reservation that ran out without anybody’s waiting leaves nothing behind', async () => {
  const [here] = await two();
  await lock(here.connect(), 'left-behind', 'CREATE', 'LEASE', 1);
  await untilSo('nothing is left', async () => (await redis.texts('KEYS', '*:s:left-behind')).length === 0);
});
