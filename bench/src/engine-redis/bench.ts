// engine-redis: what a front-end costs. The same scripts, with the same arguments, through a front-end and straight to the
// same redis-server; Redis's own hashes beside them; and a lock that ten clients hand on.
import { fill, sessionId } from '../contenders/fill.js';
import { startRedis } from '../contenders/redis-server.js';
import { RespConnection } from '../contenders/resp-connection.js';
import type { Server } from '../contenders/server-process.js';
import { type Bench, type BenchContext, isWanted } from '../frame/bench.js';
import { type Entrant, type Measured, runContest } from '../frame/contest.js';
import type { Chart, Row, Section, Verdict } from '../frame/result.js';
import { redisBenchmark } from '../throughput/redis-benchmark.js';
import { capturedScript } from './captured-script.js';
import { startFrontEnd } from './front-end.js';
import { runRelayContest } from './relay-contest.js';
import { preparedCase } from './same-sessions.js';

const frontEnd = 'front-end';
const straight = 'scripts, straight';
const hashes = 'redis HGET/HSET';

const clients = 50;
const pipelines = [1, 16] as const;
const operations = ['read', 'write'] as const;
const valueBytes = 200;
const sample = sessionId(0);
/** What a front-end's throughput must be of that of Redis itself. */
const leastRatio = 0.5;

type Operation = (typeof operations)[number];

interface Words {
  readonly [frontEnd]: readonly string[];
  readonly [straight]: readonly string[];
  readonly [hashes]: readonly string[];
}

export const engineRedisBench: Bench = {
  name: 'engine-redis',
  about: 'a front-end on one redis-server beside the same scripts sent straight to it; a lock handed on by ten clients',
  minutes: 5,
  isInAll: true,
  async run(context) {
    const redis = await startRedis('none');
    const ours = await startFrontEnd(`redis://127.0.0.1:${redis.port}`);
    try {
      const sessions = context.isQuick ? 10_000 : 100_000;
      const words = await prepare(context, ours, redis, sessions);
      const rows: Row[] = [];
      for (const pipeline of pipelines)
        for (const operation of operations)
          if (isWanted(context, `${operation}-${pipeline}`))
            rows.push(await runCase(context, { operation, pipeline, sessions, words: words[operation] }, ours, redis));
      const same: Row[] = [];
      if (isWanted(context, 'write-16-same'))
        same.push(await preparedCase(context, { sessions, valueBytes, captured: words.write[straight] }, ours, redis));
      const relay = isWanted(context, 'relay') ? await runRelayContest(context, redis) : undefined;
      return {
        bench: 'engine-redis',
        title: 'A front-end on Redis',
        servers: [ours.command, redis.command, 'msessiond --durability none'],
        settings: [
          `${context.rounds} rounds; in each, every contender in turn, all on one redis-server without persistence`,
          `${sessions.toLocaleString('en')} sessions with one variable of ${valueBytes} bytes; ${clients} connections; redis-benchmark asks all contenders`,
          `${straight}: the EVALSHA that the front-end makes of the same command, as MONITOR saw it. Reads go to ${sessions.toLocaleString('en')} families as large as those of the front-end; writes go to one, since redis-benchmark cannot give a key and an argument the same digits`,
          `${hashes}: one field of one hash, no expiry, no index, no script: what the front-end gives beyond that is not in it`,
          'the processor time of the front-end is that of front-end and Redis together',
        ],
        sections: [
          {
            title: 'Requests a second',
            text: [
              'The processor decides here: front-end, Redis and redis-benchmark share the cores of one machine, where a farm has a machine each.',
            ],
            rows,
            charts: rows.length === 0 ? [] : [chartOf(rows)],
          },
          ...(same.length === 0 ? [] : [sameSection(same)]),
          ...(relay === undefined ? [] : [relay.section]),
        ],
        verdicts: [...[...rows, ...same].map(throughputVerdict), ...(relay?.verdicts ?? [])],
      };
    } finally {
      await ours.stop();
      await redis.stop();
    }
  },
};

