// What a client can be told, and the defaults. Limits have a default each; nothing grows without one.
import type { ConnectionOptions } from 'node:tls';
import { defaultReconnect, type ReconnectOptions, type ResolvedReconnect } from './backoff.js';
import type { ClientClock } from './client-clock.js';
import { systemClock } from './client-clock.js';
import { ArgumentError } from './errors.js';
import { defaultHost, defaultPort, parseServerAddress } from './server-address.js';
import { createSocketTransport } from './socket-transport.js';
import type { Transport } from './transport.js';

/** Bytes in replies: `utf8` text, or `buffer`. Text given as an argument is always sent as UTF-8. */
export type Encoding = 'utf8' | 'buffer';

/** Options of every call. */
export interface CallOptions {
  /** Milliseconds until the call fails with TIMEOUT; 0 never. Default: the client's `timeoutMs`, plus `waitMs`. */
  readonly timeoutMs?: number | undefined;
  /** Ends the call with ABORTED; what has not left yet is not sent. */
  readonly signal?: AbortSignal | undefined;
  /** How the bytes of this reply come back; default: the client's `encoding`. */
  readonly encoding?: Encoding | undefined;
}

export interface ClientOptions<E extends Encoding = Encoding> {
  /** `msession://[[user]:password@]host[:port]`, `tls://…`, `unix:///path`, `host:port`. The fields below win over it. */
  readonly url?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8086. */
  readonly port?: number;
  /** Path of a Unix socket, instead of host and port. */
  readonly path?: string;
  /** True, or options of `tls.connect` (ca, cert, key, servername, …). */
  readonly tls?: boolean | ConnectionOptions;
  /** Default `default`, when there is a password. */
  readonly user?: string;
  readonly password?: string;
  /** The connection's name in CLIENT LIST and LOCKS; no spaces. */
  readonly name?: string;
  /** 3 (default) falls back to 2 where the server speaks no 3; events and waiting for locks need 3. */
  readonly protocol?: 2 | 3;
  /** Default `utf8`. */
  readonly encoding?: E;
  /** Default time for a call, milliseconds; 0 none. Default 30000. */
  readonly timeoutMs?: number;
  /** Time for one attempt to connect, TLS and password included, milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** How often and how soon to connect again; false: one attempt each time a call needs it. */
  readonly reconnect?: false | ReconnectOptions;
  /** Calls that may wait for a connection; one more fails with QUEUE_FULL. Default 10000. */
  readonly maxQueuedCalls?: number;
  /** How often a call that is safe to repeat is sent again after its connection was lost. Default 3. */
  readonly maxResends?: number;
  /** Milliseconds of silence after which a PING asks whether the server is there; two in a row end the connection. 0 never. Default 15000. */
  readonly pingIntervalMs?: number;
  /** False: an open connection with nothing under way does not keep the process running. Default true. */
  readonly keepsProcessAlive?: boolean;
  /** Longest reply value accepted, bytes. Default 64 MiB. */
  readonly maxReplyBytes?: number;
  /** Another way to carry the bytes, instead of a socket. */
  readonly transport?: Transport;
  /** Time and chance; tests hand in their own. */
  readonly clock?: ClientClock;
}

export interface ResolvedOptions<E extends Encoding = Encoding> {
  readonly transport: Transport;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly name: string | undefined;
  readonly protocol: 2 | 3;
  readonly encoding: E;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly reconnect: ResolvedReconnect;
  readonly maxQueuedCalls: number;
  readonly maxResends: number;
  readonly pingIntervalMs: number;
  readonly keepsProcessAlive: boolean;
  readonly maxReplyBytes: number;
  readonly clock: ClientClock;
}

const knownOptions: Readonly<Record<keyof ClientOptions, true>> = {
  url: true,
  host: true,
  port: true,
  path: true,
  tls: true,
  user: true,
  password: true,
  name: true,
  protocol: true,
  encoding: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  reconnect: true,
  maxQueuedCalls: true,
  maxResends: true,
  pingIntervalMs: true,
  keepsProcessAlive: true,
  maxReplyBytes: true,
  transport: true,
  clock: true,
};

