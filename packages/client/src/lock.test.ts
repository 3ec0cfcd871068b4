// Locks through the client, against the real server: waiting, writing in one step, losing, giving up.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../test/test-server.js';
import type { MsessionClient } from './client.js';

let server: TestServer;
let client: MsessionClient;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  client?.destroy();
  client = server.client();
  for (const id of await client.list()) await client.drop(id);
});

/** Resolves when so many wait for the session's lock. */
async function untilWaiting(id: string, waiters: number): Promise<void> {
  for (;;) {
    const [lock] = await client.locks(id);
    if (lock?.waiters.length === waiters) return;
  }
}

describe('withLock', () => {
  test('runs one at a time, in order, on one connection that stays usable', async () => {
    await client.create('s');
    const order: number[] = [];
    let running = 0;
    let mostRunning = 0;
    const all = [1, 2, 3, 4, 5].map((number) =>
      client.withLock('s', async (session) => {
        mostRunning = Math.max(mostRunning, ++running);
        order.push(number);
        // other calls of the same connection go on while the rest waits
        expect(await client.ping()).toBe('PONG');
        session.set('hits', Number((await session.get('hits')) ?? 0) + 1);
        running--;
      }),
    );
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(mostRunning).toBe(1);
    expect(await client.getval('s', 'hits')).toBe('5');
    expect(await client.locks('s')).toEqual([]);
  });

  test('what was set is written with the release, in one step, and seen before by its holder alone', async () => {
    await client.create('s', { data: 'old', className: 'a' });
    await client.setval('s', { keep: 1, gone: 2 });
    const result = await client.withLock('s', async (session) => {
      expect(session.data).toBe('old');
      session.setData('new').setClass('b').setTimeout(77).set('x', 1).set({ y: 2 }).unset('gone');
      expect(session.data).toBe('new');
      expect(await session.get('x')).toBe('1');
      expect(await session.get('gone')).toBe(null);
      expect(await session.get('keep')).toBe('1');
      expect(await session.getAll()).toEqual(
        new Map([
          ['keep', '1'],
          ['x', '1'],
          ['y', '2'],
        ]),
      );
      expect(await client.dataget('s')).toBe('old');
      expect(await client.getval('s', 'x')).toBe(null);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await client.getobject('s')).toMatchObject({
      class: 'b',
      data: 'new',
      vars: new Map([
        ['keep', '1'],
        ['x', '1'],
        ['y', '2'],
      ]),
    });
    expect(await client.timeout('s')).toBe(77);
  });

  test('a function that throws writes nothing, and the lock is free', async () => {
    await client.create('s');
    const failing = client.withLock('s', (session) => {
      session.set('x', 1);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await client.getall('s')).toEqual(new Map());
    expect(await client.ctl('s', 'LOCK')).toBe(0);
  });

  test('create reserves an id: nothing is left if nothing was set, a session if something was', async () => {
    await expect(client.withLock('new', () => {})).rejects.toMatchObject({ code: 'NOSESSION' });
    await client.withLock(
      'new',
      async (session) => {
        expect(session.data).toBe(null);
        expect(await session.get('x')).toBe(null);
        expect(await session.getAll()).toEqual(new Map());
        await session.extend();
      },
      { create: true },
    );
    expect(await client.ctl('new', 'EXIST')).toBe(0);
    await client.withLock('new', (session) => session.set('x', 1), { create: true });
    expect(await client.getval('new', 'x')).toBe('1');
  });

  test('who holds it is shown, with the note', async () => {
    await client.create('s');
    await client.withLock(
      's',
      async (session) => {
        expect(await client.locks('s')).toMatchObject([{ id: 's', key: session.key, note: 'web-1 /cart', bound: 1 }]);
      },
      { note: 'web-1 /cart' },
    );
  });

  test('binary data and Buffers', async () => {
    const binary = Buffer.from([0, 255, 10]);
    await client.dataset('s', binary);
    await client.withLock(
      's',
      (session) => {
        expect(session.data).toEqual(binary);
        session.setData(Buffer.concat([binary, binary]));
      },
      { encoding: 'buffer' },
    );
    expect(await client.dataget('s', { encoding: 'buffer' })).toEqual(Buffer.concat([binary, binary]));
  });
});

describe('releasing on a revision', () => {
  test('writes and frees while the data is what was read, and keeps the lock when it is not', async () => {
    await client.dataset('s', 'read');
    const [, revision] = await client.dataget('s', { withRevision: true });
    const lock = await client.lock('s');
    await client.dataset('s', 'merged');
    await expect(lock.setData('mine').release({ ifRevision: revision })).rejects.toMatchObject({ code: 'STALE' });
    expect(await client.dataget('s')).toBe('merged');
    expect(await client.locks('s')).toMatchObject([{ key: lock.key }]);
    const [, newer] = await client.dataget('s', { withRevision: true });
    await lock.setData('both').release({ ifRevision: newer });
    expect(await client.dataget('s')).toBe('both');
    expect(await client.locks('s')).toEqual([]);
    expect(lock.signal.aborted).toBe(false);
  });
});

test('a lock knows whether another held it when it was asked for', async () => {
  await client.create('s');
  const first = await client.lock('s');
  const waiting = client.lock('s');
  await untilWaiting('s', 1);
  await first.release();
  const second = await waiting;
  expect([first.hasWaited, second.hasWaited]).toEqual([false, true]);
  await second.release();
  const third = await client.lock('s', { waitMs: 0 });
  expect(third.hasWaited).toBe(false);
  await third.release();
});

describe('not getting a lock', () => {
  test('waitMs 0 does not wait', async () => {
    await client.create('s');
    const held = await client.lock('s');
    await expect(client.lock('s', { waitMs: 0 })).rejects.toMatchObject({ code: 'LOCKED', isRetryable: true });
    await held.release();
  });

  test('a wait that is over ends in LOCKED', async () => {
    await client.create('s');
    const held = await client.lock('s');
    await expect(client.lock('s', { waitMs: 1 })).rejects.toMatchObject({ code: 'LOCKED' });
    await held.release();
  });

  test('an aborted wait leaves the queue, and the next in line gets the lock', async () => {
    await client.create('s');
    const held = await client.lock('s');
    const controller = new AbortController();
    const aborted = client.lock('s', { signal: controller.signal });
    const next = client.lock('s');
    await untilWaiting('s', 2);
    controller.abort(new Error('page closed'));
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'page closed' } });
    await untilWaiting('s', 1);
    await held.release();
    await (await next).release();
    await expect(client.lock('s', { signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('a dropped session answers those who wait', async () => {
    await client.create('s');
    const held = await client.lock('s');
    const waiting = client.lock('s');
    const expected = expect(waiting).rejects.toMatchObject({ code: 'NOSESSION' });
    await untilWaiting('s', 1);
    await client.drop('s');
    await expected;
    await held.release();
  });
});

describe('losing a lock', () => {
  test('a write under a lock that another took is refused, and says so', async () => {
    await client.create('s');
    const slow = await client.lock('s', { leaseMs: 1, renewForMs: 0 });
    const other = server.client();
    const thief = await other.lock('s');
    slow.set('x', 'mine');
    await expect(slow.release()).rejects.toMatchObject({
      name: 'LockLostError',
      code: 'LOCK_LOST',
      cause: { code: 'NOWLOCK' },
    });
    expect(slow.signal.aborted).toBe(true);
    await thief.set('x', 'theirs').release();
    expect(await client.getval('s', 'x')).toBe('theirs');
  });

  test('a session dropped by another is no loss for who only read, and one for who wrote', async () => {
    await client.create('s');
    await client.withLock('s', () => client.drop('s'));
    await client.create('s');
    const writing = client.withLock('s', async (session) => {
      session.set('x', 1);
      await client.drop('s');
    });
    await expect(writing).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  test('a lock that the connection’s end freed is noticed by its holder', async () => {
    await client.create('s');
    const lock = await client.lock('s');
    const other = server.client();
    const next = other.lock('s');
    await untilWaiting('s', 1);
    const lost = new Promise((resolve) => lock.signal.addEventListener('abort', resolve));
    await other.clientKill({ clientId: await client.clientId() });
    const taken = await next;
    await lost;
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await expect(lock.set('x', 1).release()).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await taken.release();
  });

  test('a wait survives the connection, which is made again for it', async () => {
    await client.create('s');
    const other = server.client({ reconnect: { initialDelayMs: 1 } });
    const held = await client.lock('s');
    const waiting = other.lock('s');
    await untilWaiting('s', 1);
    await client.clientKill({ clientId: await other.clientId() });
    await untilWaiting('s', 1);
    await held.release();
    await (await waiting).release();
  });

  test('releasing twice is the same as once', async () => {
    await client.create('s');
    const lock = await client.lock('s');
    await Promise.all([lock.set('x', 1).release(), lock.release()]);
    await lock.release();
    expect(await client.getval('s', 'x')).toBe('1');
  });
});

describe('closing', () => {
  test('close waits for locks that are held, and ends waits', async () => {
    await client.create('s');
    const other = server.client();
    const held = await other.lock('s');
    const waiting = other.lock('s');
    const ended = expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await untilWaiting('s', 1);
    const closing = other.close();
    await ended;
    await expect(other.count()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await held.get('x')).toBe(null);
    await held.set('x', 'written').release();
    await closing;
    expect(await client.getval('s', 'x')).toBe('written');
    expect(other.state).toBe('closed');
  });
});
