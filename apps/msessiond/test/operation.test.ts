// The daemon as an operator runs it: users, addresses, TLS, the admin port, reload, and what a service manager hears.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type MsessionClient } from '@msession/client';
import { hashPassword } from '@msession/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificates } from '../../../packages/server/test/support/certificates.js';
import { type DaemonOptions, DaemonProcess, runToEnd } from './support/daemon-process.js';

const certificates = makeCertificates();
const identity = certificates.server();
const ca = certificates.authority.certificate;
let readerHash: string;
let adminHash: string;
let folder: string;
const running: DaemonProcess[] = [];
const clients: MsessionClient[] = [];

beforeAll(async () => {
  readerHash = await hashPassword('reader-sekret', 10);
  adminHash = await hashPassword('admin-sekret', 10);
});

afterAll(() => rmSync(certificates.folder, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'msessiond-'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const daemon of running.splice(0)) {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
}

function start(options: DaemonOptions = {}): DaemonProcess {
  const daemon = new DaemonProcess({ ...options, flags: ['--port', '0', ...(options.flags ?? [])] });
  running.push(daemon);
  return daemon;
}

function client(options: Parameters<typeof createClient>[0]): MsessionClient {
  const made = createClient({ ...options, reconnect: false }) as MsessionClient;
  clients.push(made);
  return made;
}

/** A port of the ready line. */
async function portOf(daemon: DaemonProcess, name: string): Promise<number> {
  await daemon.port();
  return Number(new RegExp(`\\b${name}=\\S+:(\\d+)`).exec(daemon.stdout)?.[1]);
}

/** Sends HUP and waits until the daemon has said what came of it. */
async function reload(daemon: DaemonProcess): Promise<void> {
  const lines = () => daemon.stderr.match(/settings (not )?read again/g)?.length ?? 0;
  const before = lines();
  daemon.child.kill('SIGHUP');
  await daemon.until(() => lines() > before);
}

function usersText(): string {
  return [
    '[users.reader]',
    `password-hash = "${readerHash}"`,
    'rights = ["read"]',
    '[users.admin]',
    `password-hash = "${adminHash}"`,
    'rights = ["admin", "write"]',
    '',
  ].join('\n');
}

describe('the admin port', () => {
  test('stands in the ready line and serves metrics and health', async () => {
    const daemon = start({ flags: ['--admin-port', '0'] });
    const admin = await portOf(daemon, 'admin');
    expect(daemon.stdout).toMatch(/^ready tcp=127\.0\.0\.1:\d+ admin=127\.0\.0\.1:\d+\n$/);
    expect(await (await fetch(`http://127.0.0.1:${admin}/readyz`)).text()).toBe('ready\n');
    expect(await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text()).toContain('msession_sessions 0\n');
  });

  test('wants its token, and off loopback a token there must be', async () => {
    const daemon = start({ flags: ['--admin-port', '0'], environment: { MSESSION_ADMIN_TOKEN: 'sekret' } });
    const url = `http://127.0.0.1:${await portOf(daemon, 'admin')}/metrics`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer sekret' } })).status).toBe(200);
    const open = await runToEnd({
      flags: ['--port', '0', '--admin-port', '0', '--admin-host', '0.0.0.0', '--log-level', 'silent'],
    });
    expect(open.code).toBe(1);
    expect(open.stderr).toMatch(/^msessiond: .*without a token.*settings admin-token and admin-host/);
  });

  test('that is taken names its own setting', async () => {
    const admin = await portOf(start({ flags: ['--admin-port', '0'] }), 'admin');
    const { code, stderr } = await runToEnd({
      flags: ['--port', '0', '--admin-port', String(admin), '--log-level', 'silent'],
    });
    expect(code).toBe(1);
    expect(stderr).toContain('change setting admin-port (--admin-port or MSESSION_ADMIN_PORT');
  });
});

describe('users', () => {
  test('of the file have their rights, and their hashes are shown nowhere', async () => {
    const daemon = start({ flags: ['--config', file('msession.toml', usersText()), '--log-level', 'debug'] });
    const port = await daemon.port();
    await expect(client({ port }).count()).rejects.toMatchObject({ code: 'NOAUTH' });
    const reader = client({ port, user: 'reader', password: 'reader-sekret' });
    expect(await reader.count()).toBe(0);
    await expect(reader.create('visit-1')).rejects.toMatchObject({ code: 'NOPERM' });
    const admin = client({ port, user: 'admin', password: 'admin-sekret' });
    expect(await admin.create('visit-1')).toBe('OK');
    const shown = JSON.stringify([...(await admin.configGet('*'))]) + (await admin.info());
    const { stderr, stdout } = await daemon.stop();
    for (const text of [shown, stderr, stdout]) expect(text).not.toMatch(/scrypt|sekret/);
  });

  test.each([
    [
      'a hash that is none',
      '[users.ada]\npassword-hash = "sekret"\nrights = ["read"]\n',
      "user 'ada': a password hash",
    ],
    ['a right that is none', '[users.ada]\npassword-hash = "sekret"\nrights = ["root"]\n', 'must be tables'],
    ['a missing hash', '[users.ada]\nrights = ["read"]\n', 'must be tables [users.NAME]'],
    ['an address that is none', 'allow = ["sekret.example/8"]\n', 'is no address or network'],
  ])('with %s are refused in one line, exit code 2', async (_what, text, line) => {
    const config = file('farm.toml', text);
    for (const more of [[], ['--check-config']]) {
      const { code, stderr } = await runToEnd({ flags: ['--config', config, '--port', '0', ...more] });
      expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 2, lines: 2 });
      expect(stderr).toContain(line);
      expect(stderr).not.toContain('"sekret"');
    }
  });

  test('count as a password off loopback', async () => {
    const daemon = start({ flags: ['--config', file('msession.toml', usersText()), '--host', '0.0.0.0'] });
    expect(await daemon.port()).toBeGreaterThan(0);
  });
});

