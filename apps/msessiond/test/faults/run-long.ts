// The long form: `npm run faults -w msessiond -- [offsets] [seed]`. Prints a line per scenario; ends with 1 when one of
// them is not as it must be, or cannot be run here.
import { connectionFlood, noFilesLeft, silentPeers, slowReader } from './connections.js';
import { foreignFiles, readOnlyDirectory, secondDaemon, truncatedStores } from './damaged-store.js';
import type { Facts } from './fault-daemon.js';
import { diskOfItsOwn, endOnTightDisk, fullDisk, fullStore } from './full-disk.js';
import { compactWithoutRoom, fullDiskForTools } from './full-disk-tools.js';
import { canFakeTime, setClock } from './set-clock.js';
import { canMount } from './small-disk.js';
import { stoppedDaemon } from './stopped-daemon.js';

const offsets = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? 1);

const scenarios: Readonly<Record<string, () => Promise<Facts>>> = {
  'full disk, always': () => fullDisk({ durability: 'always', fullMs: 40_000 }),
  'full disk, interval': () => fullDisk({ durability: 'interval', fullMs: 40_000 }),
  'disk of its own': diskOfItsOwn,
  'end on a tight disk': () => endOnTightDisk({ sessions: 550 }),
  'full store': fullStore,
  'full disk, tools': fullDiskForTools,
  'full disk, compact': compactWithoutRoom,
  'truncated store': () => truncatedStores({ offsets, seed }),
  'foreign file': foreignFiles,
  'read-only directory': readOnlyDirectory,
  'second daemon': secondDaemon,
  'clock set': () => setClock({ days: [1, -1, 400, -400, 0] }),
  'no file descriptors': noFilesLeft,
  'slow reader': () => slowReader({ mebibytes: 1024 }),
  'silent peers': () => silentPeers({ count: 500 }),
  'connection flood': () => connectionFlood({ count: 3000, churn: 20_000 }),
  'stopped and continued': () => stoppedDaemon({ stoppedMs: 10_000 }),
};
const missing: Readonly<Record<string, boolean>> = {
  'full disk, always': !canMount,
  'full disk, interval': !canMount,
  'disk of its own': !canMount,
  'end on a tight disk': !canMount,
  'full disk, tools': !canMount,
  'full disk, compact': !canMount,
  'clock set': !canFakeTime,
};

for (const [name, run] of Object.entries(scenarios)) {
  try {
    if (missing[name] === true) throw new Error('cannot be run here: it needs the right to mount, or libfaketime');
    const facts = await run();
    process.stdout.write(
      `${name}: ${Object.entries(facts)
        .map(([fact, value]) => `${fact}=${value}`)
        .join(' ')}\n`,
    );
  } catch (error) {
    process.stdout.write(`${name}: FAILED, ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
