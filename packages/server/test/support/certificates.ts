// Certificates made by openssl in a folder of their own: an authority, a server's for localhost, a client's, and those
// of a stranger that signed itself.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Identity {
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  readonly folder: string;
  readonly authority: Identity;
  /** A certificate for localhost and 127.0.0.1, signed by the authority; another each time. */
  server(): Identity;
  client(): Identity;
  /** Signed by nobody but itself. */
  stranger(): Identity;
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-tls-'));
  let made = 0;
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const read = (name: string): Identity => {
    const certificateFile = path.join(folder, `${name}.crt`);
    const keyFile = path.join(folder, `${name}.key`);
    return {
      certificate: readFileSync(certificateFile, 'utf8'),
      key: readFileSync(keyFile, 'utf8'),
      certificateFile,
      keyFile,
    };
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const selfSigned = (name: string): Identity => {
    openssl(
      'req',
      '-x509',
      ...curve,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    );
    return read(name);
  };
  const authority = selfSigned('authority');
  const signed = (kind: string, extension: string): Identity => {
    const name = `${kind}-${made++}`;
    writeFileSync(path.join(folder, `${name}.ext`), extension);
    openssl('req', ...curve, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial'],
      ...['-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
    );
    return read(name);
  };
  return {
    folder,
    authority,
    server: () => signed('server', 'subjectAltName=DNS:localhost,IP:127.0.0.1\n'),
    client: () => signed('client', 'extendedKeyUsage=clientAuth\n'),
    stranger: () => selfSigned(`stranger-${made++}`),
  };
}
