// Who may reach the server, from the settings to the options of the server; certificates are read from their files here.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEmbeddedEngine } from '@msession/engine';
import {
  AccessFault,
  type AccessOptions,
  type AdminOptions,
  createServer,
  TlsFault,
  type TlsMaterial,
  type TlsOptions,
} from '@msession/server';
import { SettingFault } from '../settings/setting-fault.js';
import type { Settings } from '../settings/settings-schema.js';

/** Relative paths of settings start at the configuration file's folder, without one at the working directory. */
export function settingsFolder(settings: Settings): string {
  return settings.config === undefined ? process.cwd() : path.dirname(path.resolve(settings.config));
}

export function accessOptions(settings: Settings): AccessOptions & { readonly allow: readonly string[] } {
  return {
    ...(settings.password === undefined ? {} : { password: settings.password }),
    users: Object.entries(settings.users).map(([name, user]) => ({ name, ...user })),
    allow: settings.allow,
  };
}

export function adminOptions(settings: Settings): AdminOptions | undefined {
  const port = settings['admin-port'];
  if (port === undefined) return undefined;
  const token = settings['admin-token'];
  return { port, host: settings['admin-host'], ...(token === undefined ? {} : { token }) };
}

/** Undefined without a TLS port. @throws SettingFault for a file that is not given or cannot be read */
export function tlsMaterial(settings: Settings): TlsMaterial | undefined {
  if (settings['tls-port'] === undefined) return undefined;
  const authority = settings['tls-ca'];
  return {
    certificate: readPem(settings, 'tls-cert'),
    key: readPem(settings, 'tls-key'),
    ...(authority === undefined ? {} : { clientAuthority: readPem(settings, 'tls-ca') }),
  };
}

export function tlsOptions(settings: Settings): TlsOptions | undefined {
  const port = settings['tls-port'];
  const material = tlsMaterial(settings);
  if (port === undefined || material === undefined) return undefined;
  const host = settings['tls-host'];
  return {
    ...material,
    port,
    ...(host === undefined ? {} : { host }),
    requireClientCertificate: settings['tls-require-client-cert'],
  };
}

function readPem(settings: Settings, name: 'tls-cert' | 'tls-key' | 'tls-ca'): Buffer {
  const file = settings[name];
  if (file === undefined) throw new SettingFault(`setting tls-port needs setting ${name}, a path of a PEM file`);
  try {
    return readFileSync(path.resolve(settingsFolder(settings), file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT' ? 'there is none' : code === 'EACCES' ? 'no permission' : (code ?? 'unknown reason');
    throw new SettingFault(`cannot read ${file}: ${reason} (setting ${name})`);
  }
}

/** The settings to look at for a fault of users, addresses or certificates, or undefined for another error. */
export function accessFaultLine(error: unknown): string | undefined {
  if (error instanceof AccessFault) return `${error.message} (settings users, password and allow)`;
  if (error instanceof TlsFault) return `${error.message} (settings tls-cert, tls-key and tls-ca)`;
  return undefined;
}

/** Tries users, addresses and certificates without listening. @throws SettingFault */
export function checkAccess(settings: Settings): void {
  const tls = tlsOptions(settings);
  try {
    createServer({
      engine: createEmbeddedEngine(),
      ...accessOptions(settings),
      ...(tls === undefined ? {} : { tls }),
    });
  } catch (error) {
    const line = accessFaultLine(error);
    if (line === undefined) throw error;
    throw new SettingFault(line);
  }
}
