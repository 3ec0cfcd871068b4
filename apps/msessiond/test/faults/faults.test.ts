// The short form of the fault tests, against the built daemon; the long one is `npm run faults -w msessiond`. Each
// scenario throws at the first thing that is not as it must be. Stores that are cut off are the engine's own tests; many offsets, each with a
// daemon of its own, are in the long form.
import { expect, test } from 'vitest';
import { connectionFlood, noFilesLeft, silentPeers, slowReader } from './connections.js';
import { foreignFiles, readOnlyDirectory, secondDaemon } from './damaged-store.js';
import { diskOfItsOwn, endOnTightDisk, fullDisk, fullStore } from './full-disk.js';
import { compactWithoutRoom, fullDiskForTools } from './full-disk-tools.js';
import { setClock } from './set-clock.js';
import { canMount } from './small-disk.js';
import { stoppedDaemon } from './stopped-daemon.js';

// a small disk must be mounted, which is the administrator's to do
test.runIf(canMount).each(['always', 'interval'] as const)(
  'a full disk with durability %s: writes are refused, reads go on, and it recovers',
  async (durability) => {
    const { acknowledged, refused } = await fullDisk({ durability, fullMs: 0 });
    expect(acknowledged).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(0);
  },
);

test.runIf(canMount)('a disk that the store alone fills: dropping sessions makes room', async () => {
  const { acknowledged, refused } = await diskOfItsOwn();
  expect(acknowledged).toBeGreaterThan(10);
  expect(refused).toBeGreaterThan(0);
});

// half of the disk, and most of it
test.runIf(canMount).each([400, 550])(
  'a daemon with %i sessions ends on a disk without room for them twice',
  async (sessions) => {
    expect((await endOnTightDisk({ sessions })).acknowledged).toBe(sessions + 1);
  },
);

test('a store at max-store-size: writes are refused, reads go on, and dropping sessions makes room', async () => {
  const { acknowledged, refused } = await fullStore();
  expect(acknowledged).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(0);
});

test.runIf(canMount)('tools on a full disk say so and leave nothing half done', async () => {
  expect((await fullDiskForTools()).sessions).toBe(60);
});

test.runIf(canMount)('a store is compacted whole or not at all', async () => {
  expect((await compactWithoutRoom()).sessions).toBe(30);
});

test('a foreign file is refused by name and not touched', async () => {
  expect((await foreignFiles()).files).toBe(3);
});

test('a directory that may not be written is refused by name', async () => {
  expect((await readOnlyDirectory()).directories).toBe(2);
});

test('a second daemon on a directory is refused, and the first goes on', async () => {
  expect((await secondDaemon()).daemons).toBe(2);
});

// with Debian's libfaketime; the engine's own tests set its clock, too
test('a clock set forward and back: keys grow, sessions stay', async () => {
  expect((await setClock({ days: [1, -2] })).keys).toBe(80);
});

test('without file descriptors those connected are served, and others when there are some again', async () => {
  expect((await noFilesLeft()).connections).toBeGreaterThan(64);
});

test('a reader that does not read costs little and is closed', async () => {
  expect((await slowReader({ mebibytes: 256 })).servedMeanwhile).toBeGreaterThan(0);
});

test('peers that fall silent are closed, and their locks become free', async () => {
  expect((await silentPeers({ count: 20 })).silent).toBe(21);
});

test('a flood of connections: some are served, the others told why not, and nothing is left of it', async () => {
  expect((await connectionFlood({ count: 300, churn: 400 })).refused).toBeGreaterThan(0);
});

test('a daemon that was stopped and continued answers what was sent meanwhile', async () => {
  expect((await stoppedDaemon({ stoppedMs: 800 })).stoppedMs).toBe(800);
});
