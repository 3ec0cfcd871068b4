// A lock handed on by ten clients: one embedded engine, two front-ends on one redis-server, and two on a Cluster of three
// masters and three replicas, in turn and on the same load of the machine. What a front-end may take is what the embedded engine
// takes, half as much again, and its round trips to Redis: those are measured in the same rounds, beside each relay.
import { RedisCluster } from '../../../packages/engine-redis/test/support/redis-cluster.js';
import { startMsessiond } from '../contenders/msessiond.js';
import type { Server } from '../contenders/server-process.js';
import type { BenchContext } from '../frame/bench.js';
import { type Entrant, type Measured, runContest } from '../frame/contest.js';
import type { Row, Section, Verdict } from '../frame/result.js';
import { startFrontEnd } from './front-end.js';
import { roundTripMs, runLockRelay } from './lock-relay.js';

const embedded = 'msession, embedded';
const single = 'two front-ends, one server';
const cluster = 'two front-ends, Cluster';
const clients = 10;
const requests = 1000;
const warmUps = 5;
/** SLOCK and its answer, SUNLOCK and its answer, and the message that tells a waiter of its grant. */
const roundTripsPerLock = 3;
const allowedFactor = 1.5;
const tripColumn = 'round trip ms';

export interface RelayResult {
  readonly section: Section;
  readonly verdicts: readonly Verdict[];
}

/** `redis` is a server that runs already. */
export async function runRelayContest(context: BenchContext, redis: Server): Promise<RelayResult> {
  const started: { stop(): Promise<void> }[] = [];
  const begun = async <Started extends { stop(): Promise<void> }>(starting: Promise<Started>): Promise<Started> => {
    const one = await starting;
    started.unshift(one);
    return one;
  };
  try {
    const alone = await begun(startMsessiond('none'));
    const engine = `redis://127.0.0.1:${redis.port}`;
    const onOne = [await begun(startFrontEnd(engine)), await begun(startFrontEnd(engine))];
    const nodes = await begun(RedisCluster.start());
    const clusterEngine = `redis+cluster://${nodes.addresses}`;
    const onMany = [await begun(startFrontEnd(clusterEngine)), await begun(startFrontEnd(clusterEngine))];
    const nodePorts = nodes.servers.map(({ port }) => port);
    const row = await runContest({
      id: 'relay',
      label: `${requests.toLocaleString('en')} locks, ${clients} clients, one session`,
      unit: 'ms',
      better: 'lower',
      rounds: context.rounds,
      progress: context.progress,
      entrants: [
        entrant(embedded, [alone], [], []),
        entrant(single, onOne, [redis.pid], [redis.port]),
        entrant(cluster, onMany, nodes.pids, nodePorts),
      ],
      ratios: [
        [single, embedded],
        [cluster, embedded],
      ],
    });
    return { section: sectionOf(row), verdicts: [single, cluster].map((name) => verdictOf(row, name)) };
  } finally {
    for (const one of started) await one.stop();
  }
}

function entrant(
  name: string,
  servers: readonly Server[],
  pids: readonly number[],
  redisPorts: readonly number[],
): Entrant {
  const ports = servers.map(({ port }) => port);
  const relay = () => runLockRelay(ports, clients, requests);
  return {
    name,
    pids: [...servers.map(({ pid }) => pid), ...pids],
    async warmUp() {
      for (let i = 0; i < warmUps; i++) await relay();
    },
    async measure(): Promise<Measured> {
      const { seconds, longestWaitMs } = await relay();
      const trips: number[] = [];
      for (const port of redisPorts) trips.push(await roundTripMs(port));
      const meanTripMs = trips.reduce((sum, one) => sum + one, 0) / Math.max(1, trips.length);
      return {
        value: seconds * 1000,
        operations: requests,
        extras: { 'longest wait ms': longestWaitMs, ...(trips.length === 0 ? {} : { [tripColumn]: meanTripMs }) },
      };
    },
  };
}

function medianMs(row: Row, name: string): number {
  return row.figures.find(({ contender }) => contender === name)?.spread.median ?? Number.NaN;
}

function tripsMs(row: Row, name: string): number {
  const tripMs = row.figures.find(({ contender }) => contender === name)?.extras[tripColumn] ?? Number.NaN;
  return tripMs * roundTripsPerLock * requests;
}

function verdictOf(row: Row, name: string): Verdict {
  const allowedMs = allowedFactor * medianMs(row, embedded) + tripsMs(row, name);
  const ms = medianMs(row, name);
  return {
    what: `${row.label}, ${name}`,
    against: `${allowedFactor} times ${embedded}, and the round trips`,
    target: `${Math.round(allowedMs)} ms or less`,
    reached: `${Math.round(ms)} ms`,
    isReached: ms <= allowedMs,
  };
}

function sectionOf(row: Row): Section {
  const counted = [single, cluster].map((name) => `${Math.round(tripsMs(row, name))} ms for ${name}`);
  return {
    title: 'A lock handed on',
    text: [
      'Each client asks for the lock of one session (SLOCK WAIT BIND), writes and releases it (SUNLOCK DATA), and asks again. The lock is handed on at every release: the script of SUNLOCK gives it to whoever waits first, and one message with the key goes to that front-end, which asks nothing more.',
      `The round trips are counted so: one for SLOCK and one for SUNLOCK between front-end and Redis, and the message as a third, though it goes one way; ${requests.toLocaleString('en')} times three of them, one behind the other, each as long as a PING on a connection that has nothing else to do. The PING is sent to every server of the contender behind each relay, 500 times, by the process that measures; the median counts. That makes ${counted.join(' and ')}. No processor time of front-ends or Redis is in that: with ten clients, two front-ends and up to six servers on one machine, whatever they compute is in the figure itself.`,
    ],
    rows: [row],
  };
}
