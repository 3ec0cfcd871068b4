// Replies leave in the order of their requests, whenever they become known.
import type { SessionEvent } from '@msession/engine';
import { encodeRequest } from '@msession/protocol';
import { expect, test } from 'vitest';
import { definePlugin } from '../src/index.js';
import type { RespPeer } from './support/resp-peer.js';
import { SlowEngine } from './support/slow-engine.js';
import { figure, startServer, turn, until } from './support/test-server.js';

function pipeline(peer: RespPeer, ...commands: readonly (readonly (string | number)[])[]): void {
  peer.raw(Buffer.concat(commands.map((words) => encodeRequest(words))));
}

test('later commands run while earlier ones are awaited, and all replies keep their order', async () => {
  const engine = new SlowEngine();
  engine.slow.add('COUNT').add('INC');
  const { connect } = await startServer({ engine });
  const peer = await connect();
  pipeline(peer, ['PING'], ['COUNT'], ['ECHO', 'a'], ['INC', 'globals', 'n'], ['ECHO', 'b']);
  expect(await peer.next()).toBe('PONG');
  await until(() => engine.waiting.length === 2);
  engine.answer(1);
  await turn();
  await turn();
  expect(peer.pendingReplies).toBe(0);
  engine.answer(0);
  expect([await peer.next(), await peer.next(), await peer.next(), await peer.next()]).toEqual([
    0,
    Buffer.from('a'),
    Buffer.from('1'),
    Buffer.from('b'),
  ]);
});

test('a connection does not wait for what another awaits', async () => {
  const engine = new SlowEngine();
  engine.slow.add('COUNT');
  const { connect } = await startServer({ engine });
  const [slow, quick] = [await connect(), await connect()];
  slow.send('COUNT');
  await until(() => engine.waiting.length === 1);
  expect(await quick.call('PING')).toBe('PONG');
  engine.answer(0);
  expect(await slow.next()).toBe(0);
});

test('commands behind a waiting SLOCK are not run before it has its lock', async () => {
  const engine = new SlowEngine();
  const { connect } = await startServer({ engine });
  const [holder, waiter] = [await connect(), await connect()];
  await holder.call('CREATE', 'a');
  const key = await holder.call('SLOCK', 'a');
  pipeline(waiter, ['ECHO', 'before'], ['SLOCK', 'a', 'WAIT', 60_000], ['SETVAL', 'a', 'x', '1'], ['ECHO', 'after']);
  expect(await waiter.next()).toEqual(Buffer.from('before'));
  await until(() => engine.statistics().lockWaiters === 1);
  await turn();
  expect(engine.ran).not.toContain('SETVAL');
  expect(await holder.call('SUNLOCK', 'a', Number(key))).toBe(1);
  expect(Number(await waiter.next())).toBeGreaterThan(Number(key));
  expect(await waiter.next()).toBe('OK');
  expect(await waiter.next()).toEqual(Buffer.from('after'));
});

