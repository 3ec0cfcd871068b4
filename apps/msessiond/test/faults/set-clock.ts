// A wall clock that is set, forward and back, while the daemon runs and while it does not: keys and revisions go on
// growing, no session lives shorter. libfaketime gives the real daemon such a clock; its monotonic clock stays true.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MsessionClient } from '@msession/client';
import { eventually, type Facts, must, withDaemon, withFolder } from './fault-daemon.js';

const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

/** Whether Debian's libfaketime is installed. */
export const canFakeTime = library !== undefined;

export function setClock({ days }: { readonly days: readonly number[] }): Promise<Facts> {
  return withFolder(async (folder) => {
    const offset = path.join(folder, 'offset');
    const environment = {
      LD_PRELOAD: library as string,
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
    };
    const flags = ['--data-dir', path.join(folder, 'data'), '--durability', 'always'];
    let greatest = 0;
    let keys = 0;
    const takeKeys = async (client: MsessionClient) => {
      for (let i = 0; i < 20; i++) {
        const key = await client.slock('s', { create: true });
        must(key > greatest, `key ${key} behind ${greatest}`);
        must((await client.sunlock('s', key, { data: `data ${key}` })) === 1, 'the lock was not ours');
        greatest = Math.max(key, Number(await client.ctl('s', 'REV')));
        keys++;
      }
    };
    setOffset(offset, 0);
    await withDaemon({ flags, environment }, async ({ client }) => {
      await client.create('hour', { timeoutSeconds: 3600 });
      await takeKeys(client);
      for (const day of days) {
        setOffset(offset, day);
        const expected = Date.now() + day * 86_400_000;
        // the server's own word on what time it is
        await eventually('the daemon has the other time', async () => {
          const now = Number(await client.ctl('s', 'NOW'));
          return Math.abs((now > 1e11 ? now : now * 1000) - expected) < 600_000;
        });
        await takeKeys(client);
        must(Number(await client.ctl('hour', 'TTL')) > 3000, 'setting the clock took time from a session');
      }
    });
    for (const day of days.filter((each) => each < 0)) {
      setOffset(offset, day * 2);
      await withDaemon({ flags, environment }, async ({ client }) => {
        must((await client.ctl('hour', 'EXIST')) === 1, 'a clock set back while it did not run ended a session');
        await takeKeys(client);
      });
    }
    return { keys, settings: days.length };
  });
}

function setOffset(file: string, days: number): void {
  // whole or not at all: the daemon reads it at any moment
  writeFileSync(`${file}.new`, `${days < 0 ? '' : '+'}${days}d\n`);
  renameSync(`${file}.new`, file);
}
