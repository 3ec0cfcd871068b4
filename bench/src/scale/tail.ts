// The tail of latencies under a steady load, at few sessions and at many: open loop at half the highest rate, long enough
// for commits and sweeps. The two servers take turns, slice by slice, each when the other has nothing left to do; percentiles
// are those of all slices together.
import { replyText } from '@msession/protocol';
import { fill, longIdPattern } from '../contenders/fill.js';
import { startMsessiond } from '../contenders/msessiond.js';
import { RespConnection } from '../contenders/resp-connection.js';
import type { Server } from '../contenders/server-process.js';
import type { BenchContext } from '../frame/bench.js';
import { figureOf, type Row, rowOf } from '../frame/result.js';
import { shortFigure, thousands } from '../frame/text.js';
import { addedUp, percentileMs } from '../generator/latencies.js';
import { load } from '../generator/load.js';
import type { LoadJob, LoadOutcome, Traffic } from '../generator/load-job.js';
import { ownSession } from './sessions.js';

export const tailColumn = 'p99.9 ms, all slices';

/** Reads and writes of existing sessions, and new ones that soon expire. */
export const tailMix = [
  { weight: 70, words: ['GETVAL', '{id}', 'name'] },
  { weight: 25, words: ['SETVAL', '{id}', 'hits', '{number}'] },
  { weight: 5, words: ['DATASET', '{new}', '{data}', 'TIMEOUT', '10'] },
] as const;

export async function runTail(context: BenchContext, few: number, many: number): Promise<Row> {
  const servers = new Map<number, Server>();
  try {
    for (const sessions of [few, many]) {
      const server = await startMsessiond('interval');
      servers.set(sessions, server);
      context.progress(`filling one server with ${thousands(sessions)} sessions for the tail`);
      await fill(server.port, sessions, ownSession);
    }
    const traffic = (sessions: number): Traffic => ({
      kind: 'resp',
      mix: tailMix,
      sessions,
      idPattern: longIdPattern.replace('__rand_int__', '{id}'),
      dataBytes: 200,
    });
    const run = async (sessions: number, job: Pick<LoadJob, 'seconds' | 'warmUpSeconds' | 'ratePerSecond'>) => {
      if (!context.isQuick) await Promise.all([...servers].map(([filled, server]) => untilIdle(server, filled)));
      const { port } = servers.get(sessions) as Server;
      return await load({ ...job, port, connections: 50, traffic: traffic(sessions) });
    };
    const probe = { seconds: context.isQuick ? 0.5 : 5, warmUpSeconds: context.isQuick ? 0.5 : 3 };
    const most = Math.min((await run(few, probe)).perSecond, (await run(many, probe)).perSecond);
    const ratePerSecond = Math.floor(most / 2);
    const slices = context.isQuick ? 1 : 4;
    const seconds = context.openLoopSeconds / slices;
    const taken = new Map<number, LoadOutcome[]>([
      [few, []],
      [many, []],
    ]);
    for (let slice = 1; slice <= slices; slice++) {
      for (const [sessions, outcomes] of taken) {
        const outcome = await run(sessions, { seconds, warmUpSeconds: context.isQuick ? 0.3 : 2, ratePerSecond });
        outcomes.push(outcome);
        context.progress(
          `tail at ${thousands(sessions)} sessions, ${thousands(ratePerSecond)}/s, slice ${slice} of ${slices}: p99.9 ${shortFigure(outcome.p999Ms)} ms, max ${shortFigure(outcome.maxMs)} ms`,
        );
      }
    }
    return rowOf({
      id: 'tail',
      label: `${thousands(ratePerSecond)}/s arriving, half of the highest rate, ${shortFigure(context.openLoopSeconds)} s each`,
      unit: 'ms, 99.9th percentile',
      better: 'lower',
      figures: [few, many].map((sessions) => tailFigure(tailName(sessions), taken.get(sessions) ?? [])),
      ratios: [[tailName(many), tailName(few)]],
    });
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}

/** How long a server may take to end what it does by itself. */
const longestIdlingMs = 60_000;

/**
 * Waits until all that a server was not filled with has expired and its journal is in its tables, or for `longestIdlingMs`.
 * It does both while nobody asks anything of it, at the cost of the other server, whose slice it is then.
 */
async function untilIdle({ port }: Server, sessions: number): Promise<void> {
  const connection = await RespConnection.open(port);
  try {
    for (const endMs = performance.now() + longestIdlingMs; performance.now() < endMs; ) {
      const info = replyText(await connection.ask('INFO', 'everything')) ?? '';
      const isExpired = Number(await connection.ask('COUNT')) <= sessions;
      if (isExpired && /^batchesInJournal:0\r?$/m.test(info)) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  } finally {
    connection.close();
  }
}

export function tailName(sessions: number): string {
  return `msession, ${thousands(sessions)} sessions`;
}

function tailFigure(name: string, outcomes: readonly LoadOutcome[]) {
  const all = addedUp(outcomes.map(({ histogram }) => histogram));
  return figureOf(
    name,
    outcomes.map(({ p999Ms }) => p999Ms),
    {
      [tailColumn]: percentileMs(all, 99.9),
      'p50 ms': percentileMs(all, 50),
      'p99 ms': percentileMs(all, 99),
      'max ms': all.maxValue / 1000,
      'generator late p99.9 ms': Math.max(...outcomes.map((one) => one.generatorLateP999Ms)),
    },
  );
}
