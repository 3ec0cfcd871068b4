// The same writes to the same sessions, through a front-end and straight to Redis. redis-benchmark cannot give a key and an
// argument the same digits, so the requests are made here, all of them before anything is measured; a run only joins
// sixteen at random and counts the bytes that come back.
import { connect } from 'node:net';
import { encodeRequest } from '@msession/protocol';
import { bucketOf } from '../../../packages/engine-redis/src/layout/place.js';
import { sessionId } from '../contenders/fill.js';
import type { Server } from '../contenders/server-process.js';
import type { BenchContext } from '../frame/bench.js';
import { type Entrant, runContest } from '../frame/contest.js';
import type { Row } from '../frame/result.js';

const frontEnd = 'front-end';
const straight = 'scripts, straight';
const connections = 50;
const pipeline = 16;
const digits = 12;

export interface SameSessions {
  readonly sessions: number;
  readonly valueBytes: number;
  /** Words of the script call that SETVAL of the first session makes, with `__rand_int__` where the value changes. */
  readonly captured: readonly string[];
}

/** Requests of which each has twelve digits that change from write to write. */
interface Prepared {
  readonly requests: readonly Buffer[];
  readonly digitsAt: readonly number[];
  readonly reply: string;
}

export async function preparedCase(
  context: BenchContext,
  { sessions, valueBytes, captured }: SameSessions,
  ours: Server,
  redis: Server,
): Promise<Row> {
  const value = '#'.repeat(digits).padEnd(valueBytes, 'x');
  const first = sessionId(0);
  const through = prepared(sessions, '+OK\r\n', (id) => ['SETVAL', id, 'name', value]);
  const bypassing = prepared(sessions, ':1\r\n', (id) =>
    captured.map((word) =>
      word
        .replace(`{${bucketOf(Buffer.from(first))}}`, `{${bucketOf(Buffer.from(id))}}`)
        .replace(first, id)
        .replace('__rand_int__', '#'.repeat(digits)),
    ),
  );
  const seconds = context.isQuick ? 0.5 : 3;
  return await runContest({
    id: 'write-16-same',
    label: 'SETVAL, pipeline 16, the same sessions',
    unit: 'requests/s',
    better: 'higher',
    rounds: context.rounds,
    progress: context.progress,
    entrants: [
      entrant(frontEnd, ours.port, [ours.pid, redis.pid], through, seconds),
      entrant(straight, redis.port, [redis.pid], bypassing, seconds),
    ],
    ratios: [[frontEnd, straight]],
  });
}

function prepared(sessions: number, reply: string, words: (id: string) => readonly string[]): Prepared {
  const requests = Array.from({ length: sessions }, (_, index) => encodeRequest([...words(sessionId(index))]));
  return { requests, digitsAt: requests.map((request) => request.indexOf('#'.repeat(digits))), reply };
}

function entrant(name: string, port: number, pids: readonly number[], load: Prepared, seconds: number): Entrant {
  return {
    name,
    pids,
    warmUp: () => runPrepared(port, load, seconds / 2),
    async measure() {
      const { completed, perSecond } = await runPrepared(port, load, seconds);
      return { value: perSecond, operations: completed };
    },
  };
}

/** @throws Error where a reply is another than expected */
async function runPrepared(
  port: number,
  { requests, digitsAt, reply }: Prepared,
  seconds: number,
): Promise<{ readonly completed: number; readonly perSecond: number }> {
  const expected = Buffer.from(reply.repeat(pipeline));
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let completed = 0;
  let changes = Math.floor(startMs * 1000);
  const draw = (): Buffer => {
    const index = Math.floor(Math.random() * requests.length);
    const request = requests[index] as Buffer;
    let rest = ++changes;
    for (let at = (digitsAt[index] as number) + digits - 1; rest > 0; at--) {
      request[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return request;
  };
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      let received: Buffer[] = [];
      let missing = 0;
      const begin = () => {
        if (performance.now() >= endMs) {
          socket.destroy();
          resolve();
          return;
        }
        received = [];
        missing = expected.length;
        socket.write(Buffer.concat(Array.from({ length: pipeline }, draw)));
      };
      socket.setNoDelay(true);
      socket.on('error', reject).on('connect', begin);
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        missing -= chunk.length;
        const isOver = missing <= 0;
        if (!isOver && chunk[0] !== 45) return;
        if (!Buffer.concat(received).equals(expected)) {
          socket.destroy();
          reject(new Error(`a server answered ${Buffer.concat(received).toString('latin1').slice(0, 100)}`));
          return;
        }
        completed += pipeline;
        begin();
      });
    });
  await Promise.all(Array.from({ length: connections }, run));
  return { completed, perSecond: completed / ((performance.now() - startMs) / 1000) };
}
