// Bad input: each kind gets its own clear error, and the connection goes on where the protocol allows it.
import { encodeRequest, ReplyError, type ReplyValue } from '@msession/protocol';
import { expect, test } from 'vitest';
import { RespPeer } from './support/resp-peer.js';
import { figure, startServer, until } from './support/test-server.js';

function refusal(reply: ReplyValue): string {
  if (!(reply instanceof ReplyError)) throw new Error(`expected an error, got ${JSON.stringify(reply)}`);
  return `${reply.code} ${reply.message}`;
}

test('an unknown command is answered with the nearest name, and the connection goes on', async () => {
  const peer = await (await startServer()).connect();
  expect(refusal(await peer.call('GETVALL', 'a', 'b'))).toBe("ERR unknown command 'GETVALL'; did you mean GETVAL?");
  expect(refusal(await peer.call('FROBNICATE'))).toContain("unknown command 'FROBNICATE'; COMMAND LIST names them all");
  expect(refusal(await peer.call('CLIENT', 'LISTT'))).toContain(
    "unknown subcommand 'LISTT' of CLIENT; did you mean LIST?",
  );
  expect(await peer.call('PING')).toBe('PONG');
});

test('an unknown command is quoted short and printable', async () => {
  const peer = await (await startServer()).connect();
  const message = refusal(await peer.call(`x\r\n\x1b[2J${'y'.repeat(5000)}`));
  expect(message.length).toBeLessThan(200);
  expect(message).not.toMatch(/[^\x20-\x7e]/);
  expect(await peer.call('PING')).toBe('PONG');
});

test.each([
  ['too few words', ['GETVAL'], "ERR wrong number of arguments for 'getval' command"],
  ['too many words', ['COUNT', 'all', 'of', 'them'], "ERR wrong number of arguments for 'count' command"],
  ['an id that is empty', ['CREATE', ''], 'ERR id is empty'],
  ['an id with a control character', ['CREATE', 'a\nb'], 'ERR id has a control character'],
  ['an id that is too long', ['CREATE', 'x'.repeat(256)], 'BADLEN id has 256 bytes'],
  ['text for an integer', ['TIMEOUT', 'a', 'soon'], 'is not an integer'],
  ['an integer out of range', ['SLOCK', 'a', 'LEASE', '0'], 'leaseMs is 0; it must be'],
  ['an unknown option', ['CREATE', 'a', 'COLOUR', 'red'], "ERR syntax error: word 3 of 'CREATE' is no option"],
  ['a wrong key', ['SUNLOCK', 'a', '12'], 'NOWLOCK'],
  ['an unknown database', ['SELECT', '5'], 'ERR there is no database 5'],
  ['an unknown setting', ['CONFIG', 'SET', 'colour', 'red'], "ERR unknown setting 'colour'"],
  ['an unknown event', ['EVENTS', 'ON', 'born'], "ERR there is no event 'born'"],
  ['an unknown protocol version', ['HELLO', '9'], 'NOPROTO protocol version 9 is not spoken'],
  ['a function nobody offers', ['CALL', 'levitate'], "NOFN no plugin offers the function 'levitate'"],
])('%s has its own error, and the connection goes on', async (_what, words, message) => {
  const peer = await (await startServer()).connect(3);
  await peer.call('CREATE', 'a');
  expect(refusal(await peer.call(...words))).toContain(message);
  expect(await peer.call('PING')).toBe('PONG');
});

test('a value over max-value-size is refused by name and limit, and the connection goes on', async () => {
  const peer = await (await startServer({ engineLimits: { maxValueBytes: 1000 } })).connect();
  await peer.call('CREATE', 'a');
  const message = refusal(await peer.call('SETVAL', 'a', 'big', 'x'.repeat(1001)));
  expect(message).toContain('BADLEN');
  expect(message).toContain('1001');
  expect(message).toContain('1000');
  expect(await peer.call('SETVAL', 'a', 'big', 'x'.repeat(1000))).toBe('OK');
});

test('a request over max-request-size is read over and refused, and the connection goes on', async () => {
  const peer = await (await startServer({ limits: { maxRequestBytes: 100_000 } })).connect();
  await peer.call('CREATE', 'a');
  expect(refusal(await peer.call('SETVAL', 'a', 'big', 'x'.repeat(200_000)))).toContain('max-request-size');
  expect(await peer.call('PING')).toBe('PONG');
});

