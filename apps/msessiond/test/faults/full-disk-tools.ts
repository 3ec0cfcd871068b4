// Tools for stores on a disk without room: each ends with an error that says so, nothing half done is left, and what was
// there is as it was.
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../support/run-program.js';
import { type Facts, must, withDaemon, withFolder } from './fault-daemon.js';
import { SmallDisk } from './small-disk.js';

const program = fileURLToPath(new URL('../../bin/msession.mjs', import.meta.url));
const sessions = 60;
const dataBytes = 100_000;
const diskMebibytes = 10;
/** So much stays free: too little for what any tool writes. */
const occupiedMebibytes = 7;

async function makeStore(directory: string, count: number, whileRunning?: () => Promise<void>): Promise<void> {
  await withDaemon({ flags: ['--data-dir', directory] }, async ({ client }) => {
    for (let i = 0; i < count; i++) await client.dataset(`s${i}`, Buffer.alloc(dataBytes, i), { timeoutSeconds: 0 });
    await client.serialize();
    await whileRunning?.();
  });
}

async function msession(...words: string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const { code, stderr } = await runProgram(process.execPath, [program, ...words]);
  return { code, stderr };
}

async function mustFail(words: readonly string[], pattern: RegExp): Promise<void> {
  const { code, stderr } = await msession(...words);
  must(code === 1, `msession ${words[0]} on a full disk: exit code ${code}`);
  must(pattern.test(stderr), `msession ${words[0]} on a full disk says: ${stderr}`);
}

/** Backup, dump, restore and copies for reading, all onto a disk that is too small for them. */
export function fullDiskForTools(): Promise<Facts> {
  return withFolder(async (folder) => {
    const directory = path.join(folder, 'data');
    const dump = path.join(folder, 'dump.jsonl');
    const disk = new SmallDisk(diskMebibytes);
    const to = (name: string) => path.join(disk.folder, name);
    const noRoom = /no space left/i;
    try {
      await makeStore(directory, sessions, async () => {
        disk.occupy(occupiedMebibytes);
        await mustFail(
          ['dump', directory, '--to', path.join(folder, 'x.jsonl'), '--scratch', disk.folder],
          /--scratch/,
        );
        await mustFail(['check', directory, '--scratch', disk.folder], noRoom);
        await mustFail(['backup', directory, '--to', to('backup')], noRoom);
      });
      must((await msession('dump', directory, '--to', dump)).code === 0, 'a dump with room failed');
      await mustFail(['backup', directory, '--to', to('backup')], noRoom);
      await mustFail(['dump', directory, '--to', to('dump.jsonl')], noRoom);
      await mustFail(['restore', to('restored'), '--from', dump], noRoom);
      disk.free();
      must(readdirSync(disk.folder).length === 0, `left on the disk: ${readdirSync(disk.folder).join(' ')}`);
      must((await msession('check', directory)).code === 0, 'the store is not as it was');
      return { sessions };
    } finally {
      disk.remove();
    }
  });
}

/** Compacting where there is no room for a second file: the first stays. */
export async function compactWithoutRoom(): Promise<Facts> {
  const disk = new SmallDisk(diskMebibytes);
  const directory = path.join(disk.folder, 'data');
  try {
    await makeStore(directory, sessions / 2);
    const before = readFileSync(path.join(directory, 'sessions.mdb'));
    const { bavail, bsize } = statfsSync(disk.folder);
    // a mebibyte is left: the copy takes three
    disk.occupy(Math.floor((bavail * bsize) / 1024 ** 2) - 1);
    await mustFail(['compact', directory], /no space left.*it is as it was/is);
    must(readFileSync(path.join(directory, 'sessions.mdb')).equals(before), 'the store is not as it was');
    must(
      readdirSync(directory).every((name) => !name.includes('.new')),
      `left in the directory: ${readdirSync(directory).join(' ')}`,
    );
    disk.free();
    must((await msession('compact', directory)).code === 0, 'with room it cannot be compacted');
    must((await msession('check', directory)).code === 0, 'the compacted store is not sound');
    return { sessions: sessions / 2 };
  } finally {
    disk.remove();
  }
}
