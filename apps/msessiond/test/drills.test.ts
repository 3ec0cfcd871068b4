// The drills of docs/operations.md, run as the page prints them: an operator who types a block gets what it promises. Paths
// are put into a folder of the test's own, and what the page leaves to the service manager the test does.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type MsessionClient } from '@msession/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DaemonProcess } from './support/daemon-process.js';
import { runProgram } from './support/run-program.js';
import { cutStore } from './support/store-file.js';

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const program = (name: string) => fileURLToPath(new URL(`../bin/${name}.mjs`, import.meta.url));
const functions = `msession() { '${process.execPath}' '${program('msession')}' "$@"; }\n`;
let folder: string;
const daemons: DaemonProcess[] = [];
const clients: MsessionClient[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'msession-drill-'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const daemon of daemons.splice(0)) {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The code block of the page behind a text, line by line, without comments. */
function blockBehind(text: string): string[] {
  const [, block] = /^```\w*\n([\s\S]*?)^```/m.exec(page.slice(page.indexOf(text))) ?? [];
  if (!page.includes(text) || block === undefined) throw new Error(`the page has no block behind '${text}'`);
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''));
}

/** Runs a line of the page. */
async function type(line: string) {
  const { code, stdout, stderr } = await runProgram('sh', ['-c', functions + line], { cwd: folder });
  return { code, stdout: stdout.toString(), stderr };
}

async function start(directory: string, ...flags: string[]) {
  const daemon = new DaemonProcess({ flags: ['--port', '0', '--data-dir', directory, ...flags] });
  daemons.push(daemon);
  const port = await daemon.port();
  const client = createClient({ port, reconnect: false }) as MsessionClient;
  clients.push(client);
  return { daemon, port, client };
}

async function fill(client: MsessionClient): Promise<void> {
  for (let i = 0; i < 200; i++)
    await client.dataset(`visit-${i}`, `data of ${i}`, { variables: { user: `u${i % 5}` } });
}

async function expectAll(client: MsessionClient): Promise<void> {
  expect(await client.count()).toBe(200);
  for (let i = 0; i < 200; i++) expect(String(await client.dataget(`visit-${i}`))).toBe(`data of ${i}`);
  expect((await client.find('user', 'u1')).length).toBe(40);
}

test('a backup is tried before it is needed, line by line, beside the daemon', async () => {
  const { port, client } = await start(path.join(folder, '.msession'));
  await fill(client);
  const lines = blockBehind('### Try it before you need it').map((line) =>
    line.replaceAll('/tmp/drill', `${folder}/drill`),
  );
  expect(lines.length).toBe(6);
  for (const line of lines) {
    if (line.startsWith('npx msessiond')) {
      expect(line).toBe(`npx msessiond --port 0 --data-dir ${folder}/drill`);
      const copy = await start(`${folder}/drill`);
      await expectAll(copy.client);
      await copy.daemon.stop();
      continue;
    }
    const { code, stderr } = await type(line.replace('msession backup', `msession --port ${port} backup`));
    expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
  }
  await expectAll((await start(`${folder}/drill-2`)).client);
  await expectAll(client);
});

test('backups of every hour are made, and those of two days ago go', async () => {
  const { port, client } = await start(path.join(folder, 'data'));
  await fill(client);
  mkdirSync(path.join(folder, 'backup'));
  for (const [name, hoursAgo] of [
    ['msession-old', 49],
    ['msession-young', 47],
    ['others', 99],
  ] as const) {
    mkdirSync(path.join(folder, 'backup', name));
    const at = Date.now() / 1000 - hoursAgo * 3600;
    utimesSync(path.join(folder, 'backup', name), at, at);
  }
  const [entry = ''] = blockBehind('Every hour, two days kept:');
  const [, command = ''] = /^0 \* \* \* \* +msession +(.*)$/.exec(entry) ?? [];
  const line = command
    .replaceAll('\\%', '%') // as cron does
    .replaceAll('/var/lib/msession', `${folder}/data`)
    .replaceAll('/backup', `${folder}/backup`)
    .replace('--port 8086', `--port ${port}`);
  const { code, stderr } = await type(`set -e; ${line}; ls ${folder}/backup > made`);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const made = readFileSync(path.join(folder, 'made'), 'utf8').trim().split('\n');
  expect(made).toEqual([expect.stringMatching(/^msession-\d{4}-\d\d-\d\d-\d\d$/), 'msession-young', 'others']);
  await expectAll((await start(path.join(folder, 'backup', made[0] as string))).client);
});

