// The figures of a server as Prometheus metrics. Nothing is counted twice: each metric reads the server's own counters
// when somebody scrapes, so the hot path knows nothing of metrics. Labels are command names and fixed words only.
import { commandList } from '@msession/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { octaveBoundsSeconds } from '../latency-histogram.js';
import type { ServerContext } from '../server-context.js';

type Labelled = Readonly<Record<string, number>>;

/** A registry of its own for each server; `metrics()` makes the text. */
export function createMetrics(context: ServerContext): Registry {
  const registry = new Registry();
  const registers = [registry];
  const { engine, statistics, connections } = context;

  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `msession_${name}`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `msession_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const labelledCounter = (name: string, help: string, label: string, read: () => Labelled) =>
    new Counter({
      name: `msession_${name}`,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  const byCommand = (counts: Float64Array): Labelled =>
    Object.fromEntries(
      commandList.flatMap(({ name }, i) => ((counts[i] ?? 0) > 0 ? [[name.toLowerCase(), counts[i] as number]] : [])),
    );

  new Gauge({
    name: 'msession_info',
    help: 'Always 1; the labels say which version and engine run.',
    labelNames: ['version', 'engine'],
    registers,
    collect() {
      this.set({ version: context.version, engine: engine.kind }, 1);
    },
  });
  gauge('ready', '1 while commands can be answered.', () => (engine.health().isReady ? 1 : 0));
  gauge('uptime_seconds', 'Seconds since the server was made.', () =>
    Math.max(0, (context.clock.monotonicMs() - context.startedAtMs) / 1000),
  );

  labelledCounter('commands_total', 'Commands received.', 'command', () => byCommand(statistics.calls));
  labelledCounter('command_errors_total', 'Commands answered by an error at once.', 'command', () =>
    byCommand(statistics.failures),
  );
  counter('unknown_commands_total', 'Commands of no name.', () => statistics.unknownCommands);
  registerLatency(registry, context);

  gauge('sessions', 'Live sessions, without sub-sessions.', () => engine.statistics().sessions);
  gauge('sub_sessions', 'Live sub-sessions.', () => engine.statistics().subSessions);
  labelledCounter('sessions_ended_total', 'Sessions that ended, by how.', 'reason', () => {
    const { destroyed, expired, evicted } = engine.statistics();
    return { destroyed, expired, evicted };
  });
  counter('sessions_created_total', 'Sessions created.', () => engine.statistics().created);
  gauge('indexed_names', 'Variable names with a search index.', () => engine.statistics().indexedNames);

  gauge('used_bytes', 'Bytes that max-memory counts.', () => engine.statistics().usedBytes);
  gauge('max_memory_bytes', 'The setting max-memory; 0 is no limit.', () => engine.limits.maxMemoryBytes);
  new Gauge({
    name: 'msession_engine_figure',
    help: 'Figures of the engine by name: slabs, store, commits.',
    labelNames: ['figure'],
    registers,
    collect() {
      this.reset();
      for (const [figure, value] of Object.entries(engine.statistics().more)) this.set({ figure }, value);
    },
  });

  gauge('locks_held', 'Locks held now.', () => engine.statistics().locksHeld);
  gauge('lock_waiters', 'Clients that wait for a lock now.', () => engine.statistics().lockWaiters);
  counter('locks_granted_total', 'Locks granted.', () => engine.statistics().locksGranted);
  counter('locks_timed_out_total', 'Waits for a lock that ended without it.', () => engine.statistics().locksTimedOut);

  counter(
    'slow_lock_waits_total',
    'Waits for a lock longer than slowlog-lock-threshold.',
    () => context.lockWaits.total,
  );
  gauge('connections', 'Connections now.', () => connections.size);
  gauge('max_clients', 'The setting max-clients.', () => context.limits.maxClients);
  counter('connections_total', 'Connections accepted or refused.', () => statistics.connectionsReceived);
  labelledCounter('connections_closed_total', 'Connections the server closed, by why.', 'reason', () => ({
    max_clients: statistics.connectionsRejected,
    address: statistics.addressesRefused,
    tls_handshake: statistics.tlsHandshakesFailed,
    slow_reader: statistics.slowReadersClosed,
    timeout: statistics.timeoutsClosed,
    overflow: statistics.overflowsClosed,
  }));
  counter('protocol_faults_total', 'Requests that were no RESP.', () => statistics.protocolFaults);
  counter('failed_passwords_total', 'Wrong passwords given.', () => statistics.failedPasswords);
  counter('plugin_failures_total', 'Calls of plugins that failed.', () => statistics.pluginFailures);
  counter('received_bytes_total', 'Bytes received from clients.', () => statistics.inputBytes);
  counter('sent_bytes_total', 'Bytes sent to clients.', () => statistics.outputBytes);
  gauge('tls_certificate_expires_seconds', 'When the TLS certificate ends, seconds since 1970; 0 without TLS.', () =>
    Math.floor((context.certificateExpiresAtMs() ?? 0) / 1000),
  );
  gauge('slow_commands', 'Entries of the slow log.', () => context.slowlog.length);

  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Buckets come from the server's own histograms, filled by samples; `Histogram` itself would count each anew. */
function registerLatency(registry: Registry, { statistics }: ServerContext): void {
  const name = 'msession_command_duration_seconds';
  const help = 'How long commands ran in the server, one in 64 of each measured; waiting for locks not counted.';
  const histogram = new Histogram({
    name,
    help,
    labelNames: ['command'],
    buckets: [...octaveBoundsSeconds],
    registers: [registry],
  });
  const read = async () => {
    const values = commandList.flatMap((spec, index) => {
      const measured = statistics.latency[index];
      if (measured === undefined || measured.count === 0) return [];
      const command = spec.name.toLowerCase();
      const counts = measured.cumulative();
      return [
        ...octaveBoundsSeconds.map((le, i) => ({
          metricName: `${name}_bucket`,
          labels: { command, le },
          value: counts[i] as number,
        })),
        { metricName: `${name}_bucket`, labels: { command, le: '+Inf' }, value: measured.count },
        { metricName: `${name}_sum`, labels: { command }, value: measured.sumMs / 1000 },
        { metricName: `${name}_count`, labels: { command }, value: measured.count },
      ];
    });
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  };
  // the text of a scrape comes from the second, JSON from the first
  Object.assign(histogram, { get: read, getForPromString: read });
}
