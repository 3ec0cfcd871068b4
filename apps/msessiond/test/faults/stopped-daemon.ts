// SIGSTOP and SIGCONT: what was sent meanwhile is answered, what was acknowledged is there, time has gone on.
import { eventually, type Facts, must, newClient, withDaemon, withFolder } from './fault-daemon.js';

export function stoppedDaemon({ stoppedMs }: { readonly stoppedMs: number }): Promise<Facts> {
  return withFolder(async (folder) => {
    return await withDaemon({ flags: ['--data-dir', folder] }, async ({ client, port, process }) => {
      const before = newClient(port);
      await client.create('short', { timeoutSeconds: 1 });
      await client.create('long');
      const staleKey = await client.slock('long', { leaseMs: 500 });
      for (let i = 0; i < 200; i++) await before.setval(`s${i}`, { n: i }).catch(() => undefined);
      for (let i = 0; i < 200; i++) await before.dataset(`s${i}`, `data ${i}`);
      process.child.kill('SIGSTOP');
      const during = newClient(port);
      const pending = [before.dataset('s0', 'written during'), during.ping(), during.dataset('new', 'x')];
      await new Promise((resolve) => setTimeout(resolve, stoppedMs));
      process.child.kill('SIGCONT');
      const [written, pong, created] = await Promise.all(pending);
      must(written === 'OK' && pong === 'PONG' && created === 'OK', 'what was sent during the stop is not answered');
      for (let i = 1; i < 200; i++)
        must(String(await before.dataget(`s${i}`)) === `data ${i}`, `s${i} is not as it was`);
      await eventually('the short session has expired', async () => (await client.ctl('short', 'EXIST')) === 0);
      const key = await client.slock('long', { waitMs: 60_000 });
      must(key > staleKey, 'the lock went to a key that is not newer');
      must((await client.sunlock('long', key)) === 1, 'the lock was not ours');
      await Promise.all([before.close(), during.close()]);
      return { stoppedMs };
    });
  });
}
