// Users, rights and addresses on real sockets.
import { Writable } from 'node:stream';
import { commandList, encodeRequest, ReplyError } from '@msession/protocol';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { AccessFault, hashPassword, type UserDefinition } from '../src/index.js';
import type { RespPeer } from './support/resp-peer.js';
import { figure, startServer } from './support/test-server.js';

const passwords = { reader: 'reader-sekret', writer: 'writer-sekret', admin: 'admin-sekret' };
let users: UserDefinition[];

beforeAll(async () => {
  users = [
    { name: 'reader', passwordHash: await hashPassword(passwords.reader, 10), rights: ['read'] },
    { name: 'writer', passwordHash: await hashPassword(passwords.writer, 10), rights: ['write'] },
    { name: 'admin', passwordHash: await hashPassword(passwords.admin, 10), rights: ['admin'] },
  ];
});

function code(reply: unknown): string {
  return reply instanceof ReplyError ? reply.code : 'none';
}

async function as(name: keyof typeof passwords, connect: () => Promise<RespPeer>): Promise<RespPeer> {
  const peer = await connect();
  expect(await peer.call('AUTH', name, passwords[name])).toBe('OK');
  return peer;
}

test('AUTH and HELLO take users with hashed passwords, a wrong one, an unknown one and the default one not', async () => {
  const { connect } = await startServer({ users });
  const peer = await connect();
  expect(code(await peer.call('COUNT'))).toBe('NOAUTH');
  expect(code(await peer.call('AUTH', 'reader', 'wrong'))).toBe('WRONGPASS');
  expect(code(await peer.call('AUTH', 'nobody', passwords.reader))).toBe('WRONGPASS');
  expect(code(await peer.call('AUTH', passwords.reader))).toBe('WRONGPASS');
  expect(await peer.call('AUTH', 'reader', passwords.reader)).toBe('OK');
  expect(await peer.call('COUNT')).toBe(0);
  const other = await connect();
  const greeting = await other.call('HELLO', 3, 'AUTH', 'writer', passwords.writer, 'SETNAME', 'web-1');
  expect((greeting as { get(key: string): unknown }).get('proto')).toBe(3);
  expect(await other.call('CLIENT', 'GETNAME')).toEqual(Buffer.from('web-1'));
  expect(code(await other.call('HELLO', 2, 'AUTH', 'writer', 'wrong'))).toBe('WRONGPASS');
  expect(await other.call('CREATE', 'visit-1')).toBe('OK');
});

test('what is sent behind AUTH in one go runs as that user', async () => {
  const { connect } = await startServer({ users });
  const peer = await connect();
  peer.raw(Buffer.concat([encodeRequest(['AUTH', 'writer', passwords.writer]), encodeRequest(['CREATE', 'a'])]));
  expect(await peer.next()).toBe('OK');
  expect(await peer.next()).toBe('OK');
});

test('no user runs a command that the table gives other rights', async () => {
  const { connect } = await startServer({ users });
  const peers = {
    reader: await as('reader', connect),
    writer: await as('writer', connect),
    admin: await as('admin', connect),
  };
  const may = { reader: ['read'], writer: ['read', 'write'], admin: ['admin'] } as const;
  const ends = ['QUIT', 'RESET', 'SHUTDOWN', 'MONITOR', 'AUTH', 'HELLO'];
  for (const spec of commandList.flatMap((command) => command.subcommands ?? [command])) {
    if (ends.includes(spec.name)) continue;
    const needed = (['admin', 'write', 'read'] as const).find((word) => spec.flags.includes(word));
    for (const [name, peer] of Object.entries(peers)) {
      const allowed = needed === undefined || (may[name as keyof typeof may] as readonly string[]).includes(needed);
      const reply = code(await peer.call(...spec.name.split(' ')));
      expect([name, spec.name, reply === 'NOPERM']).toEqual([name, spec.name, !allowed]);
    }
  }
  expect(code(await peers.reader.call('SHUTDOWN'))).toBe('NOPERM');
  expect(code(await peers.writer.call('MONITOR'))).toBe('NOPERM');
});

test('after so many wrong passwords the connection is closed', async () => {
  const { connect, server } = await startServer({ users, limits: { maxPasswordFailures: 3 } });
  const peer = await connect();
  for (let i = 0; i < 3; i++) expect(code(await peer.call('AUTH', 'reader', `guess ${i}`))).toBe('WRONGPASS');
  await peer.closed;
  expect(figure(server, 'stats', 'failed_passwords')).toBe(3);
});

