// Store files that are cut off or belong to somebody else, directories that cannot be written, and directories that
// another daemon has: a refusal that names the file and the way out, exit code 1, and nothing touched. Never a
// store that is half there.
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { Random } from '../fuzz/random.js';
import { codeOf, type Facts, must, refusal, withDaemon, withFolder } from './fault-daemon.js';
import { canMount, SmallDisk } from './small-disk.js';

const sessions = 300;

async function makeStore(directory: string): Promise<void> {
  await withDaemon({ flags: ['--data-dir', directory, '--durability', 'always'] }, async ({ client }) => {
    await Promise.all(
      Array.from({ length: sessions }, (_, i) =>
        client.dataset(`s${i}`, dataOf(i), { variables: { n: i, user: `u${i % 7}` }, timeoutSeconds: 0 }),
      ),
    );
    await client.find('user', 'u1');
  });
}

function dataOf(i: number): string {
  return `${i} `.repeat(20 + (i % 400));
}

/** Truncates the files of a store at many offsets; each start must be refused, or must find everything. */
export function truncatedStores({
  offsets,
  seed,
}: {
  readonly offsets: number;
  readonly seed: number;
}): Promise<Facts> {
  return withFolder(async (folder) => {
    const random = new Random(seed);
    const whole = path.join(folder, 'whole');
    await makeStore(whole);
    const files = readdirSync(whole).filter(
      (name) => !name.endsWith('-lock') && statSync(path.join(whole, name)).size > 0,
    );
    must(files.length > 0, 'there is no store file');
    let refused = 0;
    for (let i = 0; i < offsets; i++) {
      const copy = path.join(folder, `cut-${i}`);
      cpSync(whole, copy, { recursive: true });
      const name = i % 4 === 3 ? random.pick(files) : largest(whole, files);
      const file = path.join(copy, name);
      const bytes = i === 0 ? 1 : random.below(statSync(file).size);
      truncateSync(file, bytes);
      const { code, signal, stdout, stderr } = await refusal(copy);
      const where = `${name} cut to ${bytes} bytes (seed ${seed})`;
      must(signal === null, `${where}: the daemon was killed by ${signal}`);
      if (stdout === '') {
        must(code === 1, `${where}: exit code ${code}`);
        // LMDB itself may have said something before
        const line = /^msessiond: .*$/m.exec(stderr)?.[0] ?? '';
        must(line.includes(file), `${where}: the refusal does not name the file: ${stderr}`);
        must(/begin anew/.test(line), `${where}: the refusal names no way out: ${stderr}`);
        must(statSync(file).size === bytes, `${where}: the refused file was changed`);
        refused++;
      } else await mustBeWhole(copy, where);
      rmSync(copy, { recursive: true });
    }
    return { offsets, refused, whole: offsets - refused };
  });
}

function largest(folder: string, files: readonly string[]): string {
  const size = (name: string) => statSync(path.join(folder, name)).size;
  return [...files].sort((a, b) => size(b) - size(a))[0] as string;
}

async function mustBeWhole(directory: string, where: string): Promise<void> {
  await withDaemon({ flags: ['--data-dir', directory] }, async ({ client }) => {
    must((await client.count()) === sessions, `${where}: a store that is half there was loaded`);
    for (let i = 0; i < sessions; i++)
      must(String(await client.dataget(`s${i}`)) === dataOf(i), `${where}: session ${i} is not as it was`);
  });
}

/** Files in the place of the store that are none. */
export function foreignFiles(): Promise<Facts> {
  return withFolder(async (folder) => {
    const whole = path.join(folder, 'whole');
    await makeStore(whole);
    const name = largest(
      whole,
      readdirSync(whole).filter((file) => !file.endsWith('-lock')),
    );
    const contents = [
      Buffer.from('these are notes\n'),
      Buffer.alloc(65_536, 0x20),
      Buffer.from('SQLite format 3\0'.repeat(1024)),
    ];
    for (const [i, bytes] of contents.entries()) {
      const directory = path.join(folder, `foreign-${i}`);
      mkdirSync(directory);
      const file = path.join(directory, name);
      writeFileSync(file, bytes);
      const { code, stdout, stderr } = await refusal(directory);
      must(code === 1 && stdout === '', `a foreign file: exit code ${code}`);
      must(/^msessiond: .*$/m.exec(stderr)?.[0].includes(file) === true, `a foreign file is not named: ${stderr}`);
      must(readFileSync(file).equals(bytes), 'a foreign file was changed');
    }
    return { files: contents.length };
  });
}

/** A directory that may not be written. */
export async function readOnlyDirectory(): Promise<Facts> {
  if (!canMount)
    return await withFolder(async (folder) => {
      chmodSync(folder, 0o500);
      return await mustRefuse(folder);
    });
  const disk = new SmallDisk(4);
  try {
    disk.makeReadOnly();
    return await mustRefuse(disk.folder);
  } finally {
    disk.remove();
  }
}

async function mustRefuse(directory: string): Promise<Facts> {
  for (const tried of [directory, path.join(directory, 'below')]) {
    const { code, stdout, stderr } = await refusal(tried);
    must(code === 1 && stdout === '', `a directory that cannot be written: exit code ${code}`);
    must(stderr.includes(tried), `the refusal does not name the directory: ${stderr}`);
    must(stderr.includes('data-dir'), `the refusal does not name the setting: ${stderr}`);
  }
  return { directories: 2 };
}

/** A second daemon where one runs: refused with the process that has it; the first is not disturbed. */
export function secondDaemon(): Promise<Facts> {
  return withFolder(async (folder) => {
    return await withDaemon({ flags: ['--data-dir', folder] }, async ({ client, pid }) => {
      await client.dataset('s', 'one');
      const { code, stdout, stderr } = await refusal(folder);
      must(code === 1 && stdout === '', `a second daemon: exit code ${code}`);
      must(
        stderr.includes(folder) && stderr.includes(`process ${pid}`),
        `the refusal does not name the holder: ${stderr}`,
      );
      must((await codeOf(client.dataset('s', 'two'))) === undefined, 'the first daemon was disturbed');
      return { daemons: 2 };
    });
  });
}
