// Sessions on their way from the embedded engine's store into Redis and back, with everything that belongs to them; what a
// restore refuses, and that nothing of one that failed is left.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  connectLocally,
  createEmbeddedEngine,
  dumpTarget,
  type Engine,
  type LocalCaller,
  readDump,
  type SessionSource,
  type SessionTarget,
  storeSource,
  storeTarget,
  type TransferProgress,
  transfer,
} from '@msession/engine';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openAccess } from '../src/dump/redis-access.js';
import { createRedisEngine, type RedisEngine, type RedisServers, redisSource, redisTarget } from '../src/index.js';
import { placeOf } from '../src/layout/place.js';
import { arriveScript, beginMoveScript } from '../src/scripts/move-scripts.js';
import { indexFaults } from './support/index-faults.js';
import { RedisCluster } from './support/redis-cluster.js';
import { type RedisProcess, untilSo } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { serversOf } from './support/test-engines.js';

let server: RedisProcess;
let servers: RedisServers;
let prefixes = 0;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startSingleRedis();
  servers = serversOf(server);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(async () => await server.stop());

const newPrefix = () => `d${++prefixes}`;

function folder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'msession-dump-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return path.join(directory, 'store');
}

async function opened<Kind extends Engine>(engine: Kind): Promise<{ engine: Kind; local: LocalCaller }> {
  await engine.start();
  cleanups.push(() => engine.close());
  return { engine, local: connectLocally(engine) };
}

const embedded = (directory: string) => opened(createEmbeddedEngine({ store: { directory, durability: 'interval' } }));
const onRedis = (prefix: string) => opened<RedisEngine>(createRedisEngine({ servers, prefix }));

async function textOf(opening: Promise<SessionSource>): Promise<string> {
  const source = await opening;
  let text = '';
  try {
    await transfer(
      source,
      dumpTarget({
        write: async (lines) => {
          text += lines;
        },
      }),
    );
  } finally {
    await source.close();
  }
  return text;
}

async function* chunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function restored(text: string, target: SessionTarget): Promise<TransferProgress> {
  return await transfer(await readDump(chunk(text)), target);
}

interface Fields {
  readonly [name: string]: unknown;
}

/** A member of a family with its times as moments, so that dumps of different moments can be compared. */
function standing({ idleMs, leftMs, lock, subs, ...rest }: Fields, atMs: number): Fields {
  const { leftMs: leaseMs, ...lockRest } = (lock ?? {}) as Fields;
  return {
    ...rest,
    accessedMs: idleMs === undefined ? undefined : atMs - Number(idleMs),
    endsMs: leftMs === undefined ? undefined : atMs + Number(leftMs),
    lock: lock === undefined ? undefined : { ...lockRest, untilMs: atMs + Number(leaseMs) },
    subs: ((subs ?? []) as Fields[]).map((each) => standing(each, atMs)),
  };
}

interface Read {
  readonly header: { readonly atMs: number; readonly keyCeiling: number };
  readonly families: Readonly<Record<string, Fields>>;
}

function read(text: string): Read {
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fields);
  const { atMs, keyCeiling } = header as unknown as Read['header'];
  const families = Object.fromEntries(
    lines.slice(0, -1).map((line) => [JSON.stringify(line.id), standing(line, atMs)] as const),
  );
  expect(Object.keys(families)).toHaveLength(lines.length - 1);
  return { header: { atMs, keyCeiling }, families };
}

/** Sessions with all that can belong to one; answers keys of locks that stand. */
async function fill(local: LocalCaller) {
  await local.call('SETVAL', 'globals', 'hits', '9', 'motto', 'live');
  await local.call('DATASET', 'full', 'a:0:{}', 'CLASS', 'page', 'VARS', 3, 'z', '1', 'user', 'ada', 'a', '2');
  await local.call('SETVAL', 'full', 'later', '', 'z', 'changed');
  await local.call('DATASET', 'binary', Buffer.from([0, 255, 10]), 'VARS', 1, 'user', Buffer.from([0xe9, 0]));
  await local.call('CREATE', 'forever', 'TIMEOUT', 0);
  await local.call('CREATE', 'empty', 'DATA', '');
  await local.call('DATASET', 'long', 'x', 'VARS', 1, 'text', 'long '.repeat(500));
  await local.call('TIMEOUT', 'long', 77);
  for (const sub of ['z', 'b', 'a']) {
    await local.call('CREATE', `full/${sub}`, 'DATA', `sub ${sub}`);
    await local.call('SETVAL', `full/${sub}`, 'user', sub === 'b' ? 'ada' : sub);
  }
  await local.call('TIMEOUT', 'full/b', 50);
  const key = Number(await local.call('SLOCK', 'long', 'LEASE', 600_000, 'NOTE', 'web-1'));
  const ofSub = Number(await local.call('SLOCK', 'full/a', 'LEASE', 500_000));
  await local.call('SLOCK', 'full/reserved', 'CREATE', 'LEASE', 300_000);
  const reserving = Number(await local.call('SLOCK', 'reserved', 'CREATE', 'LEASE', 400_000));
  const released = Number(await local.call('SLOCK', 'empty'));
  await local.call('SUNLOCK', 'empty', released, 'DATA', 'written');
  const overwritten = Number(await local.call('SLOCK', 'binary'));
  await local.call('SUNLOCK', 'binary', overwritten);
  return { key, ofSub, reserving, released, overwritten };
}

