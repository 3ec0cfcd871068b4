// RENAME in steps, as across the slots of a cluster, cut off after each of them: whoever comes next finishes it, and nothing is
// lost or there twice. A move is the same where both ids are on one server, so one server is enough to see it.
import { connectLocally, defaultLimits, type LocalCaller } from '@msession/engine';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RedisLink } from '../src/connection/redis-link.js';
import { familyOfCall } from '../src/connection/script-call.js';
import { type ScriptReply, ScriptRunner } from '../src/connection/script-runner.js';
import { EngineClock } from '../src/engine-clock.js';
import { createRedisEngine, type RedisEngine } from '../src/index.js';
import { KeyNames } from '../src/layout/key-names.js';
import { placeOf } from '../src/layout/place.js';
import { finishMove, moveFamily } from '../src/moves.js';
import { arriveScript, beginMoveScript } from '../src/scripts/move-scripts.js';
import type { RedisProcess } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { serversOf } from './support/test-engines.js';

const prefix = 'moves';
const keys = new KeyNames(prefix);
const place = (id: string) => placeOf(Buffer.from(id));
let server: RedisProcess;
let engine: RedisEngine;
let caller: LocalCaller;
let link: RedisLink;
let scripts: ScriptRunner;
let made = 0;
let from = '';
let to = '';
let sub = '';

beforeAll(async () => {
  server = await startSingleRedis();
  engine = createRedisEngine({ servers: serversOf(server), prefix });
  await engine.start();
  caller = connectLocally(engine);
  link = new RedisLink({ servers: serversOf(server), timeoutMs: 5000 });
  await link.open();
  scripts = new ScriptRunner({
    link,
    keys,
    limits: { ...defaultLimits },
    clock: new EngineClock(),
    hooks: {
      onNotice: () => undefined,
      eventLetter: () => '',
      finishMove: (call, intent) => finishMove(scripts, keys, placeOf(familyOfCall(call, keys)), intent),
    },
  });
});

afterAll(async () => {
  link.close();
  await engine.close();
  await server.stop();
});

beforeEach(async () => {
  await caller.call('FLUSH', 0);
  from = `from-${++made}`;
  to = `to-${made}`;
  await caller.call('CREATE', from, 'DATA', 'basket', 'CLASS', 'shop', 'TIMEOUT', 600);
  await caller.call('SETVAL', from, 'user', 'ada', 'page', '7');
  sub = String(await caller.call('SUBNEW', from));
  await caller.call('SETVAL', `${from}/${sub}`, 'user', 'ada');
});

const token = 'token';
const intent = () => Buffer.from(`${token}${made}\0${to}`);

/** The first step, by a front-end that dies then. */
function begin(): Promise<ScriptReply> {
  return scripts.send(scripts.beginAt(beginMoveScript, place(from), 2).text(to).text(`${token}${made}`));
}

/** The second step, with what the first answered. */
function arrive(begun: ScriptReply): Promise<ScriptReply> {
  const [counted, fields] = begun as readonly [Buffer, readonly Buffer[]];
  const target = place(to);
  const call = scripts.beginAt(arriveScript, target, 2 + fields.length, [
    Buffer.from(keys.ofBucket(target.bucket, 'm')),
  ]);
  call.text(`${token}${made}`).bytes(counted);
  for (const word of fields) call.bytes(word);
  return scripts.send(call);
}

async function expectAt(id: string, other: string): Promise<void> {
  expect(await caller.call('CTL', other, 'EXIST')).toBe(0);
  const [data, revision] = (await caller.call('DATAGET', id, 'REV')) as unknown as [Buffer, number];
  expect([String(data), String(await caller.call('GETVAL', id, 'page'))]).toEqual(['basket', '7']);
  expect(revision).toBeGreaterThan(0);
  expect(await caller.call('TIMEOUT', id)).toBe(600);
  const texts = (value: unknown) => (value as Buffer[]).map(String).sort();
  expect(texts(await caller.call('SUBLIST', id))).toEqual([sub]);
  expect(texts(await caller.call('FIND', 'user', 'ada'))).toEqual([id, `${id}/${sub}`].sort());
  expect(texts(await caller.call('LIST'))).toEqual([id]);
  expect(await caller.call('COUNT')).toBe(1);
  // a later write has a later revision, whatever the counters of the two buckets were
  await caller.call('DATASET', id, 'later');
  expect(((await caller.call('DATAGET', id, 'REV')) as unknown as [Buffer, number])[1]).toBeGreaterThan(revision);
}

test('a move that nothing disturbs', async () => {
  expect(await moveFamily(scripts, keys, place(from), place(to))).toBe(1);
  await expectAt(to, from);
});

test('cut off behind the first step: who meets the old id finishes it', async () => {
  await begin();
  await expect(caller.call('GETVAL', from, 'user')).rejects.toMatchObject({ code: 'NOSESSION' });
  await expectAt(to, from);
});

test('cut off behind the second step: it is there once', async () => {
  expect(await arrive(await begin())).toBe(1);
  await expect(caller.call('SETVAL', from, 'user', 'bob')).rejects.toMatchObject({ code: 'NOSESSION' });
  await expectAt(to, from);
});

test('a write through the old id is never lost between the steps', async () => {
  await begin();
  await caller.call('CREATE', from, 'DATA', 'another');
  expect(String(await caller.call('DATAGET', to))).toBe('basket');
  expect(String(await caller.call('DATAGET', from))).toBe('another');
});

test('an id that was taken meanwhile: the session stays where it was', async () => {
  await begin();
  await caller.call('CREATE', to, 'DATA', 'of another');
  expect(String(await caller.call('GETVAL', from, 'page'))).toBe('7');
  expect(String(await caller.call('DATAGET', to))).toBe('of another');
  await caller.call('DROP', to);
  await expectAt(from, to);
});

test('a slow finisher does not bring back what was dropped', async () => {
  const begun = await begin();
  await caller.call('CTL', from, 'EXIST');
  await caller.call('DROP', to);
  expect(await arrive(begun)).toBe(1);
  await finishMove(scripts, keys, place(from), intent());
  expect(await caller.call('CTL', to, 'EXIST')).toBe(0);
  expect(await caller.call('CTL', from, 'EXIST')).toBe(0);
  expect(await caller.call('COUNT')).toBe(0);
});

test('a lock goes along, its key and lease with it', async () => {
  const key = Number(await caller.call('SLOCK', from, 'LEASE', 60_000));
  await begin();
  await expect(caller.call('SUNLOCK', from, key)).rejects.toMatchObject({ code: 'NOSESSION' });
  expect(await caller.call('SUNLOCK', to, key, 'DATA', 'basket')).toBe(1);
  await expectAt(to, from);
});
