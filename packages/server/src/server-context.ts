// What the handlers of server commands work with: the parts of one server, put together in create-server.ts.
import type { Clock, Engine } from '@msession/engine';
import type { RequestLimits } from '@msession/protocol';
import type { Logger } from 'pino';
import type { Authenticator, User } from './authentication.js';
import type { ConnectionRegistry } from './connection-registry.js';
import type { ServerAddresses } from './listeners.js';
import type { LockWaits } from './lock-waits.js';
import type { Monitor } from './monitor.js';
import type { ServerLimits } from './options.js';
import type { PluginHost } from './plugins/plugin-host.js';
import type { ServerStatistics } from './server-statistics.js';
import type { SettingsRegistry } from './settings-registry.js';
import type { Slowlog } from './slowlog.js';

export interface ServerContext {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  /** How large the requests of a user may be; null: of nobody yet. */
  readonly requestLimitsFor: (user: User | null) => RequestLimits;
  readonly statistics: ServerStatistics;
  readonly connections: ConnectionRegistry;
  readonly settings: SettingsRegistry;
  readonly slowlog: Slowlog;
  readonly lockWaits: LockWaits;
  readonly monitor: Monitor;
  readonly plugins: PluginHost;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  readonly version: string;
  readonly startedAtMs: number;
  readonly addresses: () => ServerAddresses;
  /** When the TLS certificate ends; null without TLS. */
  readonly certificateExpiresAtMs: () => number | null;
  /** CONFIG REWRITE; null where there is nothing to write to. */
  readonly rewriteConfig: (() => Promise<void>) | null;
  /** SHUTDOWN was answered. */
  readonly requestShutdown: () => void;
}