describe('from the embedded engine into Redis and back', () => {
  test('everything is the same: data, variables and their order, numbers, times, locks, sub-sessions, globals', async () => {
    const [first, last] = [folder(), folder()];
    const { engine, local } = await embedded(first);
    await fill(local);
    await engine.close();
    const before = await textOf(storeSource({ directory: first }));
    const prefix = newPrefix();
    const counts = await restored(before, redisTarget({ servers, prefix }));
    expect(counts).toEqual({ sessions: 5, subSessions: 3, locks: 4 });
    const between = await textOf(redisSource({ servers, prefix }));
    await restored(between, storeTarget({ directory: last }));
    const after = await textOf(storeSource({ directory: last }));
    const [original, inRedis, back] = [before, between, after].map(read) as [Read, Read, Read];
    expect(Object.keys(original.families)).toHaveLength(7);
    expect(inRedis.families).toEqual(original.families);
    expect(back.families).toEqual(original.families);
    expect(inRedis.families['"full"']).toMatchObject({
      class: 'page',
      data: 'a:0:{}',
      vars: [
        ['z', 'changed'],
        ['user', 'ada'],
        ['a', '2'],
        ['later', ''],
      ],
      subs: [{ sub: 'z' }, { sub: 'b', timeout: 50 }, { sub: 'a' }, { sub: 'reserved', reserved: true }],
    });
    expect(inRedis.header.keyCeiling).toBeGreaterThanOrEqual(original.header.keyCeiling);
    expect(await indexFaults([server], prefix)).toEqual([]);
  });

  test('what Redis was given first is the same in the embedded engine, and answers alike', async () => {
    const prefix = newPrefix();
    const { engine, local } = await onRedis(prefix);
    const keys = await fill(local);
    const asked = async (of: LocalCaller) => [
      await of.call('FIND', 'user', 'ada'),
      await of.call('LIST'),
      await of.call('GETALL', 'full'),
      await of.call('SUBLIST', 'full'),
      await of.call('DATAGET', 'binary'),
      await of.call('TIMEOUT', 'long'),
      await of.call('GETVAL', 'globals', 'motto'),
    ];
    const answers = await asked(local);
    await engine.close();
    const text = await textOf(redisSource({ servers, prefix }));
    const directory = folder();
    await restored(text, storeTarget({ directory }));
    const { local: other } = await embedded(directory);
    expect(await asked(other)).toEqual(answers);
    expect(await other.call('SUNLOCK', 'long', keys.key)).toBe(1);
    await expect(other.call('SLOCK', 'full/a')).rejects.toMatchObject({ code: 'LOCKED' });
    const { keyCeiling } = read(text).header;
    expect(Number(await other.call('SLOCK', 'full'))).toBeGreaterThan(keyCeiling);
  });
});

