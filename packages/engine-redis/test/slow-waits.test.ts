// SLOWLOG LOCKS on an engine that answers every SLOCK later: waits are listed with who made them wait, and requests that
// do not wait cost Redis no second question.
import { ManualClock } from '@msession/engine/conformance';
import { type ReplyMap, replyText } from '@msession/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../server/test/support/test-server.js';
import { RedisLink } from '../src/connection/redis-link.js';
import type { RedisProcess } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { makeTestEngine, serversOf } from './support/test-engines.js';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startSingleRedis();
});
afterAll(async () => await redis.stop());

test('a wait that took long is listed with its holder', async () => {
  const { connect } = await startServer({ engine: makeTestEngine(serversOf(redis)) });
  const [holder, waiter, admin] = [await connect(), await connect(), await connect(3)];
  await holder.call('CREATE', 'visit-1');
  await holder.call('SLOCK', 'visit-1', 'LEASE', 2000, 'NOTE', 'web-1 http://shop/cart?token=secret');
  // on a busy machine an answer takes its time, too
  await admin.call('SLOWLOG', 'RESET');
  await waiter.call('SLOCK', 'visit-1', 'WAIT', 60_000, 'NOTE', 'web-2');
  const entries = (await admin.call('SLOWLOG', 'LOCKS')) as ReplyMap[];
  expect(entries.length).toBe(1);
  expect(replyText(entries[0]?.get('waiterNote'))).toBe('web-2');
  expect(replyText(entries[0]?.get('holderNote'))).toBe('web-1 http://shop/cart');
});

test('a lock that is free is taken and given back by two calls of Redis', async () => {
  // no time passes for the server, however busy the machine is
  const { connect } = await startServer({ engine: makeTestEngine(serversOf(redis)), clock: new ManualClock() });
  const peer = await connect();
  const called: string[] = [];
  const { runScript } = RedisLink.prototype;
  RedisLink.prototype.runScript = function (call, receive) {
    if (/^(take|unlock|report|look|withdraw)$/.test(call.script.name)) called.push(call.script.name);
    return runScript.call(this, call, receive);
  };
  try {
    for (let i = 0; i < 20; i++) {
      const [key] = (await peer.call('SLOCK', 'visit-2', 'WAIT', 5000, 'CREATE', 'DATA', 'BIND')) as [number];
      await peer.call('SUNLOCK', 'visit-2', key, 'DATA', `${i}`);
    }
  } finally {
    RedisLink.prototype.runScript = runScript;
  }
  expect(called).toEqual(Array.from({ length: 20 }, () => ['take', 'unlock']).flat());
});