/** Fills both worlds, and finds out what the front-end sends. */
async function prepare(
  context: BenchContext,
  ours: Server,
  redis: Server,
  sessions: number,
): Promise<Record<Operation, Words>> {
  context.progress(`filling with ${sessions} sessions`);
  const value = 'x'.repeat(valueBytes);
  await fill(ours.port, sessions, (index) => [
    ['CREATE', sessionId(index), 'TIMEOUT', 86_400],
    ['SETVAL', sessionId(index), 'name', value],
  ]);
  await fill(redis.port, sessions, (index) => [['HSET', `hash:${sessionId(index)}`, 'name', value]]);
  const changing = '__rand_int__'.padEnd(valueBytes, 'x');
  const read = await capturedScript(ours.port, redis.port, ['GETVAL', sample, 'name']);
  const write = await capturedScript(ours.port, redis.port, ['SETVAL', sample, 'name', changing]);
  await copyFamily(redis, read[3] ?? '', sessions);
  return {
    read: {
      [frontEnd]: ['GETVAL', 's:__rand_int__', 'name'],
      [straight]: read.map((word, i) => (i === 3 ? copyName('s:__rand_int__') : word)),
      [hashes]: ['HGET', 'hash:s:__rand_int__', 'name'],
    },
    write: {
      [frontEnd]: ['SETVAL', 's:__rand_int__', 'name', changing],
      [straight]: write,
      [hashes]: ['HSET', 'hash:s:__rand_int__', 'name', changing],
    },
  };
}

function copyName(id: string): string {
  return `copy:${id}`;
}

/** As many families as there are sessions, each as large as that of a session, under names redis-benchmark can make. */
async function copyFamily(redis: Server, family: string, sessions: number): Promise<void> {
  const connection = await RespConnection.open(redis.port);
  try {
    for (let first = 0; first < sessions; first += 1000)
      await connection.batch(
        Array.from({ length: Math.min(1000, sessions - first) }, (_, i) => [
          'COPY',
          family,
          copyName(sessionId(first + i)),
          'REPLACE',
        ]),
      );
  } finally {
    connection.close();
  }
}

interface Case {
  readonly operation: Operation;
  readonly pipeline: number;
  readonly sessions: number;
  readonly words: Words;
}

async function runCase(context: BenchContext, one: Case, ours: Server, redis: Server): Promise<Row> {
  const command = one.operation === 'read' ? 'GETVAL' : 'SETVAL';
  return await runContest({
    id: `${one.operation}-${one.pipeline}`,
    label: `${command}, pipeline ${one.pipeline}`,
    unit: 'requests/s',
    better: 'higher',
    rounds: context.rounds,
    progress: context.progress,
    entrants: [
      entrant(context, one, frontEnd, ours.port, [ours.pid, redis.pid]),
      entrant(context, one, straight, redis.port, [redis.pid]),
      entrant(context, one, hashes, redis.port, [redis.pid]),
    ],
    ratios: [
      [frontEnd, straight],
      [frontEnd, hashes],
    ],
  });
}

function entrant(
  context: BenchContext,
  { pipeline, sessions, words }: Case,
  name: keyof Words,
  port: number,
  pids: readonly number[],
): Entrant {
  const seconds = context.isQuick ? 0.5 : 3;
  let requests = clients * pipeline * 20;
  const run = async (count: number) =>
    await redisBenchmark({ port, clients, pipeline, requests: count, keyspace: sessions, words: words[name] });
  return {
    name,
    pids,
    async warmUp() {
      for (let i = 0; i < 2; i++) {
        const { requestsPerSecond } = await run(requests);
        requests = Math.max(requests, Math.ceil(requestsPerSecond * seconds * (i === 0 ? 0.5 : 1)));
      }
    },
    async measure(): Promise<Measured> {
      const { requestsPerSecond, p50Ms, p99Ms } = await run(requests);
      return { value: requestsPerSecond, operations: requests, extras: { 'p50 ms': p50Ms, 'p99 ms': p99Ms } };
    },
  };
}

function sameSection(rows: readonly Row[]): Section {
  return {
    title: 'The same sessions',
    text: [
      'A write that goes straight to one family finds all it needs in the processor, one of a farm does not. Here front-end and Redis are asked for the same writes to the same sessions, drawn at random, by a generator of our own that has all requests ready: 50 connections, 16 requests each in one write.',
    ],
    rows,
  };
}

function throughputVerdict(row: Row): Verdict {
  const ratio = row.ratios.find(({ of, to }) => of === frontEnd && to === straight)?.spread.median ?? 0;
  return {
    what: row.label,
    against: straight,
    target: `${leastRatio} times or more`,
    reached: ratio.toFixed(2),
    isReached: ratio >= leastRatio,
  };
}

function chartOf(rows: readonly Row[]): Chart {
  return {
    name: 'rate',
    title: 'Through a front-end and straight to Redis',
    subtitle: 'requests a second by redis-benchmark, 50 connections; higher is better',
    kind: 'bars',
    categories: rows.map(({ label }) => label.replace(', ', '\n')),
    series: [frontEnd, straight, hashes].map((name) => ({
      name,
      values: rows.map(({ figures }) => figures.find(({ contender }) => contender === name)?.spread.median ?? null),
    })),
    valueAxis: 'requests a second',
  };
}
