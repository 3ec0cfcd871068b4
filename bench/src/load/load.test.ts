import { describe, expect, test } from 'vitest';
import { loadPlan } from './load-plan.js';
import { loadPage } from './load-report.js';
import { parseCsv } from './redis-benchmark.js';
import { thousands } from './run-load.js';
import { sessionId } from './seed-sessions.js';
import { spreadOf } from './spread.js';

describe('the spread of some figures', () => {
  test.each([
    [[3], { median: 3, lowest: 3, highest: 3 }],
    [[9, 1, 5], { median: 5, lowest: 1, highest: 9 }],
    [[4, 1, 3, 2], { median: 2.5, lowest: 1, highest: 4 }],
  ])('of %j', (figures, expected) => {
    expect(spreadOf(figures)).toEqual(expected);
  });

  test('of none is an error', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

test('session ids are those that redis-benchmark makes of s:__rand_int__', () => {
  expect(sessionId(420)).toBe('s:000000000420');
});

test('figures are read from the last line of the CSV, whatever the command holds', () => {
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

test.each([
  ['read', ['read-1', 'read-16', 'read-64']],
  ['write-64', ['write-64']],
  ['read-6', []],
])('--only %s keeps %j', (only, names) => {
  expect(loadPlan({ isQuick: false, only }).cases.map(({ name }) => name)).toEqual(names);
});

test.each([
  [999, '999'],
  [1000, '1,000'],
  [1234567.6, '1,234,568'],
])('%d is written %s', (figure, text) => {
  expect(thousands(figure)).toBe(text);
});

test('the page keeps the cells where Redis wins and says how to repeat the run', () => {
  const spread = (median: number) => ({ median, lowest: median - 1, highest: median + 1 });
  const page = loadPage(
    {
      date: '2031-05-06T07:08:09.000Z',
      revision: 'abc1234',
      machine: 'one machine',
      versions: { node: 'v20', msession: '0.1.0', redis: '7' },
      servers: ['msessiond --durability none', 'redis-server'],
      durability: 'none',
      plan: { rounds: 5, sessions: 100_000, clients: 50 },
      results: [
        {
          name: 'read-16',
          pipeline: 16,
          requests: 1000,
          msessionWords: ['GETVAL', 's:__rand_int__', 'name'],
          redisWords: ['HGET', 's:__rand_int__', 'name'],
          msession: spread(900),
          redis: spread(1000),
          ratio: { median: 0.9, lowest: 0.88, highest: 0.93 },
          p99Ms: { msession: 2, redis: 1 },
        },
      ],
    },
    'npm run bench -- --only read-16',
  );
  expect(page).toContain(
    '| GETVAL / HGET | 16 | 900 (899 to 901) | 1,000 (999 to 1,001) | 0.90 (0.88 to 0.93) | 2 / 1 |',
  );
  expect(page).toContain('Measured 2031-05-06 at revision abc1234 by `npm run bench -- --only read-16`.');
  expect(page).toContain('redis-benchmark -c 50 -P 16 -n 1000 -r 100000 GETVAL s:__rand_int__ name');
});
