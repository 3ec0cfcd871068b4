// Counts what passed and what failed from the reports that test runs leave: vitest's JSON and JUnit's XML.
// A run that left no report, or that failed without naming a test (a worker that died), counts as one failure.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { failedInJunit, failedInVitest, failureLines, junitCases, strayErrors } from './failed-tests.mjs';
import { strayErrorsReport } from './stray-errors-reporter.mjs';
import { listPackages, workspaceRoot } from './workspace.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {readonly Counts[]} all @returns {Counts} */
export function sumCounts(all) {
  return all.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** @param {string} json a report of vitest's `json` reporter @returns {Counts} */
export function countVitest(json) {
  const report = JSON.parse(json);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    // a file that could not be loaded has no tests to fail
    if (file.status === 'failed' && !file.assertionResults.some(hasFailed)) counts.failed++;
  }
  if (report.success !== true && counts.failed === 0) counts.failed++;
  return counts;
}

/** @param {{ status: string }} test */
function hasFailed(test) {
  return test.status === 'failed';
}

/** @param {string} xml a JUnit report, as PHPUnit writes it @returns {Counts} */
export function countJunit(xml) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { body } of junitCases(xml)) {
    if (/<(failure|error|warning)\b/.test(body)) counts.failed++;
    else if (/<skipped\b/.test(body)) counts.skipped++;
    else counts.passed++;
  }
  return counts;
}

const failureMark = 'run-failed';

/**
 * Notes beside a package's reports that its run failed, whatever they say.
 * @param {string} name of the package
 * @param {string} [root]
 */
export function markFailed(name, root = workspaceRoot) {
  const one = testedPackages(root).find((candidate) => candidate.name === name);
  if (one === undefined) return;
  const folder = path.join(root, one.folder, 'reports');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, failureMark), '');
}

/** @param {string} [root] @returns {import('./workspace.mjs').WorkspacePackage[]} */
export function testedPackages(root = workspaceRoot) {
  return listPackages(root).filter((one) => one.scripts.test !== undefined);
}

/**
 * Takes the reports of earlier runs away, so that nothing old is ever counted.
 * @param {string} [root]
 */
export function clearReports(root = workspaceRoot) {
  for (const { folder } of testedPackages(root))
    rmSync(path.join(root, folder, 'reports'), { recursive: true, force: true });
}

/**
 * What the reports say: the sums, a line for each package, and a line for each test that failed.
 * @param {{ root?: string, expected?: (name: string) => boolean }} [options] of which packages a report must be there
 * @returns {{ counts: Counts, lines: string[], failures: string[] }}
 */
export function collectCounts({ root = workspaceRoot, expected = () => true } = {}) {
  const rows = testedPackages(root).flatMap(({ name, folder }) => {
    const reports = reportsIn(path.join(root, folder, 'reports'));
    const counts = sumCounts(reports.map((report) => report.counts));
    const failed = [
      ...reports.flatMap((report) => report.failed),
      ...strayErrorsIn(path.join(root, folder, 'reports')),
    ];
    const failures = failureLines({ name, folder: path.join(root, folder), failed });
    const hasFailed = existsSync(path.join(root, folder, 'reports', failureMark));
    if (hasFailed && counts.failed === 0)
      return [{ name, counts: { ...counts, failed: 1 }, failures, note: ' (the run failed; see above)' }];
    if (reports.length > 0) return [{ name, counts, failures, note: '' }];
    if (!expected(name)) return [];
    return [{ name, counts: { passed: 0, failed: 1, skipped: 0 }, failures, note: ' (left no report)' }];
  });
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return {
    counts: sumCounts(rows.map((row) => row.counts)),
    lines: rows.map(({ name, counts, note }) => {
      const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
      return `${name.padEnd(width)}  ${counts.passed} passed, ${counts.failed} failed${skipped}${note}`;
    }),
    failures: rows.flatMap((row) => row.failures),
  };
}

/** @param {string} folder @returns {{ counts: Counts, failed: import('./failed-tests.mjs').FailedTest[] }[]} */
function reportsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const isVitest = /^vitest.*\.json$/.test(name);
      if (!isVitest && !/^junit.*\.xml$/.test(name)) return [];
      const text = readFileSync(path.join(folder, name), 'utf8');
      return isVitest
        ? [{ counts: countVitest(text), failed: failedInVitest(text) }]
        : [{ counts: countJunit(text), failed: failedInJunit(text) }];
    });
}

/** @param {string} folder */
function strayErrorsIn(folder) {
  const file = path.join(folder, strayErrorsReport);
  return existsSync(file) ? strayErrors(readFileSync(file, 'utf8')) : [];
}

/** The closing line. @param {Counts} counts */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}
