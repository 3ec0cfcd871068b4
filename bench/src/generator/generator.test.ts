import { encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { runClosedLoop } from './closed-loop.js';
import { addedUp, newLatencies, percentileMs, recordMs } from './latencies.js';
import { requestDrawer } from './resp-carriers.js';

test('in closed loop a connection asks again when it was answered, and what overlaps the edges does not count', async () => {
  let nowMs = 0;
  const latencies: number[] = [];
  const result = await runClosedLoop({
    carriers: [
      {
        begin(done) {
          nowMs += 10;
          done(true);
        },
      },
    ],
    recordFromMs: 25,
    endMs: 105,
    now: () => nowMs,
    record: (ms) => latencies.push(ms),
  });
  // begun at 30, 40 … 90; the one of 100 ended too late
  expect(result).toEqual({ completed: 7, failed: 0 });
  expect(new Set(latencies)).toEqual(new Set([10]));
});

test('histograms of slices add up to one', () => {
  const slices = [1, 3].map((milliseconds) => {
    const one = newLatencies();
    for (let i = 0; i < 100; i++) recordMs(one, milliseconds);
    return encodeIntoCompressedBase64(one);
  });
  const all = addedUp(slices);
  expect(all.totalCount).toBe(200);
  expect(percentileMs(all, 50)).toBeCloseTo(1, 2);
  expect(percentileMs(all, 99.9)).toBeCloseTo(3, 2);
});

test('requests of a mix are whole RESP with their holes filled', () => {
  const draw = requestDrawer({
    kind: 'resp',
    sessions: 1,
    idPattern: 's:{id}:end',
    dataBytes: 3,
    mix: [{ weight: 1, words: ['SETVAL', '{id}', 'hits', '{number}', '{data}'] }],
  });
  const head = '*5\r\n$6\r\nSETVAL\r\n$18\r\ns:000000000000:end\r\n$4\r\nhits\r\n$12\r\n';
  expect([draw(), draw()]).toEqual([`${head}000000000001\r\n$3\r\nxxx\r\n`, `${head}000000000002\r\n$3\r\nxxx\r\n`]);
});

test('requests are drawn by weight', () => {
  const draw = requestDrawer({
    kind: 'resp',
    sessions: 10,
    idPattern: '{id}',
    dataBytes: 0,
    mix: [
      { weight: 90, words: ['GETVAL', '{id}', 'a'] },
      { weight: 10, words: ['SETVAL', '{id}', 'a', 'b'] },
    ],
  });
  const writes = Array.from({ length: 5000 }, draw).filter((request) => request.includes('SETVAL')).length;
  expect(writes).toBeGreaterThan(300);
  expect(writes).toBeLessThan(700);
});
