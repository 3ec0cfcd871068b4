// What tests of the store's tools share: stores with all that a store can hold, and dumps of them as lines.
import { readdirSync } from 'node:fs';
import { ReplyMap } from '@msession/protocol';
import { ManualClock } from '../../../conformance/index.js';
import { readDump } from '../../../dump/read-dump.js';
import { type SessionSource, transfer } from '../../../dump/session-stream.js';
import { dumpTarget } from '../../../dump/write-dump.js';
import type { Engine } from '../../../engine.js';
import { createEmbeddedEngine } from '../../embedded-engine.js';
import type { StoreOptions } from '../store-options.js';
import { ask, call, testCaller } from '../test-stores.js';
import { storeSource } from './store-source.js';
import { type StoreTargetOptions, storeTarget } from './store-target.js';

export const wallStartMs = 1_764_000_000_000;

export function engineIn(directory: string, clock: ManualClock, store: Partial<StoreOptions> = {}): Engine {
  return createEmbeddedEngine({
    clock,
    limits: { showIds: true },
    store: { directory, durability: 'always', ...store },
  });
}

/** Makes a store with something of everything that a store can hold; answers the clock that stands where it was closed. */
export async function makeStore(directory: string): Promise<ManualClock> {
  const clock = new ManualClock(wallStartMs);
  const engine = engineIn(directory, clock);
  await engine.start();
  await fill(engine, clock);
  await engine.close();
  return clock;
}

export async function fill(engine: Engine, clock: ManualClock): Promise<void> {
  const bytes = Buffer.from([0, 255, 10, 13, 0xc3, 0x28]);
  await ask(
    engine,
    'DATASET',
    'plain',
    'text "quoted"\n',
    'CLASS',
    'page',
    'VARS',
    2,
    'user',
    'ada',
    'b',
    'x'.repeat(300),
  );
  await ask(engine, 'DATASET', Buffer.from([0x69, 0xff]), bytes, 'CLASS', bytes, 'VARS', 1, Buffer.from([0xe9]), bytes);
  await ask(engine, 'CREATE', 'bare', 'TIMEOUT', 0);
  await ask(engine, 'DATASET', 'empty', '', 'TIMEOUT', 600);
  await ask(engine, 'DATASET', 'große Tüte 🛒', 'ä', 'VARS', 1, 'user', 'ada');
  await ask(engine, 'DATASET', 'large', Buffer.alloc(70_000, 7));
  await ask(engine, 'DATASET', 'huge', Buffer.alloc(80_000, 'wörter '));
  await ask(engine, 'SETVAL', 'globals', 'hits', 9);
  clock.advance(1500);
  await ask(engine, 'CREATE', 'parent', 'TIMEOUT', 3000);
  await ask(engine, 'DATASET', 'parent/two', '2', 'TIMEOUT', 1000, 'VARS', 1, 'user', 'bob');
  await ask(engine, 'CREATE', 'parent/one', 'TIMEOUT', 0);
  await ask(engine, 'SLOCK', 'parent/one', 'LEASE', 120_000);
  await ask(engine, 'SLOCK', 'parent/reserved', 'CREATE', 'LEASE', 90_000);
  await ask(engine, 'SLOCK', 'plain', 'LEASE', 600_000, 'NOTE', 'web-1 /cart');
  await ask(engine, 'SLOCK', 'reserved', 'CREATE', 'LEASE', 60_000);
  await call(engine, ['SLOCK', 'empty', 'BIND', 'LEASE', 60_000], testCaller(7));
  const key = await ask(engine, 'SLOCK', 'large', 'LEASE', 60_000);
  await ask(engine, 'SUNLOCK', 'large', Number(key), 'DATA', 'given back');
  const other = await ask(engine, 'SLOCK', 'bare', 'LEASE', 60_000);
  await ask(engine, 'SUNLOCK', 'bare', Number(other));
  await ask(engine, 'FIND', 'user', 'ada');
  await ask(engine, 'FIND', Buffer.from([0xe9]), 'none');
  clock.advance(700);
}

/** The lines of a dump of a source, which is closed. */
export async function linesOf(source: SessionSource): Promise<string[]> {
  const parts: string[] = [];
  const write = async (lines: string) => {
    parts.push(lines);
  };
  await transfer(source, dumpTarget({ write }));
  await source.close();
  return parts.join('').split('\n').slice(0, -1);
}

export async function dumpOf(directory: string): Promise<string[]> {
  return await linesOf(await storeSource({ directory }));
}

/** Lines with those between the first and the last in the order of their text. */
export function sorted(lines: readonly string[]): string[] {
  return [lines[0] as string, ...lines.slice(1, -1).sort(), lines.at(-1) as string];
}

export async function restore(lines: readonly string[], options: StoreTargetOptions): Promise<void> {
  await transfer(await readDump(input(lines.map((line) => `${line}\n`).join(''))), storeTarget(options));
}

export async function* input(text: string | Uint8Array, chunkBytes = 65_536): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** A reply without the classes that it is made of. */
export function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (value instanceof ReplyMap) return value.entries.map(([key, item]) => [plain(key), plain(item)]);
  return Array.isArray(value) ? value.map(plain) : value;
}

/** All that clients can see of an engine's sessions. */
export async function seen(engine: Engine): Promise<unknown> {
  const ids = (await ask(engine, 'LIST')) as Buffer[];
  const of = async (...words: Parameters<typeof call>[1]) => plain(await call(engine, words));
  const facts: unknown[] = [await of('COUNT'), await of('GETALL', 'globals'), sortedLocks(await of('LOCKS'))];
  for (const id of ids) {
    const subs = ((await ask(engine, 'SUBLIST', id)) as Buffer[]).map((sub) =>
      Buffer.concat([id, Buffer.from('/'), sub]),
    );
    for (const each of [id, ...subs]) {
      facts.push(plain(each));
      for (const fact of ['TTL', 'CTIME', 'TLA', 'REV', 'LOCK']) facts.push(await of('CTL', each, fact));
      facts.push(await of('TIMEOUT', each));
    }
  }
  // these renew, so they come last
  for (const id of ids) facts.push(await of('GETOBJECT', id), await of('GETALL', id));
  facts.push(await of('FIND', 'user', 'ada'), await of('LISTVAR', 'user'));
  return facts;
}

/** Names of what is in a directory, but LMDB's own files of locks. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.endsWith('-lock'))
    .sort();
}

function sortedLocks(locks: unknown): string[] {
  return (locks as unknown[]).map((lock) => JSON.stringify(lock)).sort();
}
