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
import { answerMs, runLockRelay } from './lock-relay.js';

const embedded = 'msession, embedded';
const single = 'two front-ends, one server';
const cluster = 'two front-ends, Cluster';
const clients = 10;
const requests = 1000;
const warmUps = 5;
/** SLOCK and its answer, SUNLOCK and its answer, and the message that tells a waiter of its grant. */
const roundTripsPerLock = 3;
const allowedFactor = 1.5;
const tripColumn = 'PING ms';
const answerColumn = 'one answer ms';
/** A command that a front-end asks Redis about once, and that takes next to nothing in either engine. */
const oneTrip = ['CTL', 'nobody', 'EXIST'];

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
      for (const port of redisPorts) trips.push(await answerMs(port, ['PING']));
      const answers: number[] = [];
      for (const port of ports) answers.push(await answerMs(port, oneTrip));
      return {
        value: seconds * 1000,
        operations: requests,
        extras: {
          'longest wait ms': longestWaitMs,
          [answerColumn]: mean(answers),
          ...(trips.length === 0 ? {} : { [tripColumn]: mean(trips) }),
        },
      };
    },
  };
}

function medianMs(row: Row, name: string): number {
  return row.figures.find(({ contender }) => contender === name)?.spread.median ?? Number.NaN;
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, one) => sum + one, 0) / figures.length;
}

function extraOf(row: Row, name: string, column: string): number {
  return row.figures.find(({ contender }) => contender === name)?.extras[column] ?? Number.NaN;
}

/** What the round trips of a front-end take: as it makes them, and as bare as Redis answers them. */
function tripsMs(row: Row, name: string): { readonly made: number; readonly bare: number } {
  const count = roundTripsPerLock * requests;
  return {
    made: count * (extraOf(row, name, answerColumn) - extraOf(row, embedded, answerColumn)),
    bare: count * extraOf(row, name, tripColumn),
  };
}

function verdictOf(row: Row, name: string): Verdict {
  const allowedMs = allowedFactor * medianMs(row, embedded) + tripsMs(row, name).made;
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
  const counted = [single, cluster].map((name) => {
    const { made, bare } = tripsMs(row, name);
    return `${Math.round(made)} ms for ${name} (${Math.round(bare)} ms as bare PINGs)`;
  });
  return {
    title: 'A lock handed on',
    text: [
      'Each client asks for the lock of one session (SLOCK WAIT BIND), writes and releases it (SUNLOCK DATA), and asks again. The lock is handed on at every release: the script of SUNLOCK gives it to whoever waits first, and one message with the key goes to that front-end, which asks nothing more.',
      `The round trips are counted so: one for SLOCK and one for SUNLOCK between front-end and Redis, and the message as a third, though it goes one way; ${requests.toLocaleString('en')} times three of them, one behind the other. How long one takes is measured behind each relay: \`${oneTrip.join(' ')}\`, which a front-end asks Redis about once, is sent 500 times through each front-end and to the embedded engine, and the difference of the medians is the round trip as a front-end makes it, its own work for it and that of Redis included. That makes ${counted.join(' and ')}; beside it what bare PINGs to the servers of Redis would come to, in which nobody computes anything.`,
    ],
    rows: [row],
  };
}
