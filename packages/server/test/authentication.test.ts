import { ManualClock } from '@msession/engine/conformance';
import { encodeRequest, ReplyError, type ReplyMap } from '@msession/protocol';
import { expect, test } from 'vitest';
import { figure, startServer, turn, until } from './support/test-server.js';

const password = 'correct horse';

function code(reply: unknown): string {
  return reply instanceof ReplyError ? reply.code : `no error: ${String(reply)}`;
}

test('before the password only AUTH, HELLO, QUIT and RESET are served', async () => {
  const peer = await (await startServer({ password })).connect();
  for (const words of [['PING'], ['COUNT'], ['INFO'], ['CLIENT', 'LIST'], ['NOSUCH']])
    expect(code(await peer.call(...words))).toBe('NOAUTH');
  expect(code(await peer.call('HELLO', 3))).toBe('NOAUTH');
  expect(await peer.call('AUTH', password)).toBe('OK');
  expect(await peer.call('COUNT')).toBe(0);
});

test('user and password are taken by AUTH and by HELLO; another user is refused', async () => {
  const { connect } = await startServer({ password });
  const peer = await connect();
  expect(await peer.call('AUTH', 'default', password)).toBe('OK');
  const other = await connect();
  expect(code(await other.call('AUTH', 'root', password))).toBe('WRONGPASS');
  const third = await connect();
  const greeting = (await third.call('HELLO', 3, 'AUTH', 'default', password, 'SETNAME', 'web-1')) as ReplyMap;
  expect(greeting.get('proto')).toBe(3);
  expect(await third.call('CLIENT', 'GETNAME')).toEqual(Buffer.from('web-1'));
});

test('a wrong password delays its own connection, ever longer up to a second, and no other', async () => {
  const clock = new ManualClock();
  const { connect, server } = await startServer({ password, clock });
  const [guesser, user] = [await connect(), await connect()];
  for (let attempt = 0; attempt < 8; attempt++) {
    guesser.send('AUTH', `guess ${attempt}`);
    await until(() => figure(server, 'stats', 'failed_passwords') === attempt + 1);
    await turn();
    expect(guesser.pendingReplies).toBe(0);
    expect(await user.call('AUTH', password)).toBe('OK');
    clock.advance(1000);
    expect(code(await guesser.next())).toBe('WRONGPASS');
  }
});

test('commands behind a wrong password wait for its answer and are refused', async () => {
  const peer = await (await startServer({ password })).connect();
  peer.raw(Buffer.concat([encodeRequest(['AUTH', 'wrong']), encodeRequest(['COUNT'])]));
  expect(code(await peer.next())).toBe('WRONGPASS');
  expect(code(await peer.next())).toBe('NOAUTH');
});

test('a failed AUTH does not take away the user there was', async () => {
  const peer = await (await startServer({ password })).connect();
  await peer.call('AUTH', password);
  expect(code(await peer.call('AUTH', 'wrong'))).toBe('WRONGPASS');
  expect(await peer.call('COUNT')).toBe(0);
});

test('RESET takes the password away again', async () => {
  const peer = await (await startServer({ password })).connect();
  await peer.call('AUTH', password);
  expect(await peer.call('RESET')).toBe('RESET');
  expect(code(await peer.call('COUNT'))).toBe('NOAUTH');
});

test('before the password requests are small, and a larger one closes the connection', async () => {
  const { connect } = await startServer({ password });
  const many = await connect();
  expect(code(await many.call(...Array.from({ length: 11 }, () => 'x')))).toBe('PROTO');
  await many.closed;
  const large = await connect();
  expect(code(await large.call('AUTH', 'x'.repeat(16_385)))).toBe('PROTO');
  await large.closed;
  const user = await connect();
  await user.call('AUTH', password);
  expect(await user.call('ECHO', 'x'.repeat(100_000))).toHaveLength(100_000);
});

test('a connection that gives no password is closed in time', async () => {
  const clock = new ManualClock();
  const { connect } = await startServer({ password, clock, limits: { preAuthTimeoutSeconds: 10 } });
  const [silent, user] = [await connect(), await connect()];
  await user.call('AUTH', password);
  clock.advance(12_000);
  await silent.closed;
  expect(await user.call('PING')).toBe('PONG');
});

test('AUTH on a server without a password says so', async () => {
  const reply = await (await startServer()).connect().then((peer) => peer.call('AUTH', 'x'));
  expect(code(reply)).toBe('ERR');
  expect((reply as ReplyError).message).toContain('no password');
});
