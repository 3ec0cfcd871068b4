// What a server is made from, and the limits that may change while it runs. Limits live in one object that every part
// reads when it needs them, so CONFIG SET works by assignment; each has its default here and nowhere else.
import type { Clock, Engine } from '@msession/engine';
import type { Logger } from 'pino';
import type { AdminOptions } from './admin/admin-listener.js';
import type { UserDefinition } from './authentication.js';
import type { Plugin } from './plugins/define-plugin.js';
import type { Setting } from './settings-registry.js';
import type { TlsOptions } from './tls-listener.js';

/** Limits of a server; all may change while it runs. Nothing that a client can grow is without one. */
export interface ServerLimits {
  /** Longest request, all its arguments together. Default 32 MiB; a longer one closes its connection. */
  maxRequestBytes: number;
  /** Replies of one connection that may wait for an earlier one before reading pauses. Default 1024. */
  pipelineDepth: number;
  /** Connections at a time; one more is answered MAXCLIENTS and closed. Default 10,000. */
  maxClients: number;
  /** Seconds without a request after which a connection is closed; 0 (default) never. */
  idleTimeoutSeconds: number;
  /** Seconds that a request may stay unfinished. Default 60; 0 never. */
  requestTimeoutSeconds: number;
  /** Bytes of replies a reader may leave untaken before the server stops reading from it. Default 1 MiB. */
  outputBufferBytes: number;
  /** Bytes of pushes and monitor lines a reader may leave untaken before it is closed. Default 32 MiB. */
  pushBacklogBytes: number;
  /** Milliseconds that a reader may take nothing of what is due to it before it is closed. Default 60,000. */
  slowReaderTimeoutMs: number;
  /** Arguments of a request before AUTH, where a password is set. Default 10. */
  preAuthMaxArguments: number;
  /** Bytes of one argument before AUTH. Default 16 KiB. */
  preAuthMaxArgumentBytes: number;
  /** Seconds a connection may stay without AUTH, where a password is set. Default 60; 0 never. */
  preAuthTimeoutSeconds: number;
  /** Wrong passwords in a row behind which a connection is closed. Default 16. */
  maxPasswordFailures: number;
  /** Milliseconds that a command must take to enter the slow log; 0 logs all, below 0 none. Default 10. */
  slowlogThresholdMs: number;
  /** Entries that the slow log keeps. Default 128. */
  slowlogLength: number;
  /** Milliseconds that a wait for a lock must take to be listed by SLOWLOG LOCKS; 0 all, below 0 none. Default 100. */
  slowlogLockThresholdMs: number;
}

export const defaultServerLimits: Readonly<ServerLimits> = Object.freeze({
  maxRequestBytes: 32 * 1024 * 1024,
  pipelineDepth: 1024,
  maxClients: 10_000,
  idleTimeoutSeconds: 0,
  requestTimeoutSeconds: 60,
  outputBufferBytes: 1024 * 1024,
  pushBacklogBytes: 32 * 1024 * 1024,
  slowReaderTimeoutMs: 60_000,
  preAuthMaxArguments: 10,
  preAuthMaxArgumentBytes: 16 * 1024,
  preAuthTimeoutSeconds: 60,
  maxPasswordFailures: 16,
  slowlogThresholdMs: 10,
  slowlogLength: 128,
  slowlogLockThresholdMs: 100,
});

/** The port that msession always had. */
export const defaultPort = 8086;

export interface MsessionServerOptions {
  /** Holds the sessions. It must be started; whoever started it closes it, after the server. */
  readonly engine: Engine;
  /** Address to listen on. Default 127.0.0.1; another than loopback needs a password. */
  readonly host?: string;
  /** TCP port; 0 takes a free one, null listens on no TCP port. Default 8086. */
  readonly port?: number | null;
  /** Path of a Unix socket to listen on as well. A dead one in its place is replaced, a live one is an error. */
  readonly unixSocket?: string;
  /** Permissions of the Unix socket. Default 0o660. */
  readonly unixSocketMode?: number;
  /** Password that AUTH and HELLO take, with the user `default` or alone. Without one everybody may do everything. */
  readonly password?: string;
  /** Further users with hashed passwords and rights of their own. */
  readonly users?: readonly UserDefinition[];
  /** Addresses and networks that may connect (`10.0.0.0/8`, `::1`); none: all. Unix sockets are not asked. */
  readonly allow?: readonly string[];
  /** Listens with TLS as well. */
  readonly tls?: TlsOptions;
  readonly limits?: Partial<ServerLimits>;
  /** Serves /metrics, /healthz and /readyz over HTTP. Default: not at all. */
  readonly admin?: AdminOptions;
  /** Structured logs; silent by default. No ids, values or passwords are logged. */
  readonly logger?: Logger;
  /** Plugins, as `loadPlugins` or `definePlugin` give them. */
  readonly plugins?: readonly Plugin[];
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** More settings for CONFIG GET and SET, by name. One named like a setting of the server takes its place. */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** MONITOR, SLOWLOG and LOCKS show ids as they are instead of hashed. Default: what the engine's limits say. */
  readonly showIds?: boolean;
  /** What HELLO and INFO call the server's version. Default: this package's. */
  readonly version?: string;
  /** `data-events` gives up the shared receive buffer; for comparison. Default `shared-buffer`. */
  readonly receivePath?: 'shared-buffer' | 'data-events';
  /** CONFIG REWRITE: keeps what CONFIG SET changed. An `Error` it throws is the reply. Default: refused. */
  readonly onConfigRewrite?: () => Promise<void>;
  /** A client asked for SHUTDOWN and has its OK; close the server, then the engine. */
  readonly onShutdownRequest?: () => void;
  /** A listening socket failed for good; no more connections can come. */
  readonly onFatal?: (error: Error) => void;
}
