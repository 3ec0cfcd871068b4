// Runs cases of redis-benchmark: servers are filled once for each size of value, rounds alternate between contenders.
import { fill, sessionId } from '../contenders/fill.js';
import { startMsessiond } from '../contenders/msessiond.js';
import { startRawCeiling } from '../contenders/raw-ceiling.js';
import { startRedis } from '../contenders/redis-server.js';
import type { Durability, Server } from '../contenders/server-process.js';
import { type BenchContext, isWanted } from '../frame/bench.js';
import { type Entrant, type Measured, runContest } from '../frame/contest.js';
import type { Row } from '../frame/result.js';
import { caseId, caseLabel, caseWords, ceilingOf, type Dialect, type LoadCase } from './load-case.js';
import { benchmarkWords, redisBenchmark } from './redis-benchmark.js';

export interface RunCasesOptions {
  readonly cases: readonly LoadCase[];
  readonly durability: Durability;
  /** Of one measurement. */
  readonly seconds: number;
  /** Redis's plain strings and the raw ceiling as well. */
  readonly hasOthers: boolean;
}

export interface CasesResult {
  readonly rows: readonly Row[];
  readonly servers: readonly string[];
  /** A line of redis-benchmark as it was run, without its port. */
  readonly example: string;
}

/**
 * A measurement of writes takes so long where changes reach the disk once a second: with one commit more or less in it than
 * in the next, a short one would be a tenth off.
 */
export const secondsOverCommits = 5;

export const ours = 'msession';
export const hashes = 'redis';
export const strings = 'redis GET/SET';
export const ceiling = 'raw ceiling';

export async function runCases(context: BenchContext, options: RunCasesOptions): Promise<CasesResult> {
  const wanted = options.cases.filter((one) => isWanted(context, caseId(one)));
  const rows: Row[] = [];
  const servers = new Set<string>();
  for (const valueBytes of new Set(wanted.map((one) => one.valueBytes))) {
    const cases = wanted.filter((one) => one.valueBytes === valueBytes);
    const sessions = Math.max(...cases.map((one) => one.sessions));
    const msession = await startMsessiond(options.durability);
    const redis = await startRedis(options.durability);
    try {
      servers.add(msession.command).add(redis.command);
      context.progress(`filling with ${sessions} sessions of ${valueBytes} bytes`);
      await fillBoth(msession, redis, { sessions, valueBytes, hasStrings: options.hasOthers });
      for (const one of cases) rows.push(await runCase(context, one, { msession, redis }, options));
    } finally {
      await Promise.all([msession.stop(), redis.stop()]);
    }
  }
  const first = wanted[0];
  const example =
    first === undefined
      ? ''
      : `redis-benchmark ${benchmarkWords({ clients: first.clients, pipeline: first.pipeline, requests: 100_000, keyspace: first.sessions, words: caseWords(first, 'session') }).join(' ')}`;
  return { rows, servers: [...servers], example };
}

async function fillBoth(
  msession: Server,
  redis: Server,
  { sessions, valueBytes, hasStrings }: { sessions: number; valueBytes: number; hasStrings: boolean },
): Promise<void> {
  const value = 'x'.repeat(valueBytes);
  await fill(msession.port, sessions, (index) => [
    ['CREATE', sessionId(index), 'TIMEOUT', 86_400],
    ['SETVAL', sessionId(index), 'name', value],
  ]);
  await fill(redis.port, sessions, (index) => [['HSET', sessionId(index), 'name', value]]);
  if (!hasStrings) return;
  await fill(redis.port, sessions, (index) => [['SET', sessionId(index).replace('s:', 'v:'), value]]);
}

async function runCase(
  context: BenchContext,
  one: LoadCase,
  { msession, redis }: { readonly msession: Server; readonly redis: Server },
  { seconds, hasOthers }: RunCasesOptions,
): Promise<Row> {
  const { requestBytes, reply } = ceilingOf(one);
  const raw = hasOthers ? await startRawCeiling(requestBytes, reply) : undefined;
  try {
    const entrants = [
      benchmarkEntrant(ours, msession, shapeOf(one, 'session'), seconds),
      benchmarkEntrant(hashes, redis, shapeOf(one, 'hash'), seconds),
      ...(hasOthers ? [benchmarkEntrant(strings, redis, shapeOf(one, 'string'), seconds)] : []),
      ...(raw === undefined ? [] : [benchmarkEntrant(ceiling, raw, shapeOf(one, 'session'), seconds)]),
    ];
    const { rounds, progress } = context;
    return await runContest({
      id: caseId(one),
      label: caseLabel(one),
      unit: 'requests/s',
      better: 'higher',
      rounds,
      entrants,
      progress,
      ratios: [
        [ours, hashes],
        [ours, strings],
        [ours, ceiling],
      ],
    });
  } finally {
    await raw?.stop();
  }
}

export interface BenchmarkShape {
  readonly clients: number;
  readonly pipeline: number;
  readonly keyspace: number;
  readonly words: readonly string[];
  readonly valueBytes: number;
}

/** Takes about `seconds` for each measurement, by the rate that its warm-up saw. */
export function benchmarkEntrant(name: string, server: Server, shape: BenchmarkShape, seconds: number): Entrant {
  const { valueBytes, ...fixed } = shape;
  const least = shape.clients * shape.pipeline * 4;
  let requests = least;
  const run = async (count: number) => await redisBenchmark({ ...fixed, port: server.port, requests: count });
  return {
    name,
    pids: [server.pid],
    async warmUp() {
      const guess = await run(Math.max(least, Math.ceil(2_000_000 / (valueBytes + 200))));
      const probe = await run(Math.max(least, Math.ceil(guess.requestsPerSecond * seconds * 0.5)));
      requests = Math.max(least, Math.ceil(probe.requestsPerSecond * seconds));
    },
    async measure(): Promise<Measured> {
      const { requestsPerSecond, p50Ms, p99Ms } = await run(requests);
      return { value: requestsPerSecond, operations: requests, extras: { 'p50 ms': p50Ms, 'p99 ms': p99Ms } };
    },
  };
}

/** A case as redis-benchmark runs it on one kind of server. */
export function shapeOf(one: LoadCase, dialect: Dialect): BenchmarkShape {
  const { clients, pipeline, sessions, valueBytes } = one;
  return { clients, pipeline, valueBytes, keyspace: sessions, words: caseWords(one, dialect) };
}
