// durability: what a promise costs. The same load on msessiond in each mode, and on Redis with the matching one.

import { fill, sessionId } from '../contenders/fill.js';
import { startMsessiond } from '../contenders/msessiond.js';
import { startRedis } from '../contenders/redis-server.js';
import type { Durability, Server } from '../contenders/server-process.js';
import { type Bench, type BenchContext, isWanted } from '../frame/bench.js';
import { type Entrant, runContest } from '../frame/contest.js';
import type { Row } from '../frame/result.js';
import { load } from '../generator/load.js';
import { phpCycleEntrant } from '../php/php-cycle.js';
import { phpNames, startPhpHandlers } from '../php/php-handlers.js';
import type { LoadCase } from '../throughput/load-case.js';
import { benchmarkEntrant, secondsOverCommits, shapeOf } from '../throughput/run-cases.js';

const modes = ['none', 'interval', 'always'] as const;
const nameOf = (mode: Durability) => `msession, ${mode}`;
const peerOf = (mode: Durability) => `redis, ${{ none: 'no AOF', interval: 'everysec', always: 'always' }[mode]}`;

/** Row ids that are read again. */
export const durabilityRows = { write: 'write-1', read: 'read-1', page: 'page-50', php: 'php-page' } as const;

export interface DurabilityOptions {
  readonly hasPeers: boolean;
}

export async function runDurability(
  context: BenchContext,
  { hasPeers }: DurabilityOptions,
): Promise<{ readonly rows: readonly Row[]; readonly servers: readonly string[] }> {
  const servers = new Map<string, Server>();
  const rows: Row[] = [];
  const sessions = context.isQuick ? 10_000 : 100_000;
  try {
    for (const mode of modes) {
      servers.set(nameOf(mode), await startMsessiond(mode));
      if (hasPeers) servers.set(peerOf(mode), await startRedis(mode));
    }
    context.progress(`filling ${servers.size} servers with ${sessions} sessions`);
    const value = 'x'.repeat(200);
    for (const [name, { port }] of servers) {
      await fill(port, sessions, (index) =>
        name.startsWith('redis')
          ? [['HSET', sessionId(index), 'name', value]]
          : [
              ['CREATE', sessionId(index), 'TIMEOUT', 86_400],
              ['SETVAL', sessionId(index), 'name', value],
            ],
      );
    }
    for (const operation of ['write', 'read'] as const) {
      if (!isWanted(context, durabilityRows[operation])) continue;
      const one: LoadCase = { operation, pipeline: 1, clients: 50, valueBytes: 200, sessions };
      rows.push(
        await runContest({
          id: durabilityRows[operation],
          label: `${operation === 'read' ? 'GETVAL' : 'SETVAL'}, pipeline 1, 50 connections`,
          unit: 'operations/s',
          better: 'higher',
          rounds: context.rounds,
          progress: context.progress,
          entrants: [...servers].map(([name, server]) =>
            benchmarkEntrant(
              name,
              server,
              shapeOf(one, name.startsWith('redis') ? 'hash' : 'session'),
              context.isQuick ? 0.4 : secondsOverCommits,
            ),
          ),
          ratios: [...ratiosToNone, ...modes.map((mode) => [nameOf(mode), peerOf(mode)] as const)],
        }),
      );
    }
    if (isWanted(context, durabilityRows.page)) rows.push(await pageRow(context, servers));
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
  if (isWanted(context, durabilityRows.php)) rows.push(await phpRow(context));
  return { rows, servers: [...servers.values()].map(({ command }) => command) };
}

const ratiosToNone: readonly (readonly [string, string])[] = [
  [nameOf('interval'), nameOf('none')],
  [nameOf('always'), nameOf('none')],
];

/** Lock, read, write and unlock by 50 connections, each with a session of its own at a time. */
async function pageRow(context: BenchContext, servers: ReadonlyMap<string, Server>): Promise<Row> {
  const entrants = modes.map((mode): Entrant => {
    const server = servers.get(nameOf(mode)) as Server;
    return {
      name: nameOf(mode),
      pids: [server.pid],
      async measure() {
        const outcome = await load({
          port: server.port,
          connections: 50,
          seconds: context.isQuick ? 0.5 : secondsOverCommits,
          warmUpSeconds: context.isQuick ? 0.3 : 1,
          traffic: { kind: 'page', sessions: 10_000, dataBytes: 200 },
        });
        return { value: outcome.perSecond, extras: { 'p50 ms': outcome.p50Ms, 'p99 ms': outcome.p99Ms } };
      },
    };
  });
  return await runContest({
    id: durabilityRows.page,
    label: 'page cycle, 50 connections',
    unit: 'operations/s',
    better: 'higher',
    rounds: context.rounds,
    progress: context.progress,
    entrants,
    ratios: ratiosToNone,
  });
}

async function phpRow(context: BenchContext): Promise<Row> {
  const contest = await startPhpHandlers([phpNames.none, phpNames.interval]);
  try {
    return await runContest({
      id: durabilityRows.php,
      label: 'page cycle of PHP, one client',
      unit: 'operations/s',
      better: 'higher',
      rounds: context.rounds,
      progress: context.progress,
      entrants: contest.handlers.map((handler) => phpCycleEntrant(handler, context.isQuick ? 1000 : 3000)),
      ratios: [[phpNames.interval, phpNames.none]],
    });
  } finally {
    await contest.stop();
  }
}

export const durabilityBench: Bench = {
  name: 'durability',
  about: 'interval and always against none, and against Redis with the matching AOF',
  minutes: 9,
  isInAll: true,
  async run(context) {
    const { rows, servers } = await runDurability(context, { hasPeers: true });
    const writes = rows.find(({ id }) => id === durabilityRows.write);
    return {
      bench: 'durability',
      title: 'What durability costs',
      servers,
      settings: [
        `${context.rounds} rounds; existing sessions with 200 bytes; files in the system's temporary folder, on its disk`,
        '`always` answers when the change is flushed to disk, as Redis with `appendfsync always`; many replies share one flush',
      ],
      sections: [
        {
          title: 'By mode',
          text: [],
          rows,
          charts:
            writes === undefined
              ? []
              : [
                  {
                    name: 'writes',
                    title: 'Writes a second by promise',
                    subtitle: 'SETVAL and HSET, 200 bytes, pipeline 1, 50 connections; higher is better',
                    kind: 'bars',
                    categories: ['nothing', 'the last second may be lost', 'nothing acknowledged is lost'],
                    series: [
                      { name: 'msession', values: modes.map((mode) => medianOf(writes, nameOf(mode))) },
                      { name: 'redis', values: modes.map((mode) => medianOf(writes, peerOf(mode))) },
                    ],
                    valueAxis: 'operations a second',
                  },
                ],
        },
      ],
    };
  },
};

function medianOf(row: Row, contender: string): number | null {
  return row.figures.find((figure) => figure.contender === contender)?.spread.median ?? null;
}