describe('TLS', () => {
  const flags = ['--tls-port', '0', '--tls-cert', identity.certificateFile, '--tls-key', identity.keyFile];

  test('serves clients that trust its authority, beside the plain port', async () => {
    const daemon = start({ flags });
    const port = await portOf(daemon, 'tls');
    expect(daemon.stdout).toMatch(/^ready tcp=\S+ tls=127\.0\.0\.1:\d+\n$/);
    expect(await client({ url: `tls://localhost:${port}`, tls: { ca } }).ping()).toBe('PONG');
    await expect(client({ url: `tls://localhost:${port}` }).ping()).rejects.toThrow();
    expect(await client({ port: await daemon.port() }).ping()).toBe('PONG');
  });

  test('with client certificates lets in who has one', async () => {
    const authority = certificates.authority.certificateFile;
    const daemon = start({ flags: [...flags, '--tls-ca', authority, '--tls-require-client-cert'] });
    const url = `tls://localhost:${await portOf(daemon, 'tls')}`;
    const known = certificates.client();
    expect(await client({ url, tls: { ca, cert: known.certificate, key: known.key } }).ping()).toBe('PONG');
    await expect(client({ url, tls: { ca } }).ping()).rejects.toThrow();
  });

  test.each([
    ['without a key', ['--tls-port', '0', '--tls-cert', identity.certificateFile], 'tls-port needs setting tls-key'],
    ['with a missing file', [...flags.slice(0, 4), '--tls-key', 'none.pem'], 'cannot read none.pem: there is none'],
    [
      'with the key of another',
      [...flags.slice(0, 4), '--tls-key', certificates.authority.keyFile],
      'settings tls-cert, tls-key and tls-ca',
    ],
    ['wanting certificates of nobody', [...flags, '--tls-require-client-cert'], 'no authority'],
  ])('%s it does not start: one line, exit code 2', async (_what, words, line) => {
    const { code, stderr } = await runToEnd({ flags: ['--port', '0', ...words] });
    expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 2, lines: 2 });
    expect(stderr).toContain(line);
  });
});

