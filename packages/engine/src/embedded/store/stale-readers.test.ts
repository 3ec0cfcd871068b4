// A reader of another process that is killed in the middle: pages that it held back are used again, so the file stops growing.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../conformance/index.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import { call, testDirectory } from './test-stores.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Reads, and never stops reading. */
const reader = `
  const { open } = require(${JSON.stringify(createRequire(import.meta.url).resolve('lmdb'))});
  const root = open({ path: process.argv[1], noSubdir: true, encoding: 'binary', maxDbs: 12, mapSize: 2 ** 38, readOnly: true });
  const transaction = root.useReadTransaction();
  for (const key of root.getKeys({ transaction })) break;
  process.stdout.write('reading');
  setInterval(() => {}, 1000);
`;

test('the file does not grow for ever because a reader was killed', async () => {
  const directory = testDirectory();
  cleanups.push(() => directory.remove());
  const clock = new ManualClock();
  const engine = createEmbeddedEngine({ clock, store: { directory: directory.path, durability: 'always' } });
  await engine.start();
  cleanups.push(() => engine.close());
  const file = path.join(directory.path, 'sessions.mdb');
  const write = async (times: number): Promise<number> => {
    for (let i = 0; i < times; i++) await call(engine, ['DATASET', 's', Buffer.alloc(200_000, i)]);
    return statSync(file).size;
  };
  const steady = await write(40);
  const child = spawn(process.execPath, ['-e', reader, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const held = await write(40);
  expect(held).toBeGreaterThan(steady + 3_000_000);
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
  clock.advance(60_000);
  const freed = await write(3);
  expect(await write(60)).toBeLessThan(freed + 1_000_000);
});