/** Checks the options and fills in the defaults. @throws ArgumentError naming the option and what it may be */
export function resolveOptions<E extends Encoding>(given: ClientOptions<E>): ResolvedOptions<E> {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(knownOptions, name))
      throw new ArgumentError(`the client has no option '${name}' (${Object.keys(knownOptions).join(', ')})`);
  const encoding: Encoding = given.encoding ?? 'utf8';
  if (encoding !== 'utf8' && encoding !== 'buffer') throw new ArgumentError("encoding must be 'utf8' or 'buffer'");
  const protocol = given.protocol ?? 3;
  if (protocol !== 2 && protocol !== 3) throw new ArgumentError('protocol must be 2 or 3');
  if (given.name !== undefined && !/^[\x21-\x7e]+$/.test(given.name))
    throw new ArgumentError('name must be printable ASCII without spaces');
  const address = given.url === undefined ? {} : parseServerAddress(given.url);
  const user = given.user ?? address.user;
  const password = given.password ?? address.password;
  if (user !== undefined && password === undefined) throw new ArgumentError('a user is given without a password');
  return {
    transport: given.transport ?? socketTransport(given, address),
    user,
    password,
    name: given.name,
    protocol,
    encoding: encoding as E,
    timeoutMs: wholeNumber('timeoutMs', given.timeoutMs, 30_000, 0),
    connectTimeoutMs: wholeNumber('connectTimeoutMs', given.connectTimeoutMs, 5000, 1),
    reconnect: resolveReconnect(given.reconnect),
    maxQueuedCalls: wholeNumber('maxQueuedCalls', given.maxQueuedCalls, 10_000, 1),
    maxResends: wholeNumber('maxResends', given.maxResends, 3, 0),
    pingIntervalMs: wholeNumber('pingIntervalMs', given.pingIntervalMs, 15_000, 0),
    keepsProcessAlive: given.keepsProcessAlive ?? true,
    maxReplyBytes: wholeNumber('maxReplyBytes', given.maxReplyBytes, 64 * 1024 * 1024, 1024),
    clock: given.clock ?? systemClock,
  };
}

function socketTransport(given: ClientOptions, address: ReturnType<typeof parseServerAddress>): Transport {
  const path = given.path ?? (given.host === undefined ? address.path : undefined);
  const usesTls = given.tls ?? address.tls ?? false;
  return createSocketTransport({
    host: given.host ?? address.host ?? defaultHost,
    port: wholeNumber('port', given.port ?? address.port, defaultPort, 1, 65_535),
    ...(path === undefined ? {} : { path }),
    ...(usesTls === false ? {} : { tls: usesTls === true ? {} : usesTls }),
  });
}

function resolveReconnect(given: false | ReconnectOptions | undefined): ResolvedReconnect {
  if (given === false) return { ...defaultReconnect, maxAttempts: 1 };
  const jitter = given?.jitter ?? defaultReconnect.jitter;
  if (!(jitter >= 0 && jitter <= 1)) throw new ArgumentError('reconnect.jitter must be between 0 and 1');
  return {
    maxAttempts: wholeNumber('reconnect.maxAttempts', given?.maxAttempts, defaultReconnect.maxAttempts, 1),
    initialDelayMs: wholeNumber('reconnect.initialDelayMs', given?.initialDelayMs, defaultReconnect.initialDelayMs, 0),
    maxDelayMs: wholeNumber('reconnect.maxDelayMs', given?.maxDelayMs, defaultReconnect.maxDelayMs, 0),
    jitter,
  };
}

function wholeNumber(
  name: string,
  given: number | undefined,
  fallback: number,
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): number {
  const value = given ?? fallback;
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  const bounds = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`;
  throw new ArgumentError(`${name} must be a whole number, ${bounds}`);
}
