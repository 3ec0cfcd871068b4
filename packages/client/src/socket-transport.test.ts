// Real sockets: TCP, TLS and Unix, and peers that break off, stay silent or talk nonsense.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Script, type ScriptedPeer, startPeer } from '../test/scripted-peer.js';
import { createClient, type MsessionClient } from './client.js';
import type { ClientOptions } from './options.js';

let peer: ScriptedPeer;
const clients: MsessionClient[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msession-client-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await peer.close();
});

function connect(options: ClientOptions<'utf8'> = {}): MsessionClient {
  const client = createClient({ port: peer.port, reconnect: { initialDelayMs: 1, maxDelayMs: 2 }, ...options });
  clients.push(client);
  return client;
}

const answering: Script = (_words, { send }) => send(':7\r\n');

describe('ways to a server', () => {
  test('a URL', async () => {
    peer = await startPeer(answering);
    expect(await connect({ url: `msession://127.0.0.1:${peer.port}` }).count()).toBe(7);
  });

  test('a Unix socket', async () => {
    const path = join(folder, 'a.sock');
    peer = await startPeer(answering, { path });
    const client = createClient({ url: `unix://${path}` });
    clients.push(client);
    expect(await client.count()).toBe(7);
  });

  test('TLS, with the certificate checked', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost,IP:127.0.0.1',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    const identity = { key: readFileSync(key), cert: readFileSync(cert) };
    peer = await startPeer(answering, { server: (on) => createTlsServer(identity, on) });
    const trusting = connect({ url: `tls://localhost:${peer.port}`, tls: { ca: identity.cert } });
    expect(await trusting.count()).toBe(7);
    const careful = connect({ url: `tls://localhost:${peer.port}`, reconnect: false });
    await expect(careful.count()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  test('nobody listens', async () => {
    peer = await startPeer(answering);
    await peer.close();
    const call = connect({ reconnect: { maxAttempts: 2, initialDelayMs: 1 } }).count();
    await expect(call).rejects.toMatchObject({ code: 'CONNECT_FAILED', cause: { code: 'ECONNREFUSED' } });
    await expect(call).rejects.toThrow(`no connection to 127.0.0.1:${peer.port} in 2 attempts`);
  });
});

describe('servers that are not what one hoped for', () => {
  test('RESP2 only: NOPROTO, then AUTH and name apart', async () => {
    peer = await startPeer((words, { send }) => send(words[0] === 'COUNT' ? ':7\r\n' : '+OK\r\n'), {
      hello: (_words, { send }) => send('-NOPROTO only 2\r\n'),
    });
    const client = connect({ password: 'pw', user: 'ada', name: 'web' });
    expect(await client.count()).toBe(7);
    expect(client.protocol).toBe(2);
    expect(peer.requests).toEqual([['AUTH', 'ada', 'pw'], ['CLIENT', 'SETNAME', 'web'], ['COUNT']]);
  });

  test('older still: HELLO is unknown', async () => {
    peer = await startPeer((words, { send }) => send(words[0] === 'PING' ? '+PONG\r\n' : ':7\r\n'), {
      hello: (_words, { send }) => send("-ERR unknown command 'HELLO'\r\n"),
    });
    expect(await connect().count()).toBe(7);
  });

  test('full: MAXCLIENTS is tried again', async () => {
    peer = await startPeer(answering, {
      hello: (_words, { number, send, socket }) => {
        if (number < 3) socket.end('-MAXCLIENTS full\r\n');
        else send('%0\r\n');
      },
    });
    expect(await connect().count()).toBe(7);
    expect(peer.connections).toHaveLength(3);
  });

  test('closed to us: DENIED is not tried again', async () => {
    peer = await startPeer(answering, { hello: (_words, { socket }) => socket.end('-DENIED not from there\r\n') });
    await expect(connect().count()).rejects.toMatchObject({ code: 'DENIED', message: 'not from there' });
    expect(peer.connections).toHaveLength(1);
  });

  test('no RESP at all', async () => {
    peer = await startPeer(answering, { hello: (_words, { send }) => send('SSH-2.0-OpenSSH_9.2\r\n') });
    const call = connect({ reconnect: false }).count();
    await expect(call).rejects.toMatchObject({ code: 'CONNECT_FAILED', cause: { code: 'BAD_REPLY' } });
  });

  test('a connection that is reset in the middle of a reply', async () => {
    peer = await startPeer((words, { number, send, socket }) => {
      if (number > 1) send(words[0] === 'INC' ? '$1\r\n1\r\n' : '$2\r\nok\r\n');
      else {
        send('$5\r\nhal');
        socket.resetAndDestroy();
      }
    });
    const client = connect();
    const read = client.getval('a', 'b');
    expect(await read).toBe('ok');
    expect(peer.requests).toEqual([
      ['GETVAL', 'a', 'b'],
      ['GETVAL', 'a', 'b'],
    ]);
  });

  test('a write that was lost on the way is not repeated', async () => {
    peer = await startPeer((_words, { socket }) => socket.resetAndDestroy());
    const client = connect();
    await expect(client.inc('a', 'b')).rejects.toMatchObject({ code: 'CONNECTION_LOST', isOutcomeUnknown: true });
    expect(peer.requests).toEqual([['INC', 'a', 'b']]);
  });

  test('replies in single bytes, and many in one piece', async () => {
    peer = await startPeer((words, { socket, requests }) => {
      if (words[0] === 'FIND')
        for (const byte of Buffer.from('*2\r\n$1\r\na\r\n$2\r\n\r\n\r\n')) socket.write(Buffer.from([byte]));
      else if (requests.filter(([name]) => name === 'COUNT').length === 3) socket.write(':1\r\n:2\r\n:3\r\n');
    });
    const client = connect();
    expect(await client.find('n', 'v')).toEqual(['a', '\r\n']);
    expect(await Promise.all([client.count(), client.count(), client.count()])).toEqual([1, 2, 3]);
  });

  test('an unknown option is refused with the known ones', () => {
    const options = { hosts: 'x' } as unknown as ClientOptions<'utf8'>;
    expect(() => createClient(options)).toThrow(/no option 'hosts' \(url, host, port/);
    expect(() => createClient({ port: 70_000 })).toThrow('port must be a whole number, 1 to 65535');
    expect(() => createClient({ user: 'ada' })).toThrow('without a password');
    expect(() => createClient({ name: 'two words' })).toThrow('without spaces');
  });
});
