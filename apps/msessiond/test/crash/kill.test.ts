// The short form of the crash harness; the long one is `npm run crash -w msessiond`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type KillRoundsOptions, runKillRounds } from './kill-rounds.js';

async function rounds(options: Omit<KillRoundsOptions, 'directory'>) {
  const directory = mkdtempSync(path.join(tmpdir(), 'msession-crash-'));
  try {
    return await runKillRounds({ ...options, directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('the harness notices a daemon that writes once in an interval though always was promised', async () => {
  const broken = rounds({ durability: 'always', daemonDurability: 'interval', intervalMs: 5000, rounds: 6, seed: 4 });
  await expect(broken).rejects.toThrow(/is lost|are as they never were|is gone|NOWLOCK|handed out/);
}, 120_000);

test('killed under load with durability always, nothing acknowledged is lost', async () => {
  const { kills, acknowledged, lost, searchesChecked } = await rounds({ durability: 'always', rounds: 4, seed: 1 });
  expect({ kills, lost }).toEqual({ kills: 4, lost: 0 });
  expect(acknowledged).toBeGreaterThan(0);
  expect(searchesChecked).toBe(35);
}, 120_000);

test('killed under load with durability interval, one interval is lost at most and nothing is torn', async () => {
  const { kills, acknowledged } = await rounds({ durability: 'interval', rounds: 4, seed: 2 });
  expect(kills).toBe(4);
  expect(acknowledged).toBeGreaterThan(0);
}, 120_000);

test('the same with a hot set so small that nearly every command reads from disk', async () => {
  const flags = ['--hot-memory', '64KiB'];
  const { kills, lost } = await rounds({ durability: 'always', rounds: 2, seed: 3, flags });
  expect({ kills, lost }).toEqual({ kills: 2, lost: 0 });
}, 120_000);
