#!/usr/bin/env node
// Prints which tests of the last `npm test` failed, what it counted, package by package, and the closing line.
// `--checks FILE` adds the lines `passed NAME` or `failed NAME` of a file, one for each check that is no test;
// `broken NAME` counts as a failure only where the reports name none. Exit code 1 when anything failed.
import { readFileSync } from 'node:fs';
import { closingLine, collectCounts, sumCounts } from '../src/result-counts.mjs';

const { counts, lines, failures } = collectCounts();
const [flag, file] = process.argv.slice(2);
const checks = flag === '--checks' && file !== undefined ? readFileSync(file, 'utf8').split('\n') : [];
const outcomes = checks.filter((line) => line !== '');
const total = sumCounts([
  counts,
  {
    passed: outcomes.filter((line) => line.startsWith('passed ')).length,
    failed: outcomes.filter((line) => line.startsWith('failed ') || (counts.failed === 0 && line.startsWith('broken ')))
      .length,
    skipped: 0,
  },
]);
for (const line of [...failures, ...lines, ...outcomes]) console.log(line);
console.log(closingLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;
