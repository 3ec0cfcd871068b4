// TLS and mutual TLS on real sockets, with certificates that openssl made.
import { execFile, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { createEmbeddedEngine } from '@msession/engine';
import { afterAll, expect, test } from 'vitest';
import { createServer, TlsFault } from '../src/index.js';
import { makeCertificates } from './support/certificates.js';
import { RespPeer, text } from './support/resp-peer.js';
import { figure, startServer, until } from './support/test-server.js';

const run = promisify(execFile);
const certificates = makeCertificates();
const identity = certificates.server();
const tls = { port: 0, certificate: identity.certificate, key: identity.key };
const ca = certificates.authority.certificate;

afterAll(() => rmSync(certificates.folder, { recursive: true, force: true }));

/** Resolves when the handshake is done, rejects when the server refuses or closes. */
function dial(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', servername: 'localhost', port, ca, ...options }, () => resolve(socket));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}

async function startWithTls(options: Parameters<typeof startServer>[0] = {}) {
  const started = await startServer({ tls, ...options });
  return { ...started, tlsPort: started.server.address().tls?.port ?? 0 };
}

test('commands work over TLS as they do without, large ones and pipelines too', async () => {
  const { tlsPort, server } = await startWithTls();
  const peer = new RespPeer(await dial(tlsPort));
  expect(await peer.call('CREATE', 'visit-1')).toBe('OK');
  const value = 'x'.repeat(3_000_000);
  expect(await peer.call('SETVAL', 'visit-1', 'big', value)).toBe('OK');
  expect(text(await peer.call('GETVAL', 'visit-1', 'big'))).toBe(value);
  for (let i = 0; i < 2000; i++) peer.send('INC', 'visit-1', 'n');
  for (let i = 1; i <= 2000; i++) expect(Number(text(await peer.next()))).toBe(i);
  expect(server.figures('server').tls_port).toBe(tlsPort);
  peer.socket.destroy();
});

test('the plain port still answers, and plain bytes on the TLS port are counted and refused', async () => {
  const { tlsPort, connect: plain, server } = await startWithTls();
  expect(await (await plain()).call('PING')).toBe('PONG');
  const wrong = await RespPeer.open({ host: '127.0.0.1', port: tlsPort });
  wrong.send('PING');
  await wrong.closed;
  await until(() => figure(server, 'stats', 'tls_handshakes_failed') === 1);
});

test('a lock that a TLS connection bound is free when it hangs up', async () => {
  const { tlsPort, connect: plain } = await startWithTls();
  const holder = new RespPeer(await dial(tlsPort));
  await holder.call('CREATE', 'visit-1');
  await holder.call('SLOCK', 'visit-1', 'BIND');
  const waiter = await plain();
  const granted = waiter.call('SLOCK', 'visit-1', 'WAIT', 60_000);
  holder.socket.destroy();
  expect(Number(await granted)).toBeGreaterThan(0);
});

test('without a certificate of the authority nobody gets in where one is required', async () => {
  const client = certificates.client();
  const stranger = certificates.stranger();
  const { tlsPort } = await startWithTls({ tls: { ...tls, clientAuthority: ca, requireClientCertificate: true } });
  const known = new RespPeer(await dial(tlsPort, { cert: client.certificate, key: client.key }));
  expect(await known.call('PING')).toBe('PONG');
  known.socket.destroy();
  for (const options of [{}, { cert: stranger.certificate, key: stranger.key }]) {
    // with TLS 1.3 the client learns of the refusal only when it reads
    const refused = dial(tlsPort, options).then((socket) => new RespPeer(socket).call('PING'));
    await expect(refused).rejects.toThrow();
  }
});

test('another certificate is shown to new connections while old ones go on, and a bad one changes nothing', async () => {
  const { tlsPort, server } = await startWithTls();
  const first = await dial(tlsPort);
  const before = first.getPeerCertificate().fingerprint256;
  const next = certificates.server();
  expect(() => server.setTls({ certificate: next.certificate, key: identity.key })).toThrow(TlsFault);
  const between = await dial(tlsPort);
  expect(between.getPeerCertificate().fingerprint256).toBe(before);
  server.setTls({ certificate: next.certificate, key: next.key });
  const second = await dial(tlsPort);
  expect(second.getPeerCertificate().fingerprint256).not.toBe(before);
  expect(await new RespPeer(first).call('PING')).toBe('PONG');
  for (const socket of [first, between, second]) socket.destroy();
});

test('certificates that cannot be used are refused at once, without showing the key', async () => {
  const engine = createEmbeddedEngine();
  const make = (options: object) => () => createServer({ engine, port: null, tls: { ...tls, ...options } });
  for (const options of [{ certificate: 'none' }, { key: 'none' }, { key: certificates.server().key }]) {
    expect(make(options)).toThrow(TlsFault);
    expect(make(options)).not.toThrow(/PRIVATE/);
  }
  expect(make({ requireClientCertificate: true })).toThrow(/authority/);
  await engine.close();
});

test('off loopback TLS wants a password as well, unless it wants certificates', async () => {
  const open = startServer({ tls: { ...tls, host: '0.0.0.0' } });
  await expect(open).rejects.toMatchObject({ code: 'PROTECTED' });
  const mutual = { ...tls, host: '0.0.0.0', clientAuthority: ca, requireClientCertificate: true };
  expect((await startServer({ tls: mutual })).server.address().tls?.host).toBe('0.0.0.0');
  const { server } = await startServer({ tls: { ...tls, host: '0.0.0.0' }, password: 'correct horse' });
  expect(server.address().tls?.port).toBeGreaterThan(0);
});

test('an address that is not allowed gets no handshake', async () => {
  const { tlsPort, server } = await startWithTls({ allow: ['10.0.0.0/8'] });
  await expect(dial(tlsPort)).rejects.toThrow();
  expect(figure(server, 'stats', 'refused_addresses')).toBe(1);
});

test('redis-cli --tls talks to it', async () => {
  const { tlsPort } = await startWithTls();
  const help = spawnSync('redis-cli', ['--help'], { encoding: 'utf8' });
  expect(`${help.stdout}${help.stderr}`).toContain('--tls');
  const words = ['--tls', '--cacert', `${certificates.folder}/authority.crt`, '-h', 'localhost', '-p', String(tlsPort)];
  const { stdout } = await run('redis-cli', [...words, 'CREATE', 'visit-9']);
  expect(stdout.trim()).toBe('OK');
});
