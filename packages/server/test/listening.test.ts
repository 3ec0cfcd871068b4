import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedEngine } from '@msession/engine';
import { ReplyError } from '@msession/protocol';
import { expect, test } from 'vitest';
import { createServer, ListenFault } from '../src/index.js';
import { RespPeer } from './support/resp-peer.js';
import { figure, startServer, until } from './support/test-server.js';

async function fault(options: Partial<Parameters<typeof createServer>[0]>): Promise<ListenFault> {
  const server = createServer({ engine: createEmbeddedEngine(), port: 0, ...options });
  try {
    await server.listen();
  } catch (error) {
    if (error instanceof ListenFault) return error;
    throw error;
  } finally {
    await server.close();
  }
  throw new Error('it listens');
}

test.each(['shared-buffer', 'data-events'] as const)(
  'bytes arrive by the path that was asked for: %s',
  async (receivePath) => {
    const { server, connect } = await startServer({ receivePath });
    expect(server.receivePath).toBeNull();
    const [a, b] = [await connect(), await connect()];
    const large = Buffer.alloc(300_000, 'x');
    const [one, two] = await Promise.all([a.call('ECHO', large), b.call('ECHO', 'small')]);
    expect(one).toEqual(large);
    expect(two).toEqual(Buffer.from('small'));
    expect(server.receivePath).toBe(receivePath);
  },
);

test.each(['0.0.0.0', '::', '192.0.2.7', 'example.org'])(
  '%s without a password is refused with a way out',
  async (host) => {
    const error = await fault({ host });
    expect(error.code).toBe('PROTECTED');
    expect(error.message).toContain('password');
    expect(error.message).toContain('127.0.0.1');
  },
);

test('with a password it listens off loopback', async () => {
  const { port } = await startServer({ host: '0.0.0.0', password: 'x' });
  const peer = await RespPeer.open({ host: '127.0.0.1', port });
  expect(await peer.call('AUTH', 'x')).toBe('OK');
  peer.socket.destroy();
});

test('a taken port is a clear error', async () => {
  const other = createNetServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const error = await fault({ port });
  expect(error.code).toBe('EADDRINUSE');
  expect(error.message).toContain(`127.0.0.1:${port}`);
  await new Promise((resolve) => other.close(resolve));
});

test('a Unix socket serves, alone or beside TCP, and is not for everybody', async () => {
  const unixSocket = join(await mkdtemp(join(tmpdir(), 'msession-')), 'server.sock');
  const { server } = await startServer({ unixSocket, port: null });
  expect(server.address()).toEqual({ unixSocket });
  expect((await stat(unixSocket)).mode & 0o777).toBe(0o660);
  const peer = await RespPeer.open({ path: unixSocket });
  expect(await peer.call('CREATE', 'a')).toBe('OK');
  expect(String(await peer.call('CLIENT', 'INFO'))).toContain(`addr=${unixSocket}`);
  const taken = await fault({ unixSocket });
  expect(taken.code).toBe('EADDRINUSE');
  peer.socket.destroy();
});

test('what is no socket is not removed from the path of the Unix socket', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'msession-')), 'precious.txt');
  await writeFile(path, 'keep me');
  expect((await fault({ unixSocket: path })).code).toBe('EEXIST');
  expect((await stat(path)).size).toBe(7);
});

test('nothing to listen on is an error', async () => {
  expect((await fault({ port: null })).code).toBe('NOWHERE');
});

test('close lets due replies leave, tells waiters, and ends every connection', async () => {
  const { server, connect, engine } = await startServer();
  const [holder, waiter, idle] = [await connect(), await connect(), await connect()];
  await holder.call('CREATE', 'a');
  await holder.call('SLOCK', 'a');
  waiter.send('SLOCK', 'a', 'WAIT', 60_000);
  await until(() => engine.statistics().lockWaiters === 1);
  const closing = server.close();
  const answer = await waiter.next();
  expect(answer).toBeInstanceOf(ReplyError);
  expect((answer as ReplyError).code).toBe('UNAVAILABLE');
  await Promise.all([holder.closed, waiter.closed, idle.closed, closing]);
  expect(engine.statistics().lockWaiters).toBe(0);
});

test('the hang-up of a connection frees the locks bound to it', async () => {
  const { connect, engine } = await startServer();
  const [holder, other] = [await connect(), await connect()];
  await holder.call('CREATE', 'a');
  await holder.call('SLOCK', 'a', 'BIND', 'LEASE', 3_600_000);
  const lock = other.call('SLOCK', 'a', 'WAIT', 60_000);
  await until(() => engine.statistics().lockWaiters === 1);
  await holder.hangUp();
  expect(Number(await lock)).toBeGreaterThan(0);
});

test('a waiter that hangs up leaves the queue', async () => {
  const { connect, engine, server } = await startServer();
  const [holder, waiter] = [await connect(), await connect()];
  await holder.call('CREATE', 'a');
  await holder.call('SLOCK', 'a');
  waiter.send('SLOCK', 'a', 'WAIT', 60_000);
  await until(() => engine.statistics().lockWaiters === 1);
  expect(figure(server, 'clients', 'blocked_clients')).toBe(1);
  waiter.socket.end();
  await until(() => engine.statistics().lockWaiters === 0);
});

test('CLIENT UNBIND and RESET free bound locks; UNBIND says how many', async () => {
  const { connect } = await startServer();
  const [one, other] = [await connect(), await connect()];
  await one.call('CREATE', 'a');
  await one.call('CREATE', 'b');
  await one.call('SLOCK', 'a', 'BIND');
  await one.call('SLOCK', 'b', 'BIND');
  expect(await one.call('CLIENT', 'UNBIND')).toBe(2);
  expect(Number(await other.call('SLOCK', 'a', 'BIND'))).toBeGreaterThan(0);
  expect(await other.call('RESET')).toBe('RESET');
  expect(Number(await one.call('SLOCK', 'a'))).toBeGreaterThan(0);
});