describe('what was restored into Redis', () => {
  test('is found, locked and released as before, and keys go on above those of the dump', async () => {
    const directory = folder();
    const { engine, local } = await embedded(directory);
    const keys = await fill(local);
    await engine.close();
    const text = await textOf(storeSource({ directory }));
    const prefix = newPrefix();
    await restored(text, redisTarget({ servers, prefix }));
    const { local: restoredTo } = await onRedis(prefix);
    const found = (await restoredTo.call('FIND', 'user', 'ada')) as Buffer[];
    expect(found.map(String)).toEqual(['full', 'full/b']);
    expect(await restoredTo.call('COUNT')).toBe(5);
    expect(String(await restoredTo.call('GETVAL', 'globals', 'hits'))).toBe('9');
    await expect(restoredTo.call('SLOCK', 'long')).rejects.toMatchObject({ code: 'LOCKED' });
    await expect(restoredTo.call('SLOCK', 'reserved', 'CREATE')).rejects.toMatchObject({ code: 'LOCKED' });
    expect(await restoredTo.call('SUNLOCK', 'long', keys.key, 'DATA', 'by the old key')).toBe(1);
    expect(await restoredTo.call('SUNLOCK', 'reserved', keys.reserving, 'DATA', 'made')).toBe(1);
    // asked twice
    expect(await restoredTo.call('SUNLOCK', 'empty', keys.released, 'DATA', 'written')).toBe(1);
    expect(await restoredTo.call('SUNLOCK', 'binary', keys.overwritten)).toBe(1);
    await expect(restoredTo.call('SUNLOCK', 'empty', keys.released, 'DATA', 'else')).rejects.toMatchObject({
      code: 'NOWLOCK',
    });
    const { keyCeiling } = read(text).header;
    for (const id of ['long', 'forever', 'new'])
      expect(Number(await restoredTo.call('SLOCK', id, 'CREATE'))).toBeGreaterThan(keyCeiling);
    await restoredTo.call('SETVAL', 'full', 'user', 'eve');
    expect(((await restoredTo.call('FIND', 'user', 'ada')) as Buffer[]).map(String)).toEqual(['full/b']);
    expect(await indexFaults([server], prefix)).toEqual([]);
  });

  const aMinuteAgo = (lines: readonly string[]) =>
    [
      `{"dump":"msession","format":1,"atMs":${Date.now() - 60_000},"keyCeiling":1764000030000000,"searched":[]}`,
      ...lines,
      `{"end":"msession","lines":${lines.length}}\n`,
    ].join('\n');

  const shortLived = [
    '{"id":"ended","created":1764000000000001,"timeout":90,"idleMs":60000,"leftMs":30000,"vars":[["user","ada"]]}',
    '{"id":"lives","created":1764000000000002,"timeout":900,"idleMs":60000,"leftMs":840000,"vars":[["user","ada"]]}',
  ];

  test('has ended where its time was over meanwhile', async () => {
    const prefix = newPrefix();
    await restored(aMinuteAgo(shortLived), redisTarget({ servers, prefix }));
    const { engine, local } = await onRedis(prefix);
    expect(((await local.call('FIND', 'user', 'ada')) as Buffer[]).map(String)).toEqual(['lives']);
    await engine.sweep();
    expect(await indexFaults([server], prefix)).toEqual([]);
    expect(await server.texts('KEYS', `${prefix}:*ended`)).toEqual([]);
  });

  test('has what it had left, where time is to stand', async () => {
    const prefix = newPrefix();
    await restored(aMinuteAgo(shortLived), redisTarget({ servers, prefix, meanwhile: 'stands' }));
    const { local } = await onRedis(prefix);
    expect(((await local.call('FIND', 'user', 'ada')) as Buffer[]).map(String)).toEqual(['ended', 'lives']);
  });

  test('has no released key where its data was overwritten since: hashes of other stores say nothing', async () => {
    const prefix = newPrefix();
    const released = (hash: string) =>
      `"created":1764000000000001,"timeout":0,"idleMs":0,"rev":5,"data":"now","released":{"key":4,"data":true${hash}}}`;
    const lines = [`{"id":"kept",${released('')}`, `{"id":"overwritten",${released(',"hash":7')}`];
    await restored(aMinuteAgo(lines), redisTarget({ servers, prefix }));
    const { engine, local } = await onRedis(prefix);
    expect(await local.call('SUNLOCK', 'kept', 4, 'DATA', 'now')).toBe(1);
    await expect(local.call('SUNLOCK', 'overwritten', 4, 'DATA', 'now')).rejects.toMatchObject({ code: 'NOWLOCK' });
    const releasedIn = async () => {
      const { families } = read(await textOf(redisSource({ servers, prefix })));
      return Object.values(families).flatMap(({ id, released: key }) => (key === undefined ? [] : [id]));
    };
    expect(await releasedIn()).toEqual(['kept']);
    await local.call('DATASET', 'kept', 'later');
    expect(await releasedIn()).toEqual([]);
    await engine.close();
  });

  test('is free to be taken where it was bound, and its key works until it is', async () => {
    const prefix = newPrefix();
    const locked = (id: string) =>
      `{"id":"${id}","created":1764000000000001,"timeout":0,"idleMs":0,"lock":{"key":1764000000000009,"leftMs":600000,"sinceMs":1,"bound":true}}`;
    const reserved =
      '{"id":"r","reserved":true,"lock":{"key":1764000000000009,"leftMs":600000,"sinceMs":1,"bound":true}}';
    await restored(aMinuteAgo([locked('a'), locked('b'), reserved]), redisTarget({ servers, prefix }));
    const { local } = await onRedis(prefix);
    expect(await local.call('SUNLOCK', 'a', 1_764_000_000_000_009)).toBe(1);
    expect(Number(await local.call('SLOCK', 'b'))).toBeGreaterThan(1_764_000_030_000_000);
    await expect(local.call('SUNLOCK', 'b', 1_764_000_000_000_009)).rejects.toMatchObject({ code: 'NOWLOCK' });
    expect(Number(await local.call('SLOCK', 'r', 'CREATE'))).toBeGreaterThan(1_764_000_030_000_000);
  });
});

