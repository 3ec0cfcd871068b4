// Waiting for locks as it looks on the wire: tickets, grants, cancellations and renewals, without sockets.
import { describe, expect, test } from 'vitest';
import { settle } from '../test/manual-clock.js';
import { outcome, start } from '../test/scripted-client.js';

describe('locks on the wire', () => {
  test('a lock granted after its call was given up is freed again', async () => {
    const { transport, clock, client } = start({ timeoutMs: 100 });
    await client.connect();
    const slow = outcome(client.slock('a', { withData: true }));
    await settle();
    await clock.advance(100);
    expect(slow.error?.code).toBe('TIMEOUT');
    transport.receive('*2\r\n:77\r\n_\r\n');
    await settle();
    expect(transport.writes.at(-1)).toEqual([['SUNLOCK', 'a', '77']]);
  });

  test('a grant finds its wait, even if it comes before the ticket', async () => {
    const { transport, client } = start();
    await client.connect();
    const first = outcome(client.lock('a', { waitMs: 5000, leaseMs: 9000 }));
    const second = outcome(client.lock('b', { waitMs: 5000 }));
    await settle();
    expect(transport.writes.at(-1)).toEqual([
      ['SLOCK', 'a', 'LEASE', '9000', 'DATA', 'BIND', 'WAIT', '5000', 'ASYNC'],
      ['SLOCK', 'b', 'LEASE', '30000', 'DATA', 'BIND', 'WAIT', '5000', 'ASYNC'],
    ]);
    transport.receive(`>6\r\n$4\r\nlock\r\n:2\r\n$1\r\nb\r\n$2\r\nOK\r\n:20\r\n_\r\n:1\r\n:2\r\n`);
    await settle();
    expect([first.isOpen, second.isOpen]).toEqual([true, false]);
    transport.receive(`>6\r\n$4\r\nlock\r\n:1\r\n$1\r\na\r\n$2\r\nOK\r\n:10\r\n$1\r\nd\r\n`);
    await settle();
    expect(first.value).toMatchObject({ key: 10, data: 'd' });
    expect(second.value).toMatchObject({ key: 20, data: null });
  });

  test('a grant that crosses its cancellation is released', async () => {
    const { transport, client } = start();
    await client.connect();
    const controller = new AbortController();
    const wait = outcome(client.lock('a', { signal: controller.signal }));
    await settle();
    transport.receive(':5\r\n');
    await settle();
    controller.abort();
    await settle();
    expect(wait.error?.code).toBe('ABORTED');
    expect(transport.writes.at(-1)).toEqual([['SCANCEL', '5']]);
    transport.receive('>6\r\n$4\r\nlock\r\n:5\r\n$1\r\na\r\n$2\r\nOK\r\n:50\r\n_\r\n:0\r\n');
    await settle();
    expect(transport.writes.at(-1)).toEqual([['SUNLOCK', 'a', '50']]);
  });

  test('a lock that the server keeps because it cannot write is freed without the data', async () => {
    const { transport, client } = start();
    await client.connect();
    const work = outcome(client.withLock('a', (session) => void session.setData('much'), { waitMs: 0 }));
    await settle();
    transport.receive('*2\r\n:5\r\n_\r\n');
    await settle();
    expect(transport.writes.at(-1)).toEqual([['SUNLOCK', 'a', '5', 'DATA', 'much']]);
    transport.receive('-OOM no memory\r\n');
    await settle();
    expect(transport.writes.at(-1)).toEqual([['SUNLOCK', 'a', '5']]);
    transport.receive(':1\r\n');
    await settle();
    expect(work.error?.code).toBe('OOM');
  });

  test('a wait that is aborted before its request left is not sent', async () => {
    const { transport, client } = start();
    transport.isRefusing = true;
    const controller = new AbortController();
    const wait = outcome(client.lock('a', { signal: controller.signal }));
    await settle();
    controller.abort();
    await settle();
    expect(wait.error?.code).toBe('ABORTED');
    expect(transport.writes).toEqual([]);
  });

  test('the lease of a held lock is extended, until renewForMs is over', async () => {
    const { transport, clock, client } = start({ timeoutMs: 0 });
    await client.connect();
    const lock = outcome(client.lock('a', { waitMs: 0, leaseMs: 3000, renewForMs: 2500 }));
    await settle();
    transport.receive('*2\r\n:5\r\n_\r\n');
    await settle();
    await clock.advance(999);
    expect(transport.writes).toHaveLength(2);
    await clock.advance(1);
    expect(transport.writes.at(-1)).toEqual([['SEXTEND', 'a', '5', 'LEASE', '3000']]);
    await clock.advance(60_000);
    expect(transport.writes.flat().filter(([name]) => name === 'SEXTEND')).toHaveLength(2);
    expect(lock.isOpen).toBe(false);
  });

  test('a renewal that finds the lock taken says so at once', async () => {
    const { transport, clock, client } = start({ timeoutMs: 0 });
    await client.connect();
    const held = client.lock('a', { waitMs: 0, leaseMs: 3000 });
    await settle();
    transport.receive('*2\r\n:5\r\n_\r\n');
    const lock = await held;
    await clock.advance(1000);
    transport.receive('-NOWLOCK gone\r\n');
    await settle();
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await clock.advance(10_000);
    expect(transport.writes.flat().filter(([name]) => name === 'SEXTEND')).toHaveLength(1);
  });
});
