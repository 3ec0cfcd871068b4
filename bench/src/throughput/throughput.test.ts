import { describe, expect, test } from 'vitest';
import { sessionId } from '../contenders/fill.js';
import { gridCases, headlineCases } from './bench.js';
import { bytesUnderWay, caseId, caseWords, ceilingOf } from './load-case.js';
import { benchmarkWords, parseCsv } from './redis-benchmark.js';

test('session ids are those that redis-benchmark makes of s:__rand_int__', () => {
  expect(sessionId(420)).toBe('s:000000000420');
});

describe('CSV of redis-benchmark', () => {
  test('figures are read from the last line, whatever the command holds', () => {
    const csv = [
      'WARNING: could not fetch server CONFIG',
      '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"',
      '"HSET s:__rand_int__ name value","588235.25","0.872","0.376","0.615","2.151","3.343","3.599"',
      '',
    ].join('\n');
    expect(parseCsv(csv)).toEqual({ requestsPerSecond: 588235.25, p50Ms: 0.615, p99Ms: 3.343 });
  });

  test('output without figures is an error that shows it', () => {
    expect(() => parseCsv('Could not connect to Redis')).toThrow('Could not connect to Redis');
  });
});

const one = { operation: 'write', pipeline: 16, clients: 50, valueBytes: 200, sessions: 100_000 } as const;

test('all servers are given a value of the same length, and it differs from write to write', () => {
  const values = (['session', 'hash', 'string'] as const).map((dialect) => caseWords(one, dialect).at(-1));
  expect(new Set(values).size).toBe(1);
  expect(values[0]).toHaveLength(200);
  expect(values[0]).toContain('__rand_int__');
});

test('the ceiling counts the bytes of a request as it will be on the wire', () => {
  // *4 $6 SETVAL $14 s:000000000000 $4 name $200 …, each with its line ends
  expect(ceilingOf(one)).toEqual({ requestBytes: 4 + 12 + 21 + 10 + 6 + 202, reply: 'OK' });
});

test('redis-benchmark is told its load', () => {
  const words = benchmarkWords({
    clients: 50,
    pipeline: 16,
    requests: 1000,
    keyspace: 100,
    words: ['GETVAL', 'x', 'y'],
  });
  expect(words.join(' ')).toBe('-c 50 -P 16 -n 1000 -r 100 GETVAL x y');
});

test('the headline is reads and writes at three depths', () => {
  expect(headlineCases(false).map((each) => caseId(each))).toEqual([
    'read-1-c50-200B',
    'write-1-c50-200B',
    'read-16-c50-200B',
    'write-16-c50-200B',
    'read-64-c50-200B',
    'write-64-c50-200B',
  ]);
});

test('the grid leaves out only what would have too much under way', () => {
  const ids = gridCases(false).map((each) => caseId(each));
  expect(new Set(ids).size).toBe(ids.length);
  // 3 sizes, 3 numbers of connections, 3 depths, 2 operations, less 500 connections with 64 KiB at 16 and 64
  expect(ids).toHaveLength(54 - 4);
  expect(ids).not.toContain('read-64-c500-64KiB');
  expect(Math.max(...gridCases(false).map(bytesUnderWay))).toBeLessThanOrEqual(256 * 1024 * 1024);
});
