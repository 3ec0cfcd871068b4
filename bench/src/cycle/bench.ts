// cycle: what a page does with its session (open, lock, read, write, unlock) through the handlers of PHP and the stores of
// Express: as many as go (closed loop), and at a fixed rate with latency from the intended start (open loop).

import { type Bench, type BenchContext, isWanted } from '../frame/bench.js';
import { type Entrant, runContest } from '../frame/contest.js';
import type { Row } from '../frame/result.js';
import { addedUp, newLatencies, percentileMs, recordMs } from '../generator/latencies.js';
import { load } from '../generator/load.js';
import { newPhpSession, type PhpJob, type PhpOutcome, runPhpClient } from '../php/php-client.js';
import { phpCycleEntrant } from '../php/php-cycle.js';
import { type PhpHandler, phpNames, phpSettings, startPhpHandlers } from '../php/php-handlers.js';
import { type NodeStore, nodeNames, startNodeStores } from './node-stores.js';

export const phpCycleRow = 'php-one-client';
const phpProcesses = 4;

const phpOrder = [
  phpNames.none,
  phpNames.interval,
  phpNames.redisNoLock,
  phpNames.redisTuned,
  phpNames.memcachedDefault,
  phpNames.files,
] as const;

const phpRatios = phpOrder
  .filter((name) => name !== phpNames.interval)
  .map((name) => [phpNames.interval, name] as const);

export async function phpCycleRowOf(
  context: BenchContext,
  handlers: readonly PhpHandler[],
  ratios: readonly (readonly [string, string])[] = phpRatios,
): Promise<Row> {
  return await runContest({
    id: phpCycleRow,
    label: 'PHP, one client, closed loop',
    unit: 'cycles/s',
    better: 'higher',
    rounds: context.rounds,
    progress: context.progress,
    entrants: handlers.map((handler) => phpCycleEntrant(handler, context.isQuick ? 1000 : 3000)),
    ratios,
  });
}

/** The same job in every PHP process, begun at the same moment, each on a session of its own. */
async function runPhpProcesses(
  handler: PhpHandler,
  job: Pick<PhpJob, 'cycles' | 'ratePerSecond'>,
): Promise<PhpOutcome[]> {
  const startAt = Date.now() / 1000 + 1;
  const runs = Array.from({ length: phpProcesses }, () =>
    runPhpClient(handler, { ...job, startAt, session: newPhpSession() }),
  );
  return await Promise.all(runs);
}

/** Processors never fall asleep here, so round trips cost what they cost on a busy web server. */
async function phpManyRow(context: BenchContext, handlers: readonly PhpHandler[]): Promise<Row> {
  return await runContest({
    id: 'php-four-clients',
    label: `PHP, ${phpProcesses} clients, closed loop`,
    unit: 'cycles/s',
    better: 'higher',
    rounds: context.rounds,
    progress: context.progress,
    entrants: handlers.map(
      (handler): Entrant => ({
        name: handler.name,
        pids: handler.pids,
        generators: phpProcesses,
        measure: async () => {
          const outcomes = await runPhpProcesses(handler, { cycles: context.isQuick ? 500 : 2000 });
          const cycles = outcomes.reduce((sum, one) => sum + one.cycles, 0);
          const began = Math.min(...outcomes.map((one) => one.began));
          const ended = Math.max(...outcomes.map((one) => one.ended));
          return { value: cycles / ((ended - began) / 1e9), operations: cycles };
        },
      }),
    ),
    ratios: phpRatios,
  });
}

async function phpOpenRow(context: BenchContext, handlers: readonly PhpHandler[]): Promise<Row> {
  const seconds = context.isQuick ? 1 : 10;
  const rate = context.isQuick ? 200 : 800;
  return await runContest({
    id: 'php-open-loop',
    label: `PHP, ${phpProcesses} processes, ${rate} cycles/s arriving`,
    unit: 'ms, 99th percentile',
    better: 'lower',
    rounds: Math.min(context.rounds, 3),
    progress: context.progress,
    entrants: handlers.map(
      (handler): Entrant => ({
        name: handler.name,
        pids: handler.pids,
        generators: phpProcesses,
        measure: async () => {
          const share = { cycles: (seconds * rate) / phpProcesses, ratePerSecond: rate / phpProcesses };
          const outcomes = await runPhpProcesses(handler, share);
          const latencies = newLatencies();
          for (const one of outcomes) for (const nanoseconds of one.latencies) recordMs(latencies, nanoseconds / 1e6);
          return {
            value: percentileMs(latencies, 99),
            operations: seconds * rate,
            extras: {
              'p50 ms': percentileMs(latencies, 50),
              'p99.9 ms': percentileMs(latencies, 99.9),
              'max ms': latencies.maxValue / 1000,
              failed: outcomes.reduce((sum, one) => sum + one.failed, 0),
            },
          };
        },
      }),
    ),
    ratios: phpRatios,
  });
}

const nodeRatios = [nodeNames.redis, nodeNames.memory].flatMap((peer) => [
  [nodeNames.lock, peer] as const,
  [nodeNames.merge, peer] as const,
]);

