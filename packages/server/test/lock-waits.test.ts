// SLOWLOG LOCKS: who made whom wait, with the notes, and nothing that should stay hidden.
import { ManualClock } from '@msession/engine/conformance';
import { ReplyError, type ReplyMap } from '@msession/protocol';
import { expect, test } from 'vitest';
import { text } from './support/resp-peer.js';
import { figure, startServer, until } from './support/test-server.js';

async function waits(peer: {
  call(...words: (string | number)[]): Promise<unknown>;
}): Promise<Record<string, string>[]> {
  const entries = (await peer.call('SLOWLOG', 'LOCKS')) as ReplyMap[];
  return entries.map((entry) =>
    Object.fromEntries(
      entry.entries.map(([name, value]) => [text(name), String(Buffer.isBuffer(value) ? text(value) : value)]),
    ),
  );
}

test('a long wait is listed with both sides, a short one is not', async () => {
  const clock = new ManualClock();
  const { connect, server } = await startServer({ clock });
  const [holder, waiter, admin] = [await connect(), await connect(), await connect(3)];
  await holder.call('CREATE', 'visit-1');
  await holder.call('CLIENT', 'SETNAME', 'web-1');
  await waiter.call('CLIENT', 'SETNAME', 'web-2');
  for (const waitedMs of [99, 2500]) {
    const key = String(await holder.call('SLOCK', 'visit-1', 'NOTE', 'http://shop/cart?token=sekret'));
    waiter.send('SLOCK', 'visit-1', 'WAIT', 60_000, 'LEASE', 30_000, 'NOTE', 'http://shop/pay?token=sekret');
    await until(() => figure(server, 'locks', 'lock_waiters') === 1);
    clock.advance(waitedMs);
    await holder.call('SUNLOCK', 'visit-1', key);
    await waiter.call('SUNLOCK', 'visit-1', String(await waiter.next()));
  }
  const [entry, ...others] = await waits(admin);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    waitedMs: '2500',
    outcome: 'OK',
    atMs: String(Math.floor(clock.wallMs())),
    waiter: `127.0.0.1:${waiter.socket.localPort}`,
    waiterName: 'web-2',
    waiterNote: 'http://shop/pay',
    holder: `127.0.0.1:${holder.socket.localPort}`,
    holderName: 'web-1',
    holderNote: 'http://shop/cart',
  });
  expect(entry?.id).not.toContain('visit-1');
  expect(figure(server, 'locks', 'slow_lock_entries')).toBe(1);
  expect(await admin.call('SLOWLOG', 'RESET')).toBe('OK');
  expect(await waits(admin)).toEqual([]);
});

test('a wait in vain is listed with its error, ids as they are where they may be shown', async () => {
  const clock = new ManualClock();
  const { connect, server } = await startServer({ clock, showIds: true });
  const [holder, waiter, admin] = [await connect(), await connect(), await connect(3)];
  await holder.call('CREATE', 'visit-1');
  await holder.call('SLOCK', 'visit-1');
  waiter.send('SLOCK', 'visit-1', 'WAIT', 500);
  await until(() => figure(server, 'locks', 'lock_waiters') === 1);
  clock.advance(500);
  expect(((await waiter.next()) as ReplyError).code).toBe('LOCKED');
  expect(await waits(admin)).toMatchObject([{ id: 'visit-1', outcome: 'LOCKED', waitedMs: '500', waiterNote: '' }]);
});

test('waits with ASYNC are listed when their pushes leave; those that get the lock at once are not', async () => {
  const clock = new ManualClock();
  const { connect, server } = await startServer({ clock, showIds: true, limits: { slowlogLockThresholdMs: 0 } });
  const [holder, waiter, admin] = [await connect(), await connect(3), await connect(3)];
  for (const id of ['free', 'granted', 'late', 'dropped']) await holder.call('CREATE', id);
  await waiter.call('SLOCK', 'free', 'ASYNC');
  expect((await waiter.nextPush())[3]?.toString()).toBe('OK');
  const keys: string[] = [];
  for (const id of ['granted', 'late', 'dropped']) {
    keys.push(String(await holder.call('SLOCK', id, 'NOTE', `of ${id}`)));
    await waiter.call('SLOCK', id, 'ASYNC', 'WAIT', 5000, 'NOTE', 'http://shop/pay?token=sekret');
  }
  expect(figure(server, 'locks', 'lock_waiters')).toBe(3);
  clock.advance(700);
  await holder.call('SUNLOCK', 'granted', keys[0] as string);
  expect((await waiter.nextPush())[3]?.toString()).toBe('OK');
  await holder.call('DROP', 'dropped');
  expect((await waiter.nextPush())[3]?.toString()).toBe('NOSESSION');
  clock.advance(4300);
  expect((await waiter.nextPush())[3]?.toString()).toBe('LOCKED');
  const asked = { waiterNote: 'http://shop/pay', waiter: `127.0.0.1:${waiter.socket.localPort}` };
  expect(await waits(admin)).toMatchObject([
    { id: 'late', outcome: 'LOCKED', waitedMs: '5000', holderNote: 'of late', ...asked },
    { id: 'dropped', outcome: 'NOSESSION', waitedMs: '700', holderNote: 'of dropped', ...asked },
    { id: 'granted', outcome: 'OK', waitedMs: '700', holderNote: 'of granted', ...asked },
  ]);
});

test('it keeps no more than slowlog-length, and nothing below a threshold of 0', async () => {
  const { connect, server } = await startServer({ limits: { slowlogLockThresholdMs: 0, slowlogLength: 2 } });
  const [holder, waiter, admin] = [await connect(), await connect(), await connect(3)];
  await holder.call('CREATE', 'visit-1');
  const waitOnce = async () => {
    const key = String(await holder.call('SLOCK', 'visit-1'));
    waiter.send('SLOCK', 'visit-1', 'WAIT', 60_000);
    await until(() => figure(server, 'locks', 'lock_waiters') === 1);
    await holder.call('SUNLOCK', 'visit-1', key);
    await waiter.call('SUNLOCK', 'visit-1', String(await waiter.next()));
  };
  for (let i = 0; i < 3; i++) await waitOnce();
  expect((await waits(admin)).map(({ number }) => number)).toEqual(['2', '1']);
  await admin.call('CONFIG', 'SET', 'slowlog-lock-threshold', '-1');
  await waitOnce();
  expect((await waits(admin)).map(({ number }) => number)).toEqual(['2', '1']);
});

test('CONFIG REWRITE without a file says so; with one it is asked for, and its fault is the reply', async () => {
  expect((await (await (await startServer()).connect()).call('CONFIG', 'REWRITE')) as ReplyError).toBeInstanceOf(
    ReplyError,
  );
  let fault: Error | null = null;
  let written = 0;
  const { connect } = await startServer({
    onConfigRewrite: async () => {
      if (fault !== null) throw fault;
      written++;
    },
  });
  const peer = await connect();
  expect(await peer.call('CONFIG', 'REWRITE')).toBe('OK');
  fault = new Error('the disk is full');
  expect(((await peer.call('CONFIG', 'REWRITE')) as ReplyError).message).toContain('the disk is full');
  expect(written).toBe(1);
});
