// Which server, from the command line or `MSESSION_URL`. Nothing given means 127.0.0.1:8086.
import { ArgumentError, type ClientOptions, defaultHost, defaultPort, parseServerAddress } from '@msession/client';

export interface ServerFlags {
  readonly url?: string;
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly password?: string;
}

/** @throws ArgumentError for an address that cannot be read */
export function clientOptions(
  flags: ServerFlags,
  environment: Readonly<Record<string, string | undefined>>,
): ClientOptions<'buffer'> {
  const url =
    flags.url ?? (flags.host === undefined && flags.port === undefined ? environment.MSESSION_URL : undefined);
  return {
    ...(url === undefined || url === '' ? {} : { url }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.port === undefined ? {} : { port: portOf(flags.port) }),
    ...(flags.user === undefined ? {} : { user: flags.user }),
    ...(flags.password === undefined ? {} : { password: flags.password }),
    name: 'msession-cli',
    encoding: 'buffer',
    reconnect: false,
    timeoutMs: 0,
  };
}

/** What the prompt shows: the server's address without its password. */
export function serverLabel(options: ClientOptions<'buffer'>): string {
  const address = options.url === undefined ? {} : parseServerAddress(options.url);
  if (options.host === undefined && address.path !== undefined) return address.path;
  return `${options.host ?? address.host ?? defaultHost}:${options.port ?? address.port ?? defaultPort}`;
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new ArgumentError(`--port is "${text.slice(0, 20)}"; it must be 1 to 65535`);
  return port;
}
