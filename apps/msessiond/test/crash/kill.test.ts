// The short form of the crash harness; the long one is `npm run crash -w msessiond`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { expect, test } from 'vitest';
import { openTables } from '../../../../packages/engine/src/embedded/store/store-environment.js';
import { DaemonProcess } from '../support/daemon-process.js';
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

type Change = (client: MsessionClient) => Promise<unknown>;

/** Changes what a killed daemon left, as a store that keeps no promises would. */
function changed(change: Change): (directory: string) => Promise<void> {
  return async (directory) => {
    const daemon = new DaemonProcess({ flags: ['--port', '0', '--data-dir', directory, '--log-level', 'silent'] });
    const client = createClient({ port: await daemon.port(), reconnect: false });
    await change(client);
    await client.close();
    await daemon.stop();
  };
}

async function someSession(client: MsessionClient): Promise<string> {
  const [id] = (await client.list({})) as string[];
  if (id === undefined) throw new Error('there is no session to change');
  return id;
}

test.each<[what: string, tamper: (directory: string) => Promise<void>, notice: RegExp]>([
  ['torn', changed(async (client) => client.setval(await someSession(client), { n: -1 })), /is torn/],
  ['lost', changed(async (client) => client.drop(await someSession(client))), /is lost|as they never were/],
  [
    'there too much',
    changed((client) => client.dataset('w0-more', '1', { variables: { n: 1, user: 'u1' } })),
    /never were/,
  ],
  ['not in the index', withoutPostings, /is not what a scan finds/],
])(
  'the harness notices that something is %s',
  async (_what, tamper, notice) => {
    const lifeMs = [500, 700] as const;
    // one that is not in memory is looked for on disk alone
    const flags = ['--hot-memory', '64KiB'];
    await expect(rounds({ durability: 'always', rounds: 2, seed: 5, lifeMs, tamper, flags })).rejects.toThrow(notice);
  },
  120_000,
);

async function withoutPostings(directory: string): Promise<void> {
  const { root, postings } = openTables({ file: path.join(directory, 'sessions.mdb'), isSynced: true });
  await postings.clearAsync();
  await root.close();
}

test('killed under load with durability always, nothing acknowledged is lost', async () => {
  const { kills, acknowledged, lost, searchesChecked } = await rounds({ durability: 'always', rounds: 4, seed: 1 });
  expect({ kills, lost }).toEqual({ kills: 4, lost: 0 });
  expect(acknowledged).toBeGreaterThan(0);
  expect(searchesChecked).toBe(70);
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