test('an address that is not allowed is told so and closed; an allowed one is served', async () => {
  const refused = await startServer({ allow: ['10.0.0.0/8', '::1'] });
  const stranger = await refused.connect();
  const reply = await stranger.next();
  expect(code(reply)).toBe('DENIED');
  await stranger.closed;
  expect(figure(refused.server, 'stats', 'refused_addresses')).toBe(1);
  const allowed = await startServer({ allow: ['127.0.0.0/8'] });
  expect(await (await allowed.connect()).call('PING')).toBe('PONG');
  await expect(startServer({ allow: ['localhost'] })).rejects.toThrow(AccessFault);
});

test('other users and addresses hold at once: rights change, those who are gone are closed', async () => {
  const { connect, server } = await startServer({ users });
  const reader = await as('reader', connect);
  const writer = await as('writer', connect);
  const changed = users.flatMap((user): UserDefinition[] => {
    if (user.name === 'writer') return [];
    return [user.name === 'reader' ? { ...user, rights: ['admin'] } : user];
  });
  expect(() => server.setAccess({ users: [...changed, { name: 'x y', passwordHash: '', rights: [] }] })).toThrow(
    AccessFault,
  );
  expect(await writer.call('CREATE', 'a')).toBe('OK');
  server.setAccess({ users: changed });
  await writer.closed;
  expect(code(await reader.call('COUNT'))).toBe('NOPERM');
  expect(code(await reader.call('INFO'))).toBe('none');
  const before = await connect();
  server.setAccess({});
  expect(await before.call('COUNT')).toBe(1);
  expect(await reader.call('COUNT')).toBe(1);
});

test('a server that others can reach cannot be left without password and users', async () => {
  const { server } = await startServer({ users, host: '0.0.0.0' });
  expect(() => server.setAccess({})).toThrow(/must have a password or users/);
});

test('no password, right or wrong, and no hash is in the log, in INFO, CONFIG, CLIENT LIST, MONITOR, SLOWLOG, metrics or errors', async () => {
  const parts: string[] = [];
  const logger = pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        parts.push(String(chunk));
        done();
      },
    }),
  );
  const started = await startServer({
    users,
    password: 'plain-sekret',
    admin: { port: 0, token: 'token-sekret' },
    logger,
    limits: { slowlogThresholdMs: 0 },
  });
  const monitor = await started.connect();
  await monitor.call('AUTH', 'plain-sekret');
  await monitor.call('MONITOR');
  monitor.socket.on('data', (chunk: Buffer) => {
    parts.push(chunk.toString('latin1'));
  });
  const admin = await started.connect();
  const guesser = await started.connect();
  for (const words of [
    ['AUTH', 'wrong-sekret'],
    ['AUTH', 'reader', 'wrong-sekret'],
    ['AUTH', 'reader', 'wrong-sekret', 'more-sekret'],
    ['HELLO', '3', 'AUTH', 'reader', 'wrong-sekret'],
    ['HELLO', '3', 'AUHT', 'reader', 'wrong-sekret'],
    ['HELLO', '3', 'SETNAME', 'x', 'AUTH', 'wrong-sekret'],
    ['HELLO', '3', 'AUTH', 'reader', passwords.reader],
  ])
    parts.push(String(await guesser.call(...words)));
  await admin.call('AUTH', 'default', 'plain-sekret');
  await admin.call('CONFIG', 'SET', 'password', 'new-sekret');
  for (const words of [
    ['INFO', 'everything'],
    ['CONFIG', 'GET', '*'],
    ['CLIENT', 'LIST'],
    ['SLOWLOG', 'GET', '-1'],
  ])
    parts.push(
      JSON.stringify(await admin.call(...words), (_key, value) =>
        value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
      ),
    );
  const metrics = await fetch(`http://127.0.0.1:${started.server.address().admin?.port}/metrics`, {
    headers: { authorization: 'Bearer token-sekret' },
  });
  parts.push(await metrics.text());
  const seen = parts.join('\n');
  expect(seen).toContain('a wrong password was given');
  expect(seen).toContain('msession_failed_passwords_total 3');
  expect(seen).not.toContain('sekret');
  expect(seen).not.toContain('$scrypt$');
});