test('replies are held until the engine says they are durable, in order', async () => {
  const engine = new SlowEngine();
  const { connect } = await startServer({ engine });
  const peer = await connect();
  let commit: () => void = () => undefined;
  engine.heldBarrier = new Promise((resolve) => {
    commit = resolve;
  });
  pipeline(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1']);
  await until(() => engine.ran.length === 2);
  await turn();
  engine.heldBarrier = undefined;
  pipeline(peer, ['GETVAL', 'a', 'x']);
  await until(() => engine.ran.length === 3);
  await turn();
  expect(peer.pendingReplies).toBe(0);
  commit();
  expect([await peer.next(), await peer.next(), await peer.next()]).toEqual(['OK', 'OK', Buffer.from('1')]);
});

test('what did not become durable is answered UNAVAILABLE, reply by reply, and the connection goes on', async () => {
  const engine = new SlowEngine();
  engine.slow.add('COUNT');
  const { connect } = await startServer({ engine });
  const peer = await connect(3);
  let fail: () => void = () => undefined;
  engine.heldBarrier = new Promise((_resolve, reject) => {
    fail = () => reject(new Error('the disk is full'));
  });
  pipeline(peer, ['CREATE', 'a'], ['SETVAL', 'a', 'x', '1'], ['COUNT'], ['GETVAL', 'a', 'x']);
  await until(() => engine.waiting.length === 1);
  engine.answer(0);
  await turn();
  expect(peer.pendingReplies).toBe(0);
  fail();
  for (let i = 0; i < 4; i++) {
    const reply = await peer.next();
    expect(reply).toMatchObject({ code: 'UNAVAILABLE' });
    expect((reply as Error).message).toContain('not on disk');
  }
  engine.heldBarrier = undefined;
  expect(await peer.call('GETVAL', 'a', 'x')).toEqual(Buffer.from('1'));
});

test('a reply that is awaited by promise waits for the barrier, too', async () => {
  const engine = new SlowEngine();
  engine.slow.add('COUNT');
  const { connect } = await startServer({ engine });
  const peer = await connect();
  peer.send('COUNT');
  await until(() => engine.waiting.length === 1);
  let commit: () => void = () => undefined;
  engine.heldBarrier = new Promise((resolve) => {
    commit = resolve;
  });
  engine.answer(0);
  await turn();
  await turn();
  expect(peer.pendingReplies).toBe(0);
  commit();
  expect(await peer.next()).toBe(0);
});

test('asynchronous plugin functions keep the order and hold back what follows', async () => {
  let finish: (answer: string) => void = () => undefined;
  const plugin = definePlugin({
    name: 'slow',
    functions: {
      later: () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    },
  });
  const { connect, server } = await startServer({ plugins: [plugin] });
  const peer = await connect();
  pipeline(peer, ['PING'], ['CALL', 'later'], ['CREATE', 'behind'], ['PING']);
  expect(await peer.next()).toBe('PONG');
  await until(() => figure(server, 'clients', 'blocked_clients') === 1);
  expect(await (await connect()).call('CTL', 'behind', 'EXIST')).toBe(0);
  finish('done');
  expect([await peer.next(), await peer.next(), await peer.next()]).toEqual([Buffer.from('done'), 'OK', 'PONG']);
});

test('a push never stands inside or before the reply of the command that caused it', async () => {
  const { connect } = await startServer();
  const peer = await connect(3);
  await peer.call('CREATE', 'a');
  await peer.call('EVENTS', 'ON', 'created', 'locked');
  const received: Buffer[] = [];
  peer.socket.on('data', (chunk: Buffer) => received.push(Buffer.from(chunk)));
  pipeline(peer, ['CREATE', 'b'], ['SLOCK', 'a', 'ASYNC'], ['ECHO', 'end']);
  expect(await peer.next()).toBe('OK');
  expect(typeof (await peer.next())).toBe('number');
  expect(await peer.next()).toEqual(Buffer.from('end'));
  await until(() => peer.pendingPushes === 3);
  const wire = Buffer.concat(received).toString('latin1');
  expect(wire.indexOf('+OK\r\n')).toBe(0);
  expect(wire.indexOf('created')).toBeGreaterThan(0);
  expect(wire.indexOf('created')).toBeLessThan(wire.indexOf('end'));
});

test('what came up before a HELLO 2 is no reply to anything behind it', async () => {
  const engine = new SlowEngine();
  engine.slow.add('SLOCK');
  let tell: (event: SessionEvent) => void = () => undefined;
  const subscribe = engine.subscribe.bind(engine);
  engine.subscribe = (subscription) => {
    tell = subscription.onEvent;
    return subscribe(subscription);
  };
  const { connect } = await startServer({ engine });
  const listener = await connect(3);
  await listener.call('CREATE', 'a');
  await listener.call('EVENTS', 'ON');
  pipeline(listener, ['SLOCK', 'a'], ['HELLO', 2], ['ECHO', 'end']);
  await until(() => engine.waiting.length === 1);
  // in the tick before the one in which the commands behind SLOCK run: they come before the event is sent
  queueMicrotask(() => process.nextTick(() => tell({ name: 'created', id: Buffer.from('b'), atMs: 1 })));
  engine.answer(0);
  expect(typeof (await listener.next())).toBe('number');
  expect(await listener.next()).toHaveLength(14);
  expect(await listener.next()).toEqual(Buffer.from('end'));
  await turn();
  expect(listener.pendingReplies).toBe(0);
});

test('half-closing clients get every reply before the server hangs up', async () => {
  const engine = new SlowEngine();
  engine.slow.add('COUNT');
  const { connect } = await startServer({ engine });
  const peer = await connect();
  pipeline(peer, ['PING'], ['COUNT'], ['ECHO', 'last']);
  peer.socket.end();
  await until(() => engine.waiting.length === 1);
  engine.answer(0);
  expect([await peer.next(), await peer.next(), await peer.next()]).toEqual(['PONG', 0, Buffer.from('last')]);
  await peer.closed;
});

test('QUIT ends the connection behind its OK and runs nothing behind it', async () => {
  const { connect } = await startServer();
  const peer = await connect();
  pipeline(peer, ['PING'], ['QUIT'], ['CREATE', 'never']);
  expect([await peer.next(), await peer.next()]).toEqual(['PONG', 'OK']);
  await peer.closed;
  expect(await (await connect()).call('CTL', 'never', 'EXIST')).toBe(0);
});

test('a QUIT with something behind it is refused, and the connection goes on', async () => {
  const { connect } = await startServer();
  const peer = await connect();
  pipeline(peer, ['QUIT', 'now'], ['PING'], ['QUIT']);
  expect(await peer.next()).toMatchObject({ code: 'ERR' });
  expect([await peer.next(), await peer.next()]).toEqual(['PONG', 'OK']);
  await peer.closed;
});
