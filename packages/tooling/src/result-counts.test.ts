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

  test('names errors that belong to no test, and where they were thrown', () => {
    const report = vitestReport(true, [{ status: 'passed', tests: ['passed'] }]);
    for (const folder of ['packages/one', 'packages/two']) addReport(folder, 'vitest.json', report);
    const stack = `Error: gone
    at Socket.end (node:net:1:2)
    at Link.close (${path.join(root, 'packages/one/src/link.ts')}:3:4)`;
    const file = path.join(root, 'packages/one/src/link.test.ts');
    addReport(
      'packages/one',
      'stray-errors.json',
      JSON.stringify([
        { file, test: 'a link closes', message: 'Error: gone', stack },
        { file: '', test: '', message: 'Error: a worker ended', stack: '' },
      ]),
    );
    markFailed('one', root);
    const { counts, failures } = collectCounts({ root });
    expect(counts).toEqual({ passed: 2, failed: 1, skipped: 0 });
    expect(failures).toEqual([
      `FAILED one src/link.test.ts > (beside) a link closes: Error: gone at Link.close (${root}/packages/one/src/link.ts:3:4)`,
      'FAILED one (no test): Error: a worker ended',
    ]);
  });

  test('names each failed test of a vitest report: package, file, test and the first line of its message', () => {
    const esc = String.fromCharCode(27);
    const testResults = [
      {
        name: path.join(root, 'packages/one/src/lock.test.ts'),
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'a lock is granted' },
          {
            status: 'failed',
            fullName: 'a lock ends with its lease',
            failureMessages: [`AssertionError: ${esc}[31mexpected 1${esc}[0m to be 2\n    at lock.test.ts:3:4`],
          },
        ],
      },
      {
        name: path.join(root, 'packages/one/src/load.test.ts'),
        status: 'failed',
        message: "Cannot find module './gone.js'\nRequire stack:",
        assertionResults: [],
      },
    ];
    addReport('packages/one', 'vitest.json', JSON.stringify({ success: false, testResults }));
    expect(collectCounts({ root, expected: () => false }).failures).toEqual([
      'FAILED one src/lock.test.ts > a lock ends with its lease: AssertionError: expected 1 to be 2',
      "FAILED one src/load.test.ts: Cannot find module './gone.js'",
    ]);
  });

  test('names each failed test of a JUnit report, and none that passed', () => {
    const file = path.join(root, 'packages/two/tests/PageTest.php');
    addReport(
      'packages/two',
      'junit.xml',
      `<testsuites><testsuite name="all">
  <testcase name="testFine" class="Site\\PageTest" file="${file}"/>
  <testcase name="testPage with data set &quot;a->b&quot;" class="Site\\PageTest" file="${file}">
    <failure type="X">Site\\PageTest::testPage with data set "a->b" (1)
expected &lt;b&gt; &amp; 2&#10;second line

${file}:7</failure>
  </testcase>
  <testcase name="testSilent" class="Site\\PageTest" file="${file}"><error type="Y"/></testcase>
</testsuite></testsuites>`,
    );
    const { counts, failures } = collectCounts({ root, expected: () => false });
    expect(counts).toEqual({ passed: 1, failed: 2, skipped: 0 });
    expect(failures).toEqual([
      'FAILED two tests/PageTest.php > testPage with data set "a->b": expected <b> & 2',
      'FAILED two tests/PageTest.php > testSilent',
    ]);
  });

  test('names no more tests of one package than leave the others in sight', () => {
    const report = vitestReport(false, [{ status: 'failed', tests: Array.from({ length: 500 }, () => 'failed') }]);
    for (const folder of ['packages/one', 'packages/two']) addReport(folder, 'vitest.json', report);
    const { counts, failures } = collectCounts({ root });
    expect(counts.failed).toBe(1000);
    expect(failures.length).toBeLessThan(60);
    expect(failures.filter((line) => line.startsWith('FAILED two ')).at(-1)).toMatch(/and \d+ more$/);
  });

  test('never counts a report of an earlier run', () => {
    addReport('packages/one', 'vitest.json', vitestReport(true, [{ status: 'passed', tests: ['passed'] }]));
    clearReports(root);
    expect(collectCounts({ root, expected: () => false }).counts).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});
