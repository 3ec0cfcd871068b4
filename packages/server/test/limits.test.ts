// Nothing that a client can grow is without a cap, and back-pressure is no error.

import { ManualClock } from '@msession/engine/conformance';
import { encodeRequest, ReplyError } from '@msession/protocol';
import { expect, test } from 'vitest';
import { figure, startServer, turn, until } from './support/test-server.js';

test('a pipeline of a million commands is served in order with bounded memory', async () => {
  const { connect, server } = await startServer();
  const peer = await connect();
  await peer.call('CREATE', 'a');
  const total = 1_000_000;
  const perChunk = 10_000;
  let written = 0;
  let largestBacklog = 0;
  const writer = (async () => {
    while (written < total) {
      const words = Array.from({ length: perChunk }, (_, i) => encodeRequest(['ECHO', String(written + i)]));
      written += perChunk;
      largestBacklog = Math.max(largestBacklog, figure(server, 'clients', 'client_output_bytes'));
      if (!peer.socket.write(Buffer.concat(words))) await new Promise((resolve) => peer.socket.once('drain', resolve));
    }
  })();
  let outOfOrder = 0;
  for (let i = 0; i < total; i++) if (String(await peer.next()) !== String(i)) outOfOrder++;
  await writer;
  expect(outOfOrder).toBe(0);
  expect(largestBacklog).toBeLessThan(4 * 1024 * 1024);
}, 120_000);

test('a client that sends without reading is paused, loses nothing, and is served when it reads', async () => {
  const { connect, server } = await startServer({ limits: { outputBufferBytes: 64 * 1024 } });
  const peer = await connect();
  await peer.call('CREATE', 'a');
  await peer.call('SETVAL', 'a', 'page', 'x'.repeat(50_000));
  peer.socket.pause();
  const total = 2000;
  peer.raw(Buffer.concat(Array.from({ length: total }, () => encodeRequest(['GETVAL', 'a', 'page']))));
  await until(() => figure(server, 'clients', 'client_output_bytes') > 64 * 1024);
  for (let i = 0; i < 50; i++) await turn();
  expect(figure(server, 'clients', 'client_output_bytes')).toBeLessThan(1024 * 1024);
  expect(await (await connect()).call('PING')).toBe('PONG');
  peer.socket.resume();
  let bytes = 0;
  for (let i = 0; i < total; i++) bytes += ((await peer.next()) as Buffer).length;
  expect(bytes).toBe(total * 50_000);
});

test('a reader that takes nothing for slow-reader-timeout is closed', async () => {
  const clock = new ManualClock();
  const { connect, server } = await startServer({ clock, limits: { outputBufferBytes: 64 * 1024 } });
  const peer = await connect();
  await peer.call('CREATE', 'a');
  await peer.call('SETVAL', 'a', 'page', 'x'.repeat(1_000_000));
  peer.socket.pause();
  peer.raw(Buffer.concat(Array.from({ length: 50 }, () => encodeRequest(['GETVAL', 'a', 'page']))));
  await until(() => figure(server, 'clients', 'client_output_bytes') > 64 * 1024);
  clock.advance(59_000);
  await turn();
  expect(figure(server, 'clients', 'connected_clients')).toBe(1);
  clock.advance(5_000);
  await until(() => figure(server, 'clients', 'connected_clients') === 0);
  expect(figure(server, 'stats', 'slow_readers_closed')).toBe(1);
});

test('a half request, then silence, is closed at request-timeout; an idle connection is not', async () => {
  const clock = new ManualClock();
  const { connect, server } = await startServer({ clock, limits: { requestTimeoutSeconds: 30 } });
  const [idle, half] = [await connect(), await connect()];
  expect(await idle.call('PING')).toBe('PONG');
  const received = figure(server, 'stats', 'total_net_input_bytes');
  const request = '*2\r\n$4\r\nECHO\r\n$10\r\nabc';
  half.raw(request);
  await until(() => figure(server, 'stats', 'total_net_input_bytes') === received + request.length);
  clock.advance(29_000);
  await turn();
  expect(figure(server, 'clients', 'connected_clients')).toBe(2);
  clock.advance(3_000);
  await half.closed;
  expect(await idle.call('PING')).toBe('PONG');
});

