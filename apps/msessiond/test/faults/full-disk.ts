// A disk without room: writes are refused with an error, reads go on, and when there is room again writes are taken by
// themselves. Nothing that was acknowledged is missing afterwards.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { MsessionClient } from '@msession/client';
import { codeOf, eventually, type Facts, must, type RunningDaemon, withDaemon, withFolder } from './fault-daemon.js';
import { SmallDisk } from './small-disk.js';

export interface FullDiskOptions {
  readonly durability: 'always' | 'interval';
  /** How long the disk stays full, milliseconds. */
  readonly fullMs: number;
}

export async function fullDisk({ durability, fullMs }: FullDiskOptions): Promise<Facts> {
  // room for what a starved machine takes between two batches
  const disk = new SmallDisk(64);
  const directory = path.join(disk.folder, 'data');
  const flags = ['--data-dir', directory, '--durability', durability, '--store-interval', '50ms'];
  try {
    const acknowledged = new Map<string, string>();
    let refused = 0;
    const reasons = new Set<string>();
    await withDaemon({ flags }, async ({ client }) => {
      disk.occupy(60);
      refused += await fill(client, acknowledged);
      const firstId = acknowledged.keys().next().value as string;
      const endMs = performance.now() + fullMs;
      do {
        must(await isThere(client, firstId, acknowledged), 'a read is not answered while the disk is full');
        const code = await codeOf(client.dataset('refused', randomText()));
        must(code === 'UNAVAILABLE' || code === undefined, `a write to a full disk is answered ${code}`);
        if (code === 'UNAVAILABLE') refused++;
        reasons.add(await messageOf(client.dataset('refused', randomText())));
        await codeOf(client.slock(firstId, { leaseMs: 1 }));
        must((await client.ping()) === 'PONG', 'no PONG while the disk is full');
      } while (performance.now() < endMs);
      must(
        [...reasons].some((reason) => /no space left on device.*make room, reads go on/i.test(reason)),
        `no refusal says that the disk is full and what to do: ${[...reasons].join('; ')}`,
      );
      disk.free();
      await eventually(
        'a write is taken again',
        async () => (await codeOf(client.dataset('again', 'x'))) === undefined,
      );
      acknowledged.set('again', 'x');
      for (const id of acknowledged.keys())
        must(await isThere(client, id, acknowledged), 'an acknowledged write is gone behind the full disk');
    });
    await withDaemon({ flags }, async ({ client }) => {
      for (const id of acknowledged.keys())
        must(await isThere(client, id, acknowledged), 'an acknowledged write is gone behind the restart');
    });
    return { acknowledged: acknowledged.size, refused };
  } finally {
    disk.remove();
  }
}

/**
 * A daemon that ends where the disk has no room for all sessions twice: that they were read is left out of the store
 * before anything that was acknowledged is.
 */
export async function endOnTightDisk({ sessions }: { readonly sessions: number }): Promise<Facts> {
  const disk = new SmallDisk(24);
  const flags = ['--data-dir', path.join(disk.folder, 'data'), '--durability', 'interval', '--store-interval', '60s'];
  try {
    const acknowledged = new Map<string, string>();
    await withDaemon({ flags }, async ({ client }) => {
      for (let i = 0; i < sessions; i++) {
        const data = randomText();
        await client.dataset(`s${i}`, data, { timeoutSeconds: 0 });
        acknowledged.set(`s${i}`, data);
      }
      await client.serialize();
      await client.dataset('last', 'x', { timeoutSeconds: 0 });
      acknowledged.set('last', 'x');
      for (const id of acknowledged.keys()) must(await isThere(client, id, acknowledged), 'a write is not there');
    });
    await withDaemon({ flags }, async ({ client }) => {
      for (const id of acknowledged.keys())
        must(await isThere(client, id, acknowledged), 'an acknowledged write is gone behind the end of the daemon');
    });
    return { acknowledged: acknowledged.size };
  } finally {
    disk.remove();
  }
}

/** The same where the disk has nothing but the store, and stays as large as it is: dropping sessions makes room. */
export async function diskOfItsOwn(): Promise<Facts> {
  const disk = new SmallDisk(24);
  const flags = ['--data-dir', path.join(disk.folder, 'data'), '--durability', 'always'];
  try {
    return await withDaemon({ flags }, fillAndDrop);
  } finally {
    disk.remove();
  }
}

/** The same where `max-store-size` is the end: dropping sessions makes room. */
export function fullStore(): Promise<Facts> {
  return withFolder(async (folder) => {
    const flags = ['--data-dir', folder, '--durability', 'always', '--max-store-size', '2MiB'];
    return await withDaemon({ flags }, fillAndDrop);
  });
}

async function fillAndDrop({ client }: RunningDaemon): Promise<Facts> {
  const acknowledged = new Map<string, string>();
  const refused = await fill(client, acknowledged);
  const ids = [...acknowledged.keys()];
  must(await isThere(client, ids[0] as string, acknowledged), 'a read is not answered while the store is full');
  // what was refused may not stay in the way
  await client.drop('refused').catch(() => undefined);
  for (const id of ids.slice(0, ids.length / 2)) await client.drop(id).catch(() => undefined);
  await eventually('a write is taken again', async () => (await codeOf(client.dataset('again', 'x'))) === undefined);
  for (const id of ids.slice(Math.ceil(ids.length / 2)))
    must(await isThere(client, id, acknowledged), 'an acknowledged write is gone');
  return { acknowledged: acknowledged.size, refused };
}

/** Writes until a write is refused; answers how many were. */
async function fill(client: MsessionClient, acknowledged: Map<string, string>): Promise<number> {
  for (let i = 0; i < 10_000; i++) {
    const data = randomText();
    const code = await codeOf(client.dataset(`s${i}`, data, { timeoutSeconds: 0 }));
    if (code === 'UNAVAILABLE') return 1;
    must(code === undefined, `a write to a disk that fills up is answered ${code}`);
    acknowledged.set(`s${i}`, data);
  }
  throw new Error('the disk did not fill up');
}

async function messageOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => '',
    (error: Error) => error.message,
  );
}

async function isThere(client: MsessionClient, id: string, expected: ReadonlyMap<string, string>): Promise<boolean> {
  return String(await client.dataget(id)) === expected.get(id);
}

function randomText(): string {
  return randomBytes(24_000).toString('base64');
}
