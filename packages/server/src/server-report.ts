// The figures of a server by section and name: what INFO prints and what metrics are made of. Computed when asked for.
import { commandList } from '@msession/protocol';
import type { ServerContext } from './server-context.js';

/** Sections in INFO's order; each a flat list of names and figures. */
export type ReportSection =
  | 'server'
  | 'clients'
  | 'memory'
  | 'persistence'
  | 'stats'
  | 'locks'
  | 'plugins'
  | 'commandstats'
  | 'latencystats'
  | 'keyspace';

export type ServerReport = Readonly<Record<ReportSection, Readonly<Record<string, string | number>>>>;

const reportSections: readonly ReportSection[] = [
  'server',
  'clients',
  'memory',
  'persistence',
  'stats',
  'locks',
  'plugins',
  'commandstats',
  'latencystats',
  'keyspace',
];

/** The Redis version whose commands for connections and administration ours follow; ready checks read it. */
const redisVersion = '7.0.0';

type Figures = Readonly<Record<string, string | number>>;

const sections: { readonly [Section in ReportSection]: (context: ServerContext) => Figures } = {
  server: (context) => {
    const { engine } = context;
    const health = engine.health();
    const uptimeSeconds = Math.floor((context.clock.monotonicMs() - context.startedAtMs) / 1000);
    const addresses = context.addresses();
    return {
      msession_version: context.version,
      redis_version: redisVersion,
      redis_mode: 'standalone',
      server_name: 'msession',
      engine: engine.kind,
      os: `${process.platform} ${process.arch}`,
      node_version: process.versions.node,
      process_id: process.pid,
      tcp_port: addresses.tcp?.port ?? 0,
      ...(addresses.tcp === undefined ? {} : { tcp_host: addresses.tcp.host }),
      ...(addresses.tls === undefined ? {} : { tls_port: addresses.tls.port }),
      ...(addresses.admin === undefined ? {} : { admin_port: addresses.admin.port }),
      ...(addresses.unixSocket === undefined ? {} : { unix_socket: addresses.unixSocket }),
      uptime_in_seconds: uptimeSeconds,
      uptime_in_days: Math.floor(uptimeSeconds / 86_400),
      ready: health.isReady ? 1 : 0,
      ...(health.reason === undefined ? {} : { not_ready_because: health.reason }),
    };
  },
  clients: (context) => {
    const { connections, limits, monitor } = context;
    let blocked = 0;
    let subscribed = 0;
    let unsentBytes = 0;
    for (const connection of connections) {
      if (connection.blockedBy !== null) blocked++;
      if (connection.unsubscribe !== null) subscribed++;
      unsentBytes += connection.socket.writableLength + connection.replies.heldBytes;
    }
    return {
      connected_clients: connections.size,
      maxclients: limits.maxClients,
      users: context.authenticator.userCount,
      blocked_clients: blocked,
      monitors: monitor.watchers,
      event_subscribers: subscribed,
      client_output_bytes: unsentBytes,
    };
  },
  memory: ({ engine }) => {
    const memory = process.memoryUsage();
    return {
      used_memory: engine.statistics().usedBytes,
      used_memory_rss: memory.rss,
      used_memory_heap: memory.heapUsed,
      used_memory_external: memory.external,
      maxmemory: engine.limits.maxMemoryBytes,
      maxmemory_policy: engine.limits.evict,
    };
  },
  persistence: ({ engine }) => ({ loading: engine.health().isReady ? 0 : 1, ...engine.statistics().more }),
  stats: ({ engine, statistics, slowlog }) => {
    const figures = engine.statistics();
    const cpu = process.cpuUsage();
    return {
      total_connections_received: statistics.connectionsReceived,
      rejected_connections: statistics.connectionsRejected,
      refused_addresses: statistics.addressesRefused,
      tls_handshakes_failed: statistics.tlsHandshakesFailed,
      total_commands_processed: statistics.commandsProcessed,
      instantaneous_ops_per_sec: statistics.commandsPerSecond,
      total_net_input_bytes: statistics.inputBytes,
      total_net_output_bytes: statistics.outputBytes,
      unknown_commands: statistics.unknownCommands,
      protocol_faults: statistics.protocolFaults,
      failed_passwords: statistics.failedPasswords,
      slow_readers_closed: statistics.slowReadersClosed,
      timeouts_closed: statistics.timeoutsClosed,
      overflows_closed: statistics.overflowsClosed,
      sessions_created: figures.created,
      sessions_destroyed: figures.destroyed,
      expired_keys: figures.expired,
      evicted_keys: figures.evicted,
      slowlog_entries: slowlog.length,
      used_cpu_user: (cpu.user / 1e6).toFixed(6),
      used_cpu_sys: (cpu.system / 1e6).toFixed(6),
    };
  },
  locks: ({ engine, lockWaits }) => {
    const figures = engine.statistics();
    return {
      locks_held: figures.locksHeld,
      lock_waiters: figures.lockWaiters,
      locks_granted: figures.locksGranted,
      locks_timed_out: figures.locksTimedOut,
      slow_lock_entries: lockWaits.length,
    };
  },
  plugins: ({ plugins, statistics }) => ({
    plugins_loaded: plugins.plugins.length,
    plugin_failures: statistics.pluginFailures,
    ...Object.fromEntries(
      plugins.plugins.map((plugin, index) => [
        `plugin${index}`,
        `name=${plugin.name},version=${plugin.version ?? ''},functions=${Object.keys(plugin.functions ?? {}).join('|')}`,
      ]),
    ),
  }),
  commandstats: ({ statistics }) =>
    Object.fromEntries(
      commandList.flatMap((spec, index) => {
        const calls = statistics.calls[index] ?? 0;
        if (calls === 0) return [];
        return [
          [`cmdstat_${spec.name.toLowerCase()}`, `calls=${calls},failed_calls=${statistics.failures[index] ?? 0}`],
        ];
      }),
    ),
  latencystats: ({ statistics }) =>
    Object.fromEntries(
      [statistics.allLatency, ...statistics.latency].flatMap((histogram, index) => {
        if (histogram === undefined || histogram.count === 0) return [];
        const name = index === 0 ? 'all' : (commandList[index - 1]?.name.toLowerCase() ?? '');
        const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => histogram.quantileMicroseconds(share).toFixed(1));
        return [[`latency_percentiles_usec_${name}`, `p50=${p50},p99=${p99},p99.9=${p999}`]];
      }),
    ),
  keyspace: ({ engine }) => {
    const figures = engine.statistics();
    return {
      sessions: figures.sessions,
      sub_sessions: figures.subSessions,
      indexed_names: figures.indexedNames,
      ...(figures.sessions === 0 ? {} : { db0: `keys=${figures.sessions},expires=${figures.sessions},avg_ttl=0` }),
    };
  },
};