describe('a restore', () => {
  const head = `{"dump":"msession","format":1,"atMs":${Date.now()},"keyCeiling":1764000030000000,"searched":[]}`;
  const line = (id: string) => `{"id":"${id}","created":1764000000000001,"timeout":900,"idleMs":0,"leftMs":900000}`;
  const dump = (...lines: string[]) => `${[head, ...lines, `{"end":"msession","lines":${lines.length}}`].join('\n')}\n`;
  const keysOf = (prefix: string) => server.texts('KEYS', `${prefix}:*`);

  test('is refused by name where sessions are, and leaves them alone', async () => {
    const prefix = newPrefix();
    const { engine, local } = await onRedis(prefix);
    await local.call('DATASET', 'visit', 'precious');
    await engine.close();
    await expect(restored(dump(line('other')), redisTarget({ servers, prefix }))).rejects.toThrow(
      `Redis keeps sessions under the prefix '${prefix}' already`,
    );
    const { local: again } = await onRedis(prefix);
    expect(String(await again.call('DATAGET', 'visit'))).toBe('precious');
    expect(await again.call('COUNT')).toBe(1);
  });

  test('is refused where a front-end is at work, which goes on', async () => {
    const prefix = newPrefix();
    const { local } = await onRedis(prefix);
    await untilSo('it sweeps', async () => (await server.call('EXISTS', `${prefix}:sweeper`)) === 1);
    await expect(restored(dump(line('other')), redisTarget({ servers, prefix }))).rejects.toThrow(
      /^a daemon is at work under the prefix/,
    );
    expect(await local.call('DATASET', 'visit', 'x')).toBe('OK');
  });

  test('takes the place of no sessions where front-ends have been, and their globals', async () => {
    const prefix = newPrefix();
    const { engine } = await onRedis(prefix);
    await engine.close();
    await restored(
      dump(line('visit'), '{"id":"globals","created":5,"timeout":0,"idleMs":0,"vars":[["hits","9"]]}'),
      redisTarget({ servers, prefix }),
    );
    const { local } = await onRedis(prefix);
    expect(String(await local.call('GETVAL', 'globals', 'hits'))).toBe('9');
    expect(await local.call('COUNT')).toBe(1);
  });

  test.each([
    ['a line is broken', dump(line('a'), '{"id":"b","created":1', line('c')), 'line 3: it is no JSON'],
    ['an id is there twice', dump(line('a'), line('b'), line('a')), 'line 4: field id is that of an earlier session'],
    ['it is cut off', `${head}\n${line('a')}\n`, 'cut off behind line 2'],
  ])('leaves nothing behind when %s', async (_, text, message) => {
    const prefix = newPrefix();
    await expect(restored(text, redisTarget({ servers, prefix }))).rejects.toThrow(message);
    expect(await keysOf(prefix)).toEqual([]);
  });

  test('is seen by nobody before its end, and one that was killed is removed by the next', async () => {
    const prefix = newPrefix();
    const source = await readDump(chunk(dump(line('half'), `${line('locked').slice(0, -1)},"subs":[]}`)));
    const killed = redisTarget({ servers, prefix });
    await killed.begin(source.header);
    for await (const portion of source.families()) await killed.put(portion);
    expect((await keysOf(prefix)).some((key) => key.endsWith(':s:half'))).toBe(true);
    await expect(createRedisEngine({ servers, prefix }).start()).rejects.toThrow('sessions are being restored');
    await expect(redisSource({ servers, prefix })).rejects.toThrow('half of a restore');
    await expect(restored(dump(line('whole')), redisTarget({ servers, prefix }))).rejects.toThrow(/^another restore/);
    // what its lease does when nobody renews it
    await server.call('DEL', `${prefix}:sweeper`);
    const next = redisTarget({ servers, prefix });
    await next.begin(source.header);
    await expect(killed.finish()).rejects.toThrow('somebody else is at work');
    await expect(killed.abandon()).rejects.toThrow('somebody else is at work');
    await next.abandon();
    await restored(dump(line('whole')), redisTarget({ servers, prefix }));
    const { local } = await onRedis(prefix);
    expect(((await local.call('LIST')) as Buffer[]).map(String)).toEqual(['whole']);
    expect(await indexFaults([server], prefix)).toEqual([]);
  });

  test('that Redis has no room for says so', async () => {
    const full = await startSingleRedis(['maxmemory-policy noeviction']);
    cleanups.push(() => full.stop());
    const target = redisTarget({ servers: serversOf(full) });
    const source = await readDump(chunk(dump(line('a'))));
    await target.begin(source.header);
    await full.call('CONFIG', 'SET', 'maxmemory', 1);
    for await (const portion of source.families())
      await expect(target.put(portion)).rejects.toMatchObject({ code: 'OOM' });
    expect(await full.call('EXISTS', 'msession:layout')).toBe(1);
    await full.call('CONFIG', 'SET', 'maxmemory', 0);
    await target.abandon();
    expect(await full.texts('KEYS', '*')).toEqual([]);
  });
});

