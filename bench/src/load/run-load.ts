// The rounds: one server, then the other, then again, so that whatever slows the machine for a while slows both.
import type { Contender } from './contenders.js';
import type { LoadCase, LoadPlan } from './load-plan.js';
import { type LoadRun, redisBenchmark } from './redis-benchmark.js';
import { seedSessions } from './seed-sessions.js';
import { type Spread, spreadOf } from './spread.js';

export interface CaseResult {
  readonly name: string;
  readonly pipeline: number;
  readonly requests: number;
  readonly msessionWords: readonly string[];
  readonly redisWords: readonly string[];
  readonly msession: Spread;
  readonly redis: Spread;
  /** Median of the rounds' ratios: each round compares neighbours in time. */
  readonly ratio: Spread;
  readonly p99Ms: { readonly msession: number; readonly redis: number };
}

export async function seedBoth(msession: Contender, redis: Contender, sessions: number): Promise<void> {
  await seedSessions(msession.port, sessions, (id) => [
    ['CREATE', id],
    ['SETVAL', id, 'name', 'value'],
  ]);
  await seedSessions(redis.port, sessions, (id) => [['HSET', id, 'name', 'value']]);
}

export async function runCase(
  plan: LoadPlan,
  one: LoadCase,
  contenders: { readonly msession: Contender; readonly redis: Contender },
  print: (line: string) => void,
): Promise<CaseResult> {
  const load = (contender: Contender, requests = one.requests) =>
    redisBenchmark({
      port: contender.port,
      clients: plan.clients,
      pipeline: one.pipeline,
      requests,
      keyspace: plan.sessions,
      words: one[contender.name],
    });
  // one uncounted tenth each: compiled code and warm caches on both sides
  await load(contenders.msession, Math.ceil(one.requests / 10));
  await load(contenders.redis, Math.ceil(one.requests / 10));
  const ours: LoadRun[] = [];
  const theirs: LoadRun[] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    const own = await load(contenders.msession);
    const other = await load(contenders.redis);
    ours.push(own);
    theirs.push(other);
    const ratio = own.requestsPerSecond / other.requestsPerSecond;
    print(
      `${one.name.padEnd(10)} round ${round}  msession ${thousands(own.requestsPerSecond)}/s  redis ${thousands(other.requestsPerSecond)}/s  ${ratio.toFixed(2)}`,
    );
  }
  const rates = (runs: readonly LoadRun[]) => runs.map((run) => run.requestsPerSecond);
  return {
    name: one.name,
    pipeline: one.pipeline,
    requests: one.requests,
    msessionWords: one.msession,
    redisWords: one.redis,
    msession: spreadOf(rates(ours)),
    redis: spreadOf(rates(theirs)),
    ratio: spreadOf(rates(ours).map((rate, index) => rate / (rates(theirs)[index] as number))),
    p99Ms: {
      msession: spreadOf(ours.map((run) => run.p99Ms)).median,
      redis: spreadOf(theirs.map((run) => run.p99Ms)).median,
    },
  };
}

export function thousands(figure: number): string {
  return String(Math.round(figure)).replace(/\B(?=(\d{3})+$)/g, ',');
}
