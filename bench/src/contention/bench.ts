// contention: eight PHP processes want one session and hold it for a millisecond. The 99th percentile of the waits is the
// figure; whoever gives up or overwrites has short waits, so failed and lost stand beside it.
import type { Bench, BenchContext } from '../frame/bench.js';
import { type Measured, runContest } from '../frame/contest.js';
import type { Chart, Row } from '../frame/result.js';
import { newPhpSession, runPhpClient } from '../php/php-client.js';
import { type PhpHandler, type PhpName, phpNames, phpSettings, startPhpHandlers } from '../php/php-handlers.js';
import { contestFigures } from './waits.js';

export interface ContestSize {
  readonly processes: number;
  readonly cycles: number;
  readonly holdMicroseconds: number;
}

export const fullContest: ContestSize = { processes: 8, cycles: 500, holdMicroseconds: 1000 };
const quickContest: ContestSize = { processes: 8, cycles: 40, holdMicroseconds: 1000 };

/** Column names that are read again. */
export const contestColumns = {
  idealP99: 'ideal p99 ms',
  overIdeal: 'p99 over ideal',
  failed: 'failed',
  lost: 'lost',
} as const;

export async function contestOnce(handler: PhpHandler, size: ContestSize): Promise<Measured> {
  const session = newPhpSession();
  const startAt = Date.now() / 1000 + 0.5 + size.processes * 0.1;
  const outcomes = await Promise.all(
    Array.from({ length: size.processes }, () =>
      runPhpClient(handler, { ...size, session, startAt, warmUpCycles: 20 }),
    ),
  );
  const figures = contestFigures(outcomes);
  return {
    value: figures.p99Ms,
    operations: size.processes * size.cycles,
    extras: {
      'p50 ms': figures.p50Ms,
      'longest ms': figures.longestMs,
      'longest / mean': figures.fairness,
      [contestColumns.idealP99]: figures.idealP99Ms,
      [contestColumns.overIdeal]: figures.p99Ms / figures.idealP99Ms,
      'wall / ideal': figures.wallOverIdeal,
      [contestColumns.failed]: figures.failed,
      [contestColumns.lost]: figures.lost,
    },
  };
}

export async function runContention(
  context: BenchContext,
  names: readonly PhpName[],
): Promise<{ readonly row: Row; readonly servers: readonly string[] }> {
  const size = context.isQuick ? quickContest : fullContest;
  const contest = await startPhpHandlers(names);
  try {
    const row = await runContest({
      id: 'one-session',
      label: `${size.processes} processes, one session`,
      unit: 'ms, 99th percentile wait',
      better: 'lower',
      rounds: Math.min(context.rounds, 3),
      progress: context.progress,
      entrants: contest.handlers.map((handler) => ({
        name: handler.name,
        pids: handler.pids,
        generators: size.processes,
        measure: () => contestOnce(handler, size),
      })),
      ratios: names.filter((name) => name !== phpNames.interval).map((name) => [phpNames.interval, name] as const),
    });
    return { row, servers: contest.servers };
  } finally {
    await contest.stop();
  }
}

export const contentionBench: Bench = {
  name: 'contention',
  about: 'eight PHP processes on one session: waits, fairness, wall time over ideal',
  minutes: 4,
  isInAll: true,
  async run(context) {
    const size = context.isQuick ? quickContest : fullContest;
    const { row, servers } = await runContention(context, [
      phpNames.interval,
      phpNames.redisDefault,
      phpNames.redisTuned,
      phpNames.memcachedDefault,
      phpNames.memcachedTuned,
      phpNames.files,
    ]);
    return {
      bench: 'contention',
      title: 'One session, wanted by many',
      servers,
      settings: [
        `${size.processes} PHP processes of ${size.cycles} cycles each on one session, held for ${size.holdMicroseconds / 1000} ms (\`usleep\`); ${row.figures[0]?.rounds.length} rounds`,
        ...phpSettings,
      ],
      sections: [
        {
          title: 'Waits',
          text: [
            '*Ideal* is a queue that loses no time: everybody waits for the holds of the seven others, as they were measured in that run. *Longest / mean* says how evenly waits are shared. *Wall / ideal* is the whole run over the sum of its holds; below 1, pages ran at the same time, without the lock. *Failed* are `session_start()` calls that gave up; *lost* are increments that another page overwrote. A handler that polls lets the process which is running take the lock again and again, so its median is short and its tail long.',
          ],
          rows: [row],
          charts: [waitChart(row)],
        },
      ],
    };
  },
};

function waitChart(row: Row): Chart {
  const shown = row.figures;
  return {
    name: 'waits',
    title: 'Waiting for one session, eight PHP processes',
    subtitle: 'milliseconds, logarithmic; lower is better. Short medians with long tails are pages that jump the queue',
    kind: 'bars',
    isHorizontal: true,
    isLogarithmic: true,
    categories: shown.map(({ contender, extras }) => {
      const [failed, lost] = [extras[contestColumns.failed] ?? 0, extras[contestColumns.lost] ?? 0];
      const flaws = [failed > 0 ? `${Math.round(failed)} gave up` : '', lost > 0 ? `${Math.round(lost)} lost` : ''];
      const text = flaws.filter((flaw) => flaw !== '').join(', ');
      return text === '' ? contender : `${contender}\n(${text})`;
    }),
    series: [
      { name: 'median', values: shown.map(({ extras }) => extras['p50 ms'] ?? null) },
      { name: '99th percentile', values: shown.map(({ spread }) => spread.median) },
      { name: 'longest', values: shown.map(({ extras }) => extras['longest ms'] ?? null) },
      {
        name: 'ideal queue, 99th percentile',
        values: shown.map(({ extras }) => extras[contestColumns.idealP99] ?? null),
      },
    ],
    valueAxis: 'milliseconds',
  };
}
