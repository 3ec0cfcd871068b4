import { describe, expect, test } from 'vitest';
import { type Carrier, OpenLoop } from './open-loop.js';

/** Connections that answer after `serviceMs`, but nobody between `stallFromMs` and `stallToMs`. */
function simulate(options: {
  readonly connections: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly serviceMs: number;
  readonly stall?: readonly [number, number];
  readonly recordFromMs?: number;
}) {
  let nowMs = 0;
  const due: { atMs: number; done: () => void }[] = [];
  const latencies: number[] = [];
  const lateness: number[] = [];
  const [stallFrom, stallTo] = options.stall ?? [-1, -1];
  const carrier: Carrier = {
    begin(done) {
      const readyMs = nowMs + options.serviceMs;
      const isStalled = readyMs > stallFrom && nowMs < stallTo;
      due.push({ atMs: isStalled ? stallTo + options.serviceMs : readyMs, done: () => done(true) });
    },
  };
  const loop = new OpenLoop({
    carriers: Array.from({ length: options.connections }, () => carrier),
    ratePerSecond: options.ratePerSecond,
    startMs: 0,
    endMs: options.seconds * 1000,
    recordFromMs: options.recordFromMs ?? 0,
    now: () => nowMs,
    record: (ms) => latencies.push(ms),
    recordLateness: (ms) => lateness.push(ms),
  });
  while (!loop.isDone) {
    loop.pump(nowMs);
    nowMs++;
    for (const one of due.filter(({ atMs }) => atMs <= nowMs)) {
      due.splice(due.indexOf(one), 1);
      one.done();
    }
  }
  return { loop, latencies, lateness };
}

describe('arrivals at a fixed rate', () => {
  test('all are answered, each after the time of service', () => {
    const { loop, latencies } = simulate({ connections: 4, ratePerSecond: 100, seconds: 1, serviceMs: 2 });
    expect(loop.completed).toBe(100);
    expect(new Set(latencies)).toEqual(new Set([2]));
  });

  test('a stall is charged to every arrival that was due in it, not to those under way alone', () => {
    const { latencies } = simulate({
      connections: 2,
      ratePerSecond: 100,
      seconds: 2,
      serviceMs: 1,
      stall: [500, 1500],
    });
    // 100 arrivals fell due within the second; in a closed loop two would have noticed
    const slow = latencies.filter((ms) => ms > 100);
    expect(slow.length).toBeGreaterThanOrEqual(88);
    expect(Math.max(...latencies)).toBeGreaterThanOrEqual(1000);
    // whoever came in the middle of it waited half of it
    expect(latencies.filter((ms) => ms > 450 && ms < 550).length).toBeGreaterThan(5);
  });

  test('waiting for a busy connection is the server’s delay, not the generator’s', () => {
    const { lateness, latencies } = simulate({ connections: 1, ratePerSecond: 100, seconds: 1, serviceMs: 50 });
    expect(Math.max(...latencies)).toBeGreaterThan(1000);
    expect(Math.max(...lateness)).toBe(0);
  });

  test('what was due while warming up is not recorded', () => {
    const { loop, latencies } = simulate({
      connections: 4,
      ratePerSecond: 100,
      seconds: 1,
      serviceMs: 2,
      recordFromMs: 500,
    });
    expect(latencies).toHaveLength(50);
    expect(loop.completed).toBe(50);
  });
});

test('a rate of nothing is an error', () => {
  expect(() => simulate({ connections: 1, ratePerSecond: 0, seconds: 1, serviceMs: 1 })).toThrow(RangeError);
});

test('a failed operation is counted', () => {
  const loop = new OpenLoop({
    carriers: [{ begin: (done) => done(false) }],
    ratePerSecond: 10,
    startMs: 0,
    endMs: 1000,
    recordFromMs: 0,
    now: () => 1000,
    record: () => undefined,
    recordLateness: () => undefined,
  });
  loop.pump(1000);
  expect([loop.isDone, loop.completed, loop.failed]).toEqual([true, 10, 10]);
});
