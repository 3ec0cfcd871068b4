import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clearReports, closingLine, collectCounts, countJunit, countVitest, markFailed } from './result-counts.mjs';

function vitestReport(success: boolean, files: { status: string; tests: string[] }[]): string {
  return JSON.stringify({
    success,
    testResults: files.map(({ status, tests }) => ({ status, assertionResults: tests.map((status) => ({ status })) })),
  });
}

describe('a vitest report', () => {
  test('is counted test by test', () => {
    const report = vitestReport(false, [
      { status: 'passed', tests: ['passed', 'passed', 'skipped'] },
      { status: 'failed', tests: ['failed', 'passed'] },
    ]);
    expect(countVitest(report)).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  test('counts a file that could not be loaded as one failure', () => {
    expect(countVitest(vitestReport(false, [{ status: 'failed', tests: [] }]))).toMatchObject({ failed: 1 });
  });

  test('that failed without naming a test counts as one failure', () => {
    const report = vitestReport(false, [{ status: 'passed', tests: ['passed'] }]);
    expect(countVitest(report)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
});

test('a JUnit report is counted by its test cases, however deep its suites are nested', () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="all" tests="5" failures="1" errors="1"><testsuite name="Inner" tests="5">
  <testcase name="one" class="A" time="0.1"/>
  <testcase name="two"><system-out>all is well</system-out></testcase>
  <testcase name="three"><failure type="X">expected 1 &gt; 2</failure></testcase>
  <testcase name="four"><error type="Y">oh</error></testcase>
  <testcase name="five"><skipped/></testcase>
</testsuite></testsuite></testsuites>`;
  expect(countJunit(report)).toEqual({ passed: 2, failed: 2, skipped: 1 });
});

describe('a workspace', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'msession-counts-'));
    writeFileSync(path.join(root, 'package.json'), JSON.stringify({ workspaces: ['packages/*', 'bench'] }));
    addPackage('packages/one', { test: 'vitest run' });
    addPackage('packages/two', { test: 'node test/run.mjs' });
    addPackage('bench', {});
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function addPackage(folder: string, scripts: Record<string, string>) {
    mkdirSync(path.join(root, folder), { recursive: true });
    writeFileSync(path.join(root, folder, 'package.json'), JSON.stringify({ name: path.basename(folder), scripts }));
  }

  function addReport(folder: string, name: string, text: string) {
    mkdirSync(path.join(root, folder, 'reports'), { recursive: true });
    writeFileSync(path.join(root, folder, 'reports', name), text);
  }

  test('sums vitest and JUnit reports of all packages', () => {
    addReport('packages/one', 'vitest.json', vitestReport(true, [{ status: 'passed', tests: ['passed', 'passed'] }]));
    addReport('packages/two', 'junit-unit.xml', '<testsuite><testcase name="a"/></testsuite>');
    addReport('packages/two', 'junit-fpm.xml', '<testsuite><testcase name="b"><failure/></testcase></testsuite>');
    const { counts } = collectCounts({ root });
    expect(closingLine(counts)).toBe('3 passed, 1 failed');
  });

  test('counts a tested package without a report as a failure, and says so', () => {
    addReport('packages/one', 'vitest.json', vitestReport(true, [{ status: 'passed', tests: ['passed'] }]));
    const { counts, lines } = collectCounts({ root });
    expect(closingLine(counts)).toBe('1 passed, 1 failed');
    expect(lines.find((line) => line.startsWith('two'))).toContain('left no report');
  });

  test('counts a run that failed without a failed test as one failure', () => {
    const report = vitestReport(true, [{ status: 'passed', tests: ['passed', 'skipped'] }]);
    for (const folder of ['packages/one', 'packages/two']) addReport(folder, 'vitest.json', report);
    markFailed('one', root);
    const { counts, lines } = collectCounts({ root });
    expect(counts).toEqual({ passed: 2, failed: 1, skipped: 2 });
    expect(lines.find((line) => line.startsWith('one'))).toContain('the run failed');
  });

  test('never counts a report of an earlier run', () => {
    addReport('packages/one', 'vitest.json', vitestReport(true, [{ status: 'passed', tests: ['passed'] }]));
    clearReports(root);
    expect(collectCounts({ root, expected: () => false }).counts).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});