test('idle connections are closed at idle-timeout; busy ones and waiting ones are not', async () => {
  const clock = new ManualClock();
  const { connect } = await startServer({ clock, limits: { idleTimeoutSeconds: 100 } });
  const [idle, busy, holder, waiter, listener] = [
    await connect(),
    await connect(),
    await connect(),
    await connect(),
    await connect(3),
  ];
  await holder.call('CREATE', 'a');
  await holder.call('SLOCK', 'a', 'LEASE', 3_600_000);
  await listener.call('EVENTS', 'ON');
  waiter.send('SLOCK', 'a', 'WAIT', 3_600_000);
  await idle.call('PING');
  clock.advance(60_000);
  await busy.call('PING');
  clock.advance(60_000);
  await idle.closed;
  expect(await busy.call('PING')).toBe('PONG');
  expect(await holder.call('PING')).toBe('PONG');
  expect(await listener.call('PING')).toBe('PONG');
  expect(waiter.socket.destroyed).toBe(false);
});

test('who waits for a lock and sends more than fits is closed, and leaves the queue', async () => {
  const { connect, server, engine } = await startServer({ limits: { maxRequestBytes: 64 * 1024 } });
  const [holder, waiter] = [await connect(), await connect()];
  await holder.call('CREATE', 'a');
  await holder.call('SLOCK', 'a');
  waiter.send('SLOCK', 'a', 'WAIT', 3_600_000);
  await until(() => engine.statistics().lockWaiters === 1);
  waiter.raw(Buffer.concat(Array.from({ length: 20_000 }, () => encodeRequest(['PING']))));
  await waiter.closed;
  await until(() => engine.statistics().lockWaiters === 0);
  expect(figure(server, 'stats', 'overflows_closed')).toBe(1);
});

test('the hang-up of a connection with locks is seen even while it is not drained', async () => {
  const { connect, server, engine } = await startServer({ limits: { outputBufferBytes: 16 * 1024 } });
  const [holder, other] = [await connect(), await connect()];
  await holder.call('CREATE', 'a');
  await holder.call('SETVAL', 'a', 'page', 'x'.repeat(1_000_000));
  await holder.call('SLOCK', 'a', 'BIND', 'LEASE', 3_600_000);
  holder.socket.pause();
  holder.raw(Buffer.concat(Array.from({ length: 50 }, () => encodeRequest(['GETVAL', 'a', 'page']))));
  await until(() => figure(server, 'clients', 'client_output_bytes') > 16 * 1024);
  const lock = other.call('SLOCK', 'a', 'WAIT', 60_000);
  await until(() => engine.statistics().lockWaiters === 1);
  holder.socket.destroy();
  expect(Number(await lock)).toBeGreaterThan(0);
});

test('the connection over the cap is told so and closed; the next one fits again', async () => {
  const { connect, server } = await startServer({ limits: { maxClients: 2 } });
  const [first] = [await connect(), await connect()];
  const third = await connect();
  const answer = await third.next();
  expect(answer).toBeInstanceOf(ReplyError);
  expect((answer as ReplyError).code).toBe('MAXCLIENTS');
  await third.closed;
  await first?.hangUp();
  await until(() => figure(server, 'clients', 'connected_clients') === 1);
  expect(await (await connect()).call('PING')).toBe('PONG');
});

test('pushes that nobody reads close their connection at push-backlog', async () => {
  const { connect, server } = await startServer({ limits: { pushBacklogBytes: 64 * 1024 } });
  const [listener, busy] = [await connect(3), await connect()];
  await listener.call('EVENTS', 'ON', 'created', 'destroyed');
  listener.socket.pause();
  const batch = Buffer.concat(
    Array.from({ length: 2000 }, (_, i) => [
      encodeRequest(['CREATE', `${'s'.repeat(200)}${i}`]),
      encodeRequest(['DROP', `${'s'.repeat(200)}${i}`]),
    ]).flat(),
  );
  while (figure(server, 'stats', 'slow_readers_closed') === 0) {
    busy.raw(batch);
    for (let i = 0; i < 4000; i++) await busy.next();
  }
  expect(await busy.call('PING')).toBe('PONG');
  await until(() => figure(server, 'clients', 'connected_clients') === 1);
}, 60_000);