test('announcing a length takes no resident memory', async () => {
  const { server, connect } = await startServer();
  const announcement = '*3\r\n$6\r\nSETVAL\r\n$1\r\na\r\n$30000000\r\nabc';
  const peers = await Promise.all(Array.from({ length: 40 }, () => connect()));
  const before = Number(server.figures('memory').used_memory_rss);
  for (const peer of peers) peer.raw(announcement);
  await until(() => figure(server, 'stats', 'total_net_input_bytes') >= peers.length * announcement.length);
  // forty times 30 MB would be 1.2 GB
  expect(Number(server.figures('memory').used_memory_rss) - before).toBeLessThan(300e6);
  expect(await (await connect()).call('PING')).toBe('PONG');
});

test.each([
  ['a negative length', '*1\r\n$-5\r\n'],
  ['a length that is no number', '*2\r\n$3\r\nGET\r\n$abc\r\n'],
  ['too many arguments', '*99999999\r\n'],
  ['a count with too many digits', `*${'9'.repeat(40)}\r\n`],
  ['an argument that is not followed by CR LF', '*1\r\n$4\r\nPINGxx'],
])('%s closes the connection behind a PROTO error', async (_what, bytes) => {
  const { connect } = await startServer();
  const peer = await connect();
  peer.raw(bytes);
  expect(refusal(await peer.next())).toMatch(/^PROTO /);
  await peer.closed;
  expect(await (await connect()).call('PING')).toBe('PONG');
});

test('binary garbage closes its connection and nothing else', async () => {
  const { connect } = await startServer();
  const other = await connect();
  let seed = 7;
  for (let round = 0; round < 20; round++) {
    const garbage = Buffer.from(
      Array.from({ length: 3000 }, () => {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        return seed >> 16;
      }),
    );
    const peer = await connect();
    peer.raw(Buffer.concat([Buffer.from('*'), garbage]));
    await peer.closed;
  }
  expect(await other.call('PING')).toBe('PONG');
});

test('a browser that was made to send an HTTP request is refused before its body is obeyed', async () => {
  const { connect } = await startServer();
  const peer = await connect();
  peer.raw('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nCREATE evil\r\n');
  expect(refusal(await peer.next())).toMatch(/^PROTO /);
  await peer.closed;
  expect(await (await connect()).call('COUNT')).toBe(0);
});

test('commands before the one that makes no sense are answered, those behind it are not run', async () => {
  const { connect } = await startServer();
  const peer = await connect();
  peer.raw(Buffer.concat([encodeRequest(['PING']), Buffer.from('*1\r\n!oops\r\n'), encodeRequest(['CREATE', 'late'])]));
  expect(await peer.next()).toBe('PONG');
  expect(refusal(await peer.next())).toMatch(/^PROTO /);
  await peer.closed;
  expect(await (await connect()).call('CTL', 'late', 'EXIST')).toBe(0);
});

test('a command that comes byte by byte is served', async () => {
  const { connect, server } = await startServer();
  const peer = await connect();
  let sent = 0;
  for (const byte of encodeRequest(['ECHO', 'slowly'])) {
    peer.raw(Buffer.from([byte]));
    sent++;
    await until(() => Number(server.figures('stats').total_net_input_bytes) >= sent);
  }
  expect(await peer.next()).toEqual(Buffer.from('slowly'));
});

test('inline commands are served, with LF alone as well', async () => {
  const peer = await (await startServer()).connect();
  peer.raw('PING\nECHO "two words"\r\n');
  expect(await peer.next()).toBe('PONG');
  expect(await peer.next()).toEqual(Buffer.from('two words'));
});

test('an inline command without an end is refused at its limit', async () => {
  const peer = await (await startServer()).connect();
  peer.raw('x'.repeat(70_000));
  expect(refusal(await peer.next())).toMatch(/^PROTO .*65536/);
  await peer.closed;
});

test('ten thousand connections against a cap of a hundred leave the server healthy', async () => {
  const { server, connect, port } = await startServer({ limits: { maxClients: 100 } });
  const held = await Promise.all(Array.from({ length: 100 }, () => connect()));
  let refused = 0;
  for (let batch = 0; batch < 100; batch++) {
    const crowd = await Promise.all(Array.from({ length: 100 }, () => RespPeer.open({ host: '127.0.0.1', port })));
    const answers = await Promise.all(crowd.map((peer) => peer.next()));
    refused += answers.filter((answer) => answer instanceof ReplyError && answer.code === 'MAXCLIENTS').length;
    for (const peer of crowd) peer.socket.destroy();
    await Promise.all(crowd.map((peer) => peer.closed));
  }
  expect(refused).toBe(10_000);
  expect(server.figures('stats').rejected_connections).toBe(10_000);
  expect(await Promise.all(held.map((peer) => peer.call('PING')))).toEqual(held.map(() => 'PONG'));
  await held[0]?.hangUp();
  await until(() => server.figures('clients').connected_clients === 99);
  expect(await (await connect()).call('PING')).toBe('PONG');
}, 60_000);
