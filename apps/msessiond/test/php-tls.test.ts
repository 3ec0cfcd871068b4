// PHP's client on the TLS port, as a farm has it across machines: Debian's PHP with openssl, through streams.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { makeCertificates } from '../../../packages/server/test/support/certificates.js';
import { DaemonProcess } from './support/daemon-process.js';

const autoload = fileURLToPath(new URL('../../../packages/php/autoload.php', import.meta.url));
const certificates = makeCertificates();
const identity = certificates.server();
const running: DaemonProcess[] = [];

afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop();
});
afterAll(() => rmSync(certificates.folder, { recursive: true, force: true }));

/** Starts a daemon with TLS; answers its TLS port. */
async function startTls(...flags: string[]): Promise<number> {
  const files = ['--tls-cert', identity.certificateFile, '--tls-key', identity.keyFile];
  const daemon = new DaemonProcess({
    flags: ['--port', '0', '--tls-port', '0', '--log-level', 'silent', ...files, ...flags],
  });
  running.push(daemon);
  await daemon.port();
  return Number(/\btls=\S+:(\d+)/.exec(daemon.stdout)?.[1]);
}

interface Visit {
  readonly server: string;
  readonly tls?: Readonly<Record<string, string>>;
}

/** Writes and reads a session; answers what PHP printed. */
function visit({ server, tls = {} }: Visit): string {
  const script = `
    require $argv[1];
    [$server, $tls] = json_decode($argv[2], true);
    try {
        $client = new Msession\\Client($server, ['tls' => $tls]);
        $client->command('DATASET', 'visit-1', str_repeat("\\0page", 20000));
        echo strlen($client->command('DATAGET', 'visit-1')), ' ', $client->command('PING');
        $client->close();
    } catch (Throwable $fault) {
        echo get_class($fault), ': ', $fault->getMessage();
    }`;
  const words = ['-d', 'display_errors=stderr', '-r', script, '--', autoload, JSON.stringify([server, tls])];
  const { stdout, stderr } = spawnSync('php', words, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

const trusted = { cafile: certificates.authority.certificateFile };

test('writes and reads where the certificate is of an authority that it trusts', async () => {
  const port = await startTls('--password', 'sekret');
  expect(visit({ server: `tls://:sekret@localhost:${port}`, tls: trusted })).toBe('100000 PONG');
});

test('refuses a server of an authority it does not know, and one of another name, saying which server', async () => {
  const port = await startTls();
  for (const refused of [
    { server: `tls://localhost:${port}` },
    { server: `tls://localhost:${port}`, tls: { ...trusted, peer_name: 'other.example' } },
  ]) {
    const said = visit(refused);
    expect(said).toMatch(/^Msession\\\S*Exception\S*: /);
    expect(said).toContain(`localhost:${port}`);
  }
});

test('shows a certificate of its own where the server wants one', async () => {
  const port = await startTls('--tls-ca', certificates.authority.certificateFile, '--tls-require-client-cert');
  const { certificateFile, keyFile } = certificates.client();
  const server = `tls://localhost:${port}`;
  expect(visit({ server, tls: { ...trusted, local_cert: certificateFile, local_pk: keyFile } })).toBe('100000 PONG');
  expect(visit({ server, tls: trusted })).toMatch(/^Msession\\/);
});
