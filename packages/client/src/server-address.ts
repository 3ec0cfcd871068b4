// Where a server is, from the forms people write it in. Messages never repeat the address: it may hold a password.
import { ArgumentError } from './errors.js';

export const defaultPort = 8086;
export const defaultHost = '127.0.0.1';

export interface ServerAddress {
  readonly host?: string;
  readonly port?: number;
  /** Path of a Unix socket; host and port are not used then. */
  readonly path?: string;
  readonly tls?: true;
  readonly user?: string;
  readonly password?: string;
}

const forms = 'msession://[[user]:password@]host[:port], tls://…, unix:///path, host[:port] or /path';
const schemes: Readonly<Record<string, 'tcp' | 'tls' | 'unix'>> = {
  'msession:': 'tcp',
  'tcp:': 'tcp',
  'msessions:': 'tls',
  'mss:': 'tls',
  'tls:': 'tls',
  'unix:': 'unix',
};

/**
 * Reads `msession://[[user]:password@]host[:port]`, `tls://…` (also `msessions://`, `mss://`), `unix:///path`
 * (with `?user=…&password=…`), and the bare forms `host`, `host:port` and `/path` that `session.save_path` had.
 * User and password are percent-decoded.
 *
 * @throws ArgumentError code ARGUMENT, naming what is wrong
 * @example parseServerAddress('msession://:secret@sessions.lan:8086')
 */
export function parseServerAddress(text: string): ServerAddress {
  if (text.startsWith('/')) return { path: text };
  if (!text.includes('://')) return parseHostAndPort(text);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ArgumentError(`the server address is no valid URL; write ${forms}`);
  }
  const kind = schemes[url.protocol];
  if (kind === undefined)
    throw new ArgumentError(`the server address has the unknown scheme '${url.protocol}//'; write ${forms}`);
  if (kind === 'unix') return unixAddress(url);
  if (url.hostname === '') throw new ArgumentError(`the server address has no host; write ${forms}`);
  if (url.pathname !== '' && url.pathname !== '/')
    throw new ArgumentError('the server address has a path behind the host; a Unix socket is written unix:///path');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    ...(kind === 'tls' ? { tls: true } : {}),
    ...credentials(url.username, url.password),
  };
}

function unixAddress(url: URL): ServerAddress {
  const path = decode(url.pathname);
  if (url.hostname !== '' || path.length < 2)
    throw new ArgumentError('a Unix socket is written unix:///path, with three slashes');
  return { path, ...credentials(url.searchParams.get('user') ?? '', url.searchParams.get('password') ?? '', false) };
}

function credentials(user: string, password: string, isEncoded = true): { user?: string; password?: string } {
  const read = isEncoded ? decode : (text: string) => text;
  return {
    ...(user === '' ? {} : { user: read(user) }),
    ...(password === '' ? {} : { password: read(password) }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ArgumentError("the server address has a '%' that does not begin a percent code; write it %25");
  }
}

function parseHostAndPort(text: string): ServerAddress {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^([^:[\]\s]+)(?::(\d+))?$/.exec(text);
  const match = bracketed ?? plain;
  if (match === null) throw new ArgumentError(`the server address is not understood; write ${forms}`);
  const port = match[2] === undefined ? defaultPort : Number(match[2]);
  if (port > 65_535) throw new ArgumentError(`the server address has port ${port}; ports go up to 65535`);
  return { host: match[1] as string, port };
}
