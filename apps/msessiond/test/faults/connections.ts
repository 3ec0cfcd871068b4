// Clients that are slow, silent, half gone or too many: each costs the server a bounded amount, others are served
// meanwhile, and when they are gone the server is as before.
import { encodeRequest } from '@msession/protocol';
import { memoryOf } from '../support/process-memory.js';
import {
  eventually,
  type Facts,
  limitFiles,
  must,
  newClient,
  openFiles,
  rawConnection,
  readToEnd,
  withDaemon,
} from './fault-daemon.js';

/** Asks for far more than it reads: reading from it pauses, and it is closed. */
export function slowReader({ mebibytes }: { readonly mebibytes: number }): Promise<Facts> {
  return withDaemon({ flags: ['--slow-reader-timeout', '1s'] }, async ({ client, port, pid }) => {
    await client.dataset('large', 'x'.repeat(1024 ** 2));
    const before = memoryOf(pid, 'RssAnon');
    const socket = await rawConnection(port);
    socket.pause();
    socket.write(Buffer.concat(Array.from({ length: mebibytes }, () => encodeRequest(['DATAGET', 'large']))));
    let served = 0;
    let most = 0;
    await eventually('the slow reader is closed', async () => {
      await client.getval('large', 'missing');
      served++;
      most = Math.max(most, memoryOf(pid, 'RssAnon'));
      return (await client.clientList()).trimEnd().split('\n').length === 1;
    });
    socket.destroy();
    const grownMebibytes = Math.round((most - before) / 1024 ** 2);
    must(grownMebibytes < mebibytes / 2, `memory grew by ${grownMebibytes} MiB for a reader that read nothing`);
    return { asked: mebibytes, grownMebibytes, servedMeanwhile: served };
  });
}

/** Peers that fall silent without a word: in the middle of a request, holding a lock, or having sent their end. */
export function silentPeers({ count }: { readonly count: number }): Promise<Facts> {
  return withDaemon({ flags: ['--request-timeout', '1s'] }, async ({ client, port }) => {
    await client.create('s');
    const halves = await Promise.all(Array.from({ length: count }, () => rawConnection(port)));
    const ends = halves.map((socket) => {
      socket.write('*2\r\n$4\r\nECHO\r\n$5\r\nhal');
      return readToEnd(socket);
    });
    const holder = await rawConnection(port);
    holder.write(encodeRequest(['SLOCK', 's', 'LEASE', '300', 'BIND']));
    await eventually('the lock is held', async () => (await client.ctl('s', 'LOCK')) !== 0);
    // nobody tells the server that the holder is gone; the lease does
    const key = await client.slock('s', { waitMs: 60_000 });
    must(key > 0, 'the lock of a silent holder did not become free');
    must((await client.sunlock('s', key)) === 1, 'the lock was not ours');
    for (const text of await Promise.all(ends)) must(text === '', `half a request was answered: ${text}`);
    const half = await rawConnection(port);
    const all = readToEnd(half);
    half.end(Buffer.concat([encodeRequest(['PING']), encodeRequest(['ECHO', 'still here'])]));
    must((await all) === '+PONG\r\n$10\r\nstill here\r\n', 'a peer that sent its end did not get its replies');
    holder.destroy();
    await eventually(
      'all of them are gone',
      async () => (await client.clientList()).trimEnd().split('\n').length === 1,
    );
    return { silent: count + 1 };
  });
}

/** More than `max-clients` at once, and many that come and go. */
export function connectionFlood({ count, churn }: { readonly count: number; readonly churn: number }): Promise<Facts> {
  return withDaemon({ flags: ['--max-clients', '50'] }, async ({ client, port, pid }) => {
    await client.create('s');
    const before = openFiles(pid);
    const flood = await Promise.all(Array.from({ length: count }, () => rawConnection(port)));
    const replies = flood.map((socket) => {
      socket.end(encodeRequest(['ECHO', 'x']));
      return readToEnd(socket);
    });
    must((await client.ping()) === 'PONG', 'a client was not served during a flood');
    const texts = await Promise.all(replies);
    const served = texts.filter((text) => text === '$1\r\nx\r\n').length;
    const refused = texts.filter((text) => text.startsWith('-MAXCLIENTS ')).length;
    must(served > 0, 'nobody of a flood was served');
    must(refused > 0, 'nobody of a flood was refused');
    must(served + refused === count, `${count - served - refused} of ${count} were neither served nor told why not`);
    for (let i = 0; i < churn; i += 20) {
      const some = await Promise.all(Array.from({ length: 20 }, () => rawConnection(port)));
      for (const [at, socket] of some.entries()) at % 2 === 0 ? socket.resetAndDestroy() : socket.destroy();
    }
    await eventually('all files of the flood are closed', () => openFiles(pid) <= before);
    const late = newClient(port);
    must((await late.ping()) === 'PONG', 'nobody is served behind a flood');
    await late.close();
    return { served, refused, churn };
  });
}

/** No file descriptors left: who is connected is served, and when there are some again, others are. */
export function noFilesLeft(): Promise<Facts> {
  return withDaemon({}, async ({ client, port, pid, process }) => {
    await client.create('s');
    const limit = Math.max(64, openFiles(pid) + 20);
    limitFiles(pid, limit);
    const crowd = await Promise.all(Array.from({ length: limit * 2 }, () => rawConnection(port).catch(() => null)));
    for (let i = 0; i < 100; i++) await client.setval('s', { n: i });
    // what was opened before may stand above the limit
    must(openFiles(pid) <= limit + 8, `${openFiles(pid)} files are open where ${limit} may be`);
    must(process.child.exitCode === null, 'the daemon ended for want of files');
    for (const socket of crowd) socket?.destroy();
    const late = newClient(port);
    await eventually(
      'somebody new is served',
      async () =>
        await late.ping().then(
          () => true,
          () => false,
        ),
    );
    must((await late.getval('s', 'n')) === '99', 'what was written without files left is gone');
    await late.close();
    return { limit, connections: crowd.length };
  });
}
