import { expect, test } from 'vitest';
import type { Environment } from './environment.js';
import { resultPage } from './page.js';
import { type BenchResult, figureOf, rowOf } from './result.js';

const environment: Environment = {
  date: '2031-05-06T07:08:09.000Z',
  revision: 'abc1234',
  command: 'npm run bench -- --only load',
  machine: 'one machine',
  versions: { node: 'v20', 'redis-server': '7' },
  note: 'while other work ran',
};

const result: BenchResult = {
  bench: 'load',
  title: 'Load',
  settings: ['50 connections'],
  servers: ['redis-server --save ""'],
  sections: [
    {
      title: 'Reads',
      text: ['How it was read.'],
      charts: [{ name: 'rate', title: 'Rate', kind: 'bars', categories: [], series: [], valueAxis: '' }],
      rows: [
        rowOf({
          id: 'read-16',
          label: 'GETVAL',
          unit: 'requests/s',
          better: 'higher',
          figures: [
            {
              ...figureOf('msession', [900, 880, 930], { 'p99 ms': 2.5 }),
              use: { server: 0.5, busiestThread: 0.5, generator: 0.97, serverMicroseconds: 1.5 },
              bottleneck: 'generator',
            },
            figureOf('redis', [1000, 1000, 1000]),
          ],
          ratios: [['msession', 'redis']],
        }),
      ],
    },
  ],
  verdicts: [{ what: 'GETVAL', against: 'HGET', target: '1 times or more', reached: '0.90', isReached: false }],
};

test('a page says how to repeat the run, what was noted, and what was not reached', () => {
  const page = resultPage(result, environment);
  expect(page).toContain('Measured 2031-05-06 at revision abc1234 by `npm run bench -- --only load`.');
  expect(page).toContain('**while other work ran**');
  expect(page).toContain('- versions: node v20, redis-server 7');
  expect(page).toContain('| GETVAL | HGET | 1 times or more | 0.90 | **no** |');
  expect(page).toContain('![Rate](load-rate.svg)');
});

test('a row keeps the contender that won it, and who held a load back', () => {
  const page = resultPage(result, environment);
  expect(page).toContain(
    '| GETVAL | msession | 900 (880 to 930) | 0.90 (0.88 to 0.93) × redis | 2.5 | 0.50 + 0.97 | generator | 1.5 |',
  );
  expect(page).toContain('|  | redis | 1,000 (1,000 to 1,000) |  |  |  |  |  |');
});
