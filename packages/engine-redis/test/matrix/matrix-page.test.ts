import { expect, test } from 'vitest';
import { matrixPage, type ServerRun } from './matrix-page.js';

const run = (product: 'Redis' | 'Valkey', version: string, failed: readonly string[] = []): ServerRun => ({
  program: { product, version },
  engine: { passed: 1600, failed },
  daemons: { passed: 60, failed: [] },
  date: '2026-11-22',
});
const rows = (page: string) => page.split('\n').filter((line) => /^\| (Redis|Valkey) \d/.test(line));

test('a row says what passed, what failed by its name, and when', () => {
  expect(rows(matrixPage('', run('Valkey', '8.0.1')))).toEqual([
    '| Valkey 8.0.1 | 1600 passed | 60 passed | 2026-11-22 | all passed |',
  ]);
  expect(rows(matrixPage('', run('Redis', '6.0.16', ['locks are kept', 'a | b'])))).toEqual([
    '| Redis 6.0.16 | 1600 passed, 2 failed | 60 passed | 2026-11-22 | failed: “locks are kept”; “a \\| b” |',
  ]);
});

test('of many that failed some are named, and the rest counted', () => {
  const names = Array.from({ length: 20 }, (_, i) => `case ${i}`);
  expect(rows(matrixPage('', run('Redis', '6.0.16', names)))[0]).toMatch(/“case 7”; 12 more \|$/);
});

test('a run takes the place of the one before on that server, the others stay, in the order of versions', () => {
  let page = matrixPage('', run('Redis', '10.0.1'));
  page = matrixPage(page, run('Valkey', '8.0.1'));
  page = matrixPage(page, run('Redis', '7.0.15', ['something']));
  page = matrixPage(page, run('Redis', '7.0.15'));
  expect(rows(page).map((row) => row.split(' | ')[0])).toEqual(['| Redis 7.0.15', '| Redis 10.0.1', '| Valkey 8.0.1']);
  expect(page).not.toContain('something');
  expect(matrixPage(page, run('Redis', '7.0.15'))).toBe(page);
});