describe('a store that is refused', () => {
  const lines = () =>
    blockBehind('When a store is refused:').map((line) =>
      line
        .replaceAll('/var/lib/msession', `${folder}/data`)
        .replaceAll('/backup/msession-2026-11-22-03', `${folder}/backup`)
        .replaceAll('saved.jsonl', `${folder}/saved.jsonl`),
    );

  async function damagedStore(): Promise<void> {
    const { client, daemon } = await start(path.join(folder, 'data'));
    await fill(client);
    await daemon.stop();
    cpSync(path.join(folder, 'data'), path.join(folder, 'backup'), { recursive: true });
    const file = path.join(folder, 'data', 'sessions.mdb');
    cutStore(file, 0.8);
  }

  test('is replaced by the last backup', async () => {
    await damagedStore();
    const [check, move, copy] = lines() as [string, string, string];
    expect([check, move, copy].map((line) => line.split(' ')[0])).toEqual(['msession', 'mv', 'cp']);
    const { code, stdout } = await type(check);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('cut off') });
    for (const line of [move, copy]) expect(await type(line)).toMatchObject({ code: 0, stderr: '' });
    await expectAll((await start(path.join(folder, 'data'))).client);
  });

  test('and has no backup: what can be read is saved', async () => {
    await damagedStore();
    const [, move, , dump, restore, begin] = lines() as [string, string, string, string, string, string];
    expect(begin).toBe(`chown -R msession: ${folder}/data && systemctl start msessiond`);
    expect(await type(move)).toMatchObject({ code: 0 });
    const saved = await type(dump);
    expect(saved).toMatchObject({ code: 1, stderr: expect.stringMatching(/^missing: /m) });
    expect(await type(restore)).toMatchObject({ code: 0 });
    const { client } = await start(path.join(folder, 'data'));
    const left = await client.list();
    expect(left.length).toBeGreaterThan(20);
    for (const id of left) expect(String(await client.dataget(id))).toBe(`data of ${String(id).slice(6)}`);
  });

  test('for its keys alone: without that file it is made again, above every key that was given out', async () => {
    const directory = path.join(folder, 'data');
    const { client, daemon } = await start(directory);
    await fill(client);
    await client.serialize();
    const key = await client.slock('visit-1', { leaseMs: 600_000 });
    daemon.child.kill('SIGKILL');
    await daemon.ended;
    const file = path.join(directory, 'keys.mdb');
    truncateSync(file, 100);
    const refused = new DaemonProcess({ flags: ['--port', '0', '--data-dir', directory] });
    expect(await refused.ended).toMatchObject({ code: 1, stderr: expect.stringContaining(file) });
    expect(await type(`mv ${file} ${file}.damaged`)).toMatchObject({ code: 0 });
    const again = await start(directory);
    expect(await again.client.slock('visit-2')).toBeGreaterThan(key);
    expect(existsSync(file)).toBe(true);
  });
});

test('an upgrade: a backup, then a restart on the same folder; locks stand, keys grow, clients come back', async () => {
  const directory = path.join(folder, 'data');
  const first = await start(directory, '--durability', 'always');
  const patient = createClient({ port: first.port }) as MsessionClient;
  clients.push(patient);
  await fill(patient);
  const key = await patient.slock('visit-1', { leaseMs: 600_000 });
  expect(await type(`msession --port ${first.port} backup ${directory} --to ${folder}/before`)).toMatchObject({
    code: 0,
  });
  expect(await first.daemon.stop()).toMatchObject({ code: 0 });
  const second = new DaemonProcess({ flags: ['--port', String(first.port), '--data-dir', directory] });
  daemons.push(second);
  await second.port();
  await expectAll(patient);
  await expect(patient.slock('visit-1')).rejects.toMatchObject({ code: 'LOCKED' });
  expect(await patient.sunlock('visit-1', key)).toBe(1);
  expect(await patient.slock('visit-1')).toBeGreaterThan(key);
});

test('a copy that other means made while no daemon ran is good', async () => {
  const { client, daemon } = await start(path.join(folder, 'data'));
  await fill(client);
  await daemon.stop();
  expect(await type(`cp -r data copied && msession check copied`)).toMatchObject({ code: 0 });
  await expectAll((await start(path.join(folder, 'copied'))).client);
});