describe('SIGHUP', () => {
  test('takes what changed in the file, keeps what CONFIG SET changed, and says what needs a restart', async () => {
    const config = file('msession.toml', 'max-clients = 100\nmax-waiters = 10\n');
    const daemon = start({ flags: ['--config', config] });
    const one = client({ port: await daemon.port() });
    await one.configSet({ 'max-waiters': '77' });
    file('msession.toml', 'max-clients = 200\nmax-waiters = 10\nunix-socket = "/nowhere"\n');
    await reload(daemon);
    const shown = await one.configGet('*');
    expect([shown.get('max-clients'), shown.get('max-waiters')]).toEqual(['200', '77']);
    await daemon.until(({ stderr }) => /need a restart/.test(stderr));
    expect(daemon.stderr).toContain('"settings":["unix-socket"]');
  });

  test('with a bad file changes nothing and says why', async () => {
    const config = file('msession.toml', `max-clients = 100\n${usersText()}`);
    const daemon = start({ flags: ['--config', config] });
    const reader = client({ port: await daemon.port(), user: 'admin', password: 'admin-sekret' });
    for (const text of ['max-clients = 0\n', 'max-clients = = 1\n', 'max-clients = 5\n[users.x]\nrights = 1\n']) {
      file('msession.toml', text);
      await reload(daemon);
      expect((await reader.configGet('max-clients')).get('max-clients')).toBe('100');
    }
    expect(daemon.stderr).toContain('it must be a whole number, 1 to 1000000');
  });

  test('takes other users: who is gone is hung up on, who came may enter', async () => {
    const config = file('msession.toml', usersText());
    const daemon = start({ flags: ['--config', config] });
    const port = await daemon.port();
    const reader = client({ port, user: 'reader', password: 'reader-sekret' });
    expect(await reader.count()).toBe(0);
    file('msession.toml', usersText().replace('users.reader', 'users.other'));
    await reload(daemon);
    await expect(reader.count()).rejects.toThrow();
    expect(await client({ port, user: 'other', password: 'reader-sekret' }).count()).toBe(0);
  });

  test('reads the certificate again', async () => {
    const [certificateFile, keyFile] = [path.join(folder, 'tls.crt'), path.join(folder, 'tls.key')];
    writeFileSync(certificateFile, identity.certificate);
    writeFileSync(keyFile, identity.key);
    const daemon = start({
      flags: ['--tls-port', '0', '--tls-cert', certificateFile, '--tls-key', keyFile, '--admin-port', '0'],
    });
    const url = `tls://localhost:${await portOf(daemon, 'tls')}`;
    const stranger = certificates.stranger();
    writeFileSync(certificateFile, stranger.certificate);
    await reload(daemon);
    expect(daemon.stderr).toContain('settings not read again');
    expect(await client({ url, tls: { ca } }).ping()).toBe('PONG');
    writeFileSync(keyFile, stranger.key);
    await reload(daemon);
    await expect(client({ url, tls: { ca } }).ping()).rejects.toThrow();
    const trusting = { ca: stranger.certificate, checkServerIdentity: () => undefined };
    expect(await client({ url, tls: trusting }).ping()).toBe('PONG');
  });
});

describe('CONFIG REWRITE', () => {
  test('keeps what CONFIG SET changed over a restart, and leaves the rest of the file alone', async () => {
    const text = `# our farm\nmax-clients = 100 # enough\n\n${usersText()}`;
    const config = file('msession.toml', text);
    const first = start({ flags: ['--config', config] });
    const login = { user: 'admin', password: 'admin-sekret' };
    const one = client({ port: await first.port(), ...login });
    await one.configSet({ 'max-clients': '300', 'max-memory': '64mb', 'show-ids': 'yes', evict: 'lru' });
    await one.send(['CONFIG', 'REWRITE']);
    const written = readFileSync(config, 'utf8');
    expect(written).toContain('# our farm\nmax-clients = 300 # enough\n');
    expect(written.endsWith(usersText())).toBe(true);
    await one.send(['CONFIG', 'REWRITE']);
    expect(readFileSync(config, 'utf8')).toBe(written);
    await reload(first);
    await first.stop();
    const second = start({ flags: ['--config', config] });
    const shown = await client({ port: await second.port(), ...login }).configGet('*');
    expect(['max-clients', 'max-memory', 'show-ids', 'evict'].map((name) => shown.get(name))).toEqual([
      '300',
      '67108864',
      'yes',
      'lru',
    ]);
  });

  test('without a file, and in a folder that may not be written, says so', async () => {
    const bare = client({ port: await start().port() });
    await expect(bare.send(['CONFIG', 'REWRITE'])).rejects.toThrow('without a configuration file');
    const config = file('msession.toml', 'max-clients = 100\n');
    const one = client({ port: await start({ flags: ['--config', config] }).port() });
    await one.configSet({ 'max-clients': '300' });
    rmSync(config);
    await expect(one.send(['CONFIG', 'REWRITE'])).rejects.toThrow('configuration file');
    expect((await one.configGet('max-clients')).get('max-clients')).toBe('300');
  });
});

test('a service manager is told when the daemon is ready and when it ends', async () => {
  const told = path.join(folder, 'told');
  const program = file('systemd-notify', `#!/bin/sh\necho "$@" >> ${told}\n`);
  chmodSync(program, 0o755);
  const daemon = start({
    environment: { NOTIFY_SOCKET: '/run/systemd/notify', PATH: `${folder}:${process.env.PATH}` },
  });
  await daemon.port();
  await daemon.stop();
  expect(readFileSync(told, 'utf8')).toBe(`--pid=${daemon.child.pid} READY=1\n--pid=${daemon.child.pid} STOPPING=1\n`);
});