/** One section's figures. */
export function sectionFigures(context: ServerContext, section: ReportSection): Figures {
  return sections[section](context);
}

/** All figures. */
export function serverReport(context: ServerContext): ServerReport {
  const entries = reportSections.map((section) => [section, sectionFigures(context, section)]);
  return Object.fromEntries(entries) as ServerReport;
}

/** Sections that INFO prints when it is asked for none. */
export const defaultSections: readonly ReportSection[] = [
  'server',
  'clients',
  'memory',
  'persistence',
  'stats',
  'locks',
  'plugins',
  'keyspace',
];

/** INFO's text: `# Section` and `name:value` lines. Unknown sections print nothing, as Redis users know it. */
export function reportText(report: ServerReport, wanted: readonly string[]): string {
  const names = new Set(wanted.map((name) => name.toLowerCase()));
  const isEverything = names.has('all') || names.has('everything');
  const chosen = reportSections.filter((section) => {
    if (isEverything || names.has(section)) return true;
    return (names.size === 0 || names.has('default')) && defaultSections.includes(section);
  });
  return chosen
    .map((section) => {
      const lines = Object.entries(report[section]).map(([name, value]) => `${name}:${value}\r\n`);
      return `# ${section[0]?.toUpperCase()}${section.slice(1)}\r\n${lines.join('')}`;
    })
    .join('\r\n');
}