function visit(context: BenchContext, store: NodeStore, seconds: number, ratePerSecond?: number) {
  return load({
    port: store.port,
    connections: 32,
    seconds,
    warmUpSeconds: context.isQuick ? 0.5 : 2,
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    traffic: { kind: 'http', visitors: 1000 },
  });
}

async function nodeClosedRow(context: BenchContext, stores: readonly NodeStore[]): Promise<Row> {
  return await runContest({
    id: 'node-closed-loop',
    label: 'Express, 32 connections, closed loop',
    unit: 'pages/s',
    better: 'higher',
    rounds: context.rounds,
    progress: context.progress,
    entrants: stores.map(
      (store): Entrant => ({
        name: store.name,
        pids: store.pids,
        measure: async () => {
          const { perSecond, p50Ms, p99Ms } = await visit(context, store, context.isQuick ? 0.5 : 4);
          return { value: perSecond, extras: { 'p50 ms': p50Ms, 'p99 ms': p99Ms } };
        },
      }),
    ),
    ratios: nodeRatios,
  });
}

async function nodeOpenRow(context: BenchContext, stores: readonly NodeStore[], rate: number): Promise<Row> {
  const seconds = context.isQuick ? 1 : 10;
  return await runContest({
    id: 'node-open-loop',
    label: `Express, ${rate} pages/s arriving`,
    unit: 'ms, 99th percentile',
    better: 'lower',
    rounds: Math.min(context.rounds, 3),
    progress: context.progress,
    entrants: stores.map(
      (store): Entrant => ({
        name: store.name,
        pids: store.pids,
        measure: async () => {
          const outcome = await visit(context, store, seconds, rate);
          const latencies = addedUp([outcome.histogram]);
          return {
            value: percentileMs(latencies, 99),
            extras: {
              'p50 ms': outcome.p50Ms,
              'p99.9 ms': outcome.p999Ms,
              'max ms': outcome.maxMs,
              'generator late p99.9 ms': outcome.generatorLateP999Ms,
            },
          };
        },
      }),
    ),
    ratios: nodeRatios,
  });
}

/** Half of what the slowest does at most, so that nobody is asked for more than it can. */
export function halfOfSlowest(row: Row): number {
  return Math.max(10, Math.floor(Math.min(...row.figures.map(({ spread }) => spread.median)) / 2 / 10) * 10);
}

export const cycleBench: Bench = {
  name: 'cycle',
  about:
    'open, lock, read, write, unlock through PHP handlers and Express stores: highest rate, and latency at a fixed one',
  minutes: 12,
  isInAll: true,
  async run(context) {
    const php: Row[] = [];
    const node: Row[] = [];
    const servers = new Set<string>();
    if (isWanted(context, 'php')) {
      const contest = await startPhpHandlers(phpOrder);
      try {
        for (const command of contest.servers) servers.add(command);
        php.push(await phpCycleRowOf(context, contest.handlers));
        php.push(await phpManyRow(context, contest.handlers));
        php.push(await phpOpenRow(context, contest.handlers));
      } finally {
        await contest.stop();
      }
    }
    if (isWanted(context, 'node')) {
      const contest = await startNodeStores();
      try {
        for (const command of contest.servers) servers.add(command);
        const closed = await nodeClosedRow(context, contest.stores);
        node.push(closed, await nodeOpenRow(context, contest.stores, halfOfSlowest(closed)));
      } finally {
        await contest.stop();
      }
    }
    return {
      bench: 'cycle',
      title: 'The session cycle of a page',
      servers: [...servers],
      settings: [
        `${context.rounds} rounds in closed loop, ${Math.min(context.rounds, 3)} in open loop`,
        'open loop: arrivals at a fixed rate, latency from the moment each was due, whether or not the one before was done',
      ],
      sections: [
        {
          title: 'PHP',
          text: [
            'One process that does nothing else; four of them; then four at a fixed rate, each page on one of 400 sessions. Nobody contends for a session here; for that see [contention](contention.md). One client alone lets the processors fall asleep between its round trips, and waking them costs most to whoever has most of those; four clients keep them awake, as a busy web server does.',
            phpSettings.map((line) => `- ${line}`).join('\n'),
          ],
          rows: php,
          charts: php.slice(0, 1).map((row) => rateChart(row, 'php', 'PHP page cycles a second, one client')),
        },
        {
          title: 'Express',
          text: [
            'An application that counts visits in its session, 1,000 visitors. `lock` is exact: one request of a session at a time; `merge` writes only what changed; connect-redis and MemoryStore overwrite whole sessions and lose updates of requests that overlap. CPU of the server is that of the application and of the store behind it. msession in `interval`, Redis with AOF `everysec`; MemoryStore keeps sessions in the application and promises nothing.',
          ],
          rows: node,
          charts: node.slice(0, 1).map((row) => rateChart(row, 'node', 'Express pages a second')),
        },
      ],
    };
  },
};

function rateChart(row: Row, name: string, title: string) {
  return {
    name,
    title,
    subtitle: 'closed loop; higher is better',
    kind: 'bars' as const,
    isHorizontal: true,
    categories: row.figures.map(({ contender }) => contender),
    series: [{ name: row.unit, values: row.figures.map(({ spread }) => spread.median) }],
    valueAxis: row.unit,
  };
}