describe('what is read of Redis', () => {
  test('where nothing of msession is, is refused by name, and nothing is written there', async () => {
    const prefix = newPrefix();
    await expect(redisSource({ servers, prefix })).rejects.toThrow(
      `Redis keeps nothing of msession under the prefix '${prefix}'`,
    );
    expect(await server.texts('KEYS', `${prefix}:*`)).toEqual([]);
  });

  test('is there once, while a move between buckets has not ended', async () => {
    const prefix = newPrefix();
    const { engine, local } = await onRedis(prefix);
    await local.call('DATASET', 'from', 'moving');
    const ids = async () => Object.keys(read(await textOf(redisSource({ servers, prefix }))).families).sort();
    const access = await openAccess({ servers, prefix });
    cleanups.push(() => access.link.close());
    const { scripts, keys } = access;
    const [from, to] = [placeOf(Buffer.from('from')), placeOf(Buffer.from('to'))];
    const begun = await scripts.send(scripts.beginAt(beginMoveScript, from, 2).bytes(to.id).text('token'));
    expect(await ids()).toEqual(['"from"', '"globals"']);
    const [counted, fields] = begun as unknown as [Buffer, Buffer[]];
    const arrivals = Buffer.from(keys.ofBucket(to.bucket, 'm'));
    const call = scripts
      .beginAt(arriveScript, to, 2 + fields.length, [arrivals])
      .text('token')
      .bytes(counted);
    for (const field of fields) call.bytes(field);
    expect(await scripts.send(call)).toBe(1);
    expect(await ids()).toEqual(['"globals"', '"to"']);
    await engine.close();
  });

  test('is whole in each family while front-ends work on', async () => {
    const prefix = newPrefix();
    const { local } = await onRedis(prefix);
    for (let i = 0; i < 200; i++) await local.call('DATASET', `visit-${i}`, '0', 'VARS', 2, 'a', '0', 'b', '0');
    let isReading = true;
    const writing = (async () => {
      for (let n = 1; isReading; n++)
        await Promise.all(
          Array.from({ length: 20 }, (_, i) => local.call('SETVAL', `visit-${i * 10}`, 'a', n, 'b', n)),
        );
    })();
    const { families } = read(await textOf(redisSource({ servers, prefix })));
    isReading = false;
    await writing;
    expect(Object.keys(families)).toHaveLength(201);
    for (const { id, vars } of Object.values(families)) {
      if (id === 'globals') continue;
      const [[, a], [, b]] = vars as [[string, string], [string, string]];
      expect(a).toBe(b);
    }
  });
});

test('a Cluster takes and gives the same', async () => {
  const cluster = await RedisCluster.start();
  cleanups.push(() => cluster.stop());
  const directory = folder();
  const { engine, local } = await embedded(directory);
  await fill(local);
  for (let i = 0; i < 300; i++) await local.call('DATASET', `visit-${i}`, `data ${i}`, 'VARS', 1, 'n', i % 7);
  await engine.close();
  const before = await textOf(storeSource({ directory }));
  const access = { servers: serversOf(cluster) };
  await restored(before, redisTarget(access));
  const after = await textOf(redisSource(access));
  expect(read(after).families).toEqual(read(before).families);
  const masters = (await cluster.masters()).map((node) => node.server);
  expect(await indexFaults(masters, 'msession')).toEqual([]);
});
