// How often a command goes to Redis, as Redis sees it: what MONITOR shows of clients (not of scripts) that names the session.
import { connectLocally, type LocalCaller } from '@msession/engine';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisEngine, type RedisEngine } from '../src/index.js';
import type { RedisProcess } from './support/redis-process.js';
import { startSingleRedis } from './support/redis-single.js';
import { serversOf } from './support/test-engines.js';

let server: RedisProcess;
let engine: RedisEngine;
let caller: LocalCaller;
let control: Redis;
let monitor: Redis;
let lines: string[] = [];
let markers = 0;

beforeAll(async () => {
  server = await startSingleRedis();
  engine = createRedisEngine({ servers: serversOf(server) });
  await engine.start();
  caller = connectLocally(engine);
  control = new Redis(server.port, server.host);
  monitor = await control.monitor();
  monitor.on('monitor', (_time: string, words: string[], source: string) => {
    lines.push(`${source} ${words.join(' ')}`);
  });
});

afterAll(async () => {
  monitor.disconnect();
  control.disconnect();
  await engine.close();
  await server.stop();
});

/** Waits until everything that was sent so far has been shown. */
async function shown(): Promise<string[]> {
  const marker = `marker-${++markers}`;
  await control.echo(marker);
  while (!lines.some((line) => line.includes(marker))) await new Promise((resolve) => setImmediate(resolve));
  const before = lines;
  lines = [];
  return before;
}

/** How many commands that name this session clients sent while a command ran; scripts' own commands are none. */
async function trips(id: string, ...words: [string, ...(string | number)[]]): Promise<number> {
  await shown();
  await caller.call(...words);
  return (await shown()).filter((line) => !line.startsWith('lua ') && line.includes(`:s:${id}`)).length;
}

const prepared: [string, ...(string | number)[]][] = [
  ['CREATE', 's', 'DATA', 'd', 'CLASS', 'c'],
  ['SETVAL', 's', 'name', 'value', 'n', 1],
  ['SUBNEW', 's'],
];

const commands: [string, ...(string | number)[]][] = [
  ['GETVAL', 's', 'name'],
  ['GETVAL', 's', 'no such'],
  ['SETVAL', 's', 'name', 'other'],
  ['SETVAL', 's', 'a', '1', 'b', '2'],
  ['DELVAL', 's', 'name', 'a'],
  ['GETALL', 's'],
  ['INC', 's', 'n'],
  ['ADD', 's', 'n', '-12'],
  ['MULDIV', 's', 'n', 6, 3],
  ['DATAGET', 's'],
  ['DATAGET', 's', 'REV'],
  ['DATASET', 's', 'data', 'CLASS', 'c', 'VARS', 1, 'name', 'value', 'UNSET', 1, 'b', 'TIMEOUT', 60],
  ['GETOBJECT', 's'],
  ['TIMEOUT', 's'],
  ['TIMEOUT', 's', 100],
  ['CTL', 's', 'TTL'],
  ['CTL', 's', 'TOUCH'],
  ['SUBNEW', 's'],
  ['SUBLIST', 's'],
  ['RENAME', 's', 's'],
  ['SLOCK', 's', 'DATA', 'CREATE'],
  ['DROP', 's'],
  ['DATASET', 's', 'data'],
  ['DROP', 's'],
  ['CREATE', 's'],
];

describe('one round trip', () => {
  beforeAll(async () => {
    await caller.call('FLUSH', 0);
    for (const words of prepared) await caller.call(...words);
    // each script is sent whole once, and by its digest from then on
    for (const words of commands) await caller.call(...words);
    await caller.call('DROP', 's');
    for (const words of prepared) await caller.call(...words);
  });

  test.each(commands)('%s %s %s', async (...words) => {
    expect(await trips('s', ...words)).toBe(1);
  });

  test('SUNLOCK with data writes and frees in one', async () => {
    await caller.call('SUNLOCK', 's2', Number(await caller.call('SLOCK', 's2', 'CREATE')), 'DATA', 'x');
    const key = Number(await caller.call('SLOCK', 's2'));
    expect(await trips('s2', 'SUNLOCK', 's2', key, 'DATA', 'page', 'VARS', 1, 'user', 'ada')).toBe(1);
    expect(String(await caller.call('GETVAL', 's2', 'user'))).toBe('ada');
  });

  test('a family is dropped in one, however many sub-sessions it has', async () => {
    await caller.call('CREATE', 'family');
    for (let i = 0; i < 20; i++)
      await caller.call('SETVAL', `family/${String(await caller.call('SUBNEW', 'family'))}`, 'v', i);
    expect(await trips('family', 'DROP', 'family')).toBe(1);
  });

  test('another id is taken in one', async () => {
    await caller.call('CREATE', 'before', 'DATA', 'kept');
    await caller.call('RENAME', 'before', 'between');
    expect(await trips('between', 'RENAME', 'between', 'after')).toBe(1);
    expect(String(await caller.call('DATAGET', 'after'))).toBe('kept');
  });
});

describe('more', () => {
  test('arithmetic beyond integers of 15 digits is computed here and set if nothing changed', async () => {
    await caller.call('CREATE', 'circle');
    await caller.call('SETVAL', 'circle', 'pi', '3.25');
    await caller.call('ADD', 'circle', 'pi', '0.5');
    expect(await trips('circle', 'ADD', 'circle', 'pi', '0.5')).toBe(2);
    expect(String(await caller.call('GETVAL', 'circle', 'pi'))).toBe('4.25');
  });

  test('a copy is read, made, and its source renewed', async () => {
    await caller.call('CREATE', 'original', 'DATA', 'd');
    await caller.call('COPY', 'original', 'copy-1');
    expect(await trips('original', 'COPY', 'original', 'copy-2')).toBe(2);
  });
});
