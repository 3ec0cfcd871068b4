// Names what failed in the reports that test runs leave, one line a test: only the end of a long run is read, and the
// runners tell of a failure where it happened.
import path from 'node:path';

/** @typedef {{ file: string, test: string, message: string }} FailedTest `test` is empty where a whole file failed */

/** so many lines a package, that a broken package does not push the others out of sight */
const maxLinesPerPackage = 20;
const maxMessageLength = 300;

/** @param {string} json a report of vitest's `json` reporter @returns {FailedTest[]} */
export function failedInVitest(json) {
  return JSON.parse(json).testResults.flatMap(
    (/** @type {VitestFile} */ { name, status, message, assertionResults }) => {
      const failed = assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => ({
          file: name ?? '',
          test: test.fullName ?? '',
          message: firstLine(test.failureMessages?.[0] ?? ''),
        }));
      // a file that could not be loaded has no tests to fail
      const isWhole = status === 'failed' && failed.length === 0;
      return isWhole ? [{ file: name ?? '', test: '', message: firstLine(message ?? '') }] : failed;
    },
  );
}

/**
 * @typedef {{ status: string, fullName?: string, failureMessages?: string[] }} VitestTest
 * @typedef {{ name?: string, status: string, message?: string, assertionResults: VitestTest[] }} VitestFile
 */

/**
 * Errors that belong to no test, as stray-errors-reporter.mjs leaves them: with the place of ours that threw, since the
 * test that happened to run then may have no part in it.
 * @param {string} json
 * @returns {FailedTest[]}
 */
export function strayErrors(json) {
  return JSON.parse(json).map((/** @type {import('./stray-errors-reporter.mjs').StrayError} */ one) => {
    const place = one.stack
      .split('\n')
      .find((line) => line.trim().startsWith('at ') && !/node_modules|node:/.test(line));
    const message = [one.message, place?.trim()].filter(Boolean).join(' ');
    return {
      file: one.file,
      test: one.test === '' ? '(no test)' : `(beside) ${one.test}`,
      message: firstLine(message),
    };
  });
}

/** @param {string} xml a JUnit report, as PHPUnit writes it @returns {FailedTest[]} */
export function failedInJunit(xml) {
  return [...junitCases(xml)].flatMap(({ attributes, body }) => {
    const problem = /<(failure|error|warning)\b[^>]*?(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body);
    if (problem === null) return [];
    const test = attribute(attributes, 'name');
    const ownName = `${attribute(attributes, 'class')}::${test}`;
    // PHPUnit repeats the test's name, with its data, above the message
    const said = unescapeXml(problem[2] ?? '').split('\n');
    const message = said.filter((line) => !line.startsWith(ownName)).join('\n');
    return [{ file: attribute(attributes, 'file'), test, message: firstLine(message) }];
  });
}

/** The test cases of a JUnit report, however deep its suites are nested. @param {string} xml */
export function* junitCases(xml) {
  // quoted values are passed over whole: a `>` may stand in them
  const testCase = /<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;
  for (const [, attributes = '', body = ''] of xml.matchAll(testCase)) yield { attributes, body };
}

/**
 * A package's failures as lines `FAILED package file > test: message`.
 * @param {{ name: string, folder: string, failed: readonly FailedTest[] }} options `folder` shortens the files' names
 * @returns {string[]}
 */
export function failureLines({ name, folder, failed }) {
  const lines = failed.slice(0, maxLinesPerPackage).map(({ file, test, message }) => {
    const shortFile = path.isAbsolute(file) ? path.relative(folder, file) : file;
    const where = [shortFile, test].filter(Boolean).join(' > ');
    return `FAILED ${name} ${where}${message === '' ? '' : `: ${message}`}`;
  });
  const left = failed.length - lines.length;
  return left > 0 ? [...lines, `FAILED ${name} … and ${left} more`] : lines;
}

/** @param {string} attributes @param {string} name */
function attribute(attributes, name) {
  return unescapeXml(new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
}

/** @param {string} text */
function unescapeXml(text) {
  const characters = new Map(Object.entries({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }));
  return text.replace(/&(?:#(x?)([0-9a-f]+)|([a-z]+));/gi, (whole, hex, digits, name) =>
    digits === undefined
      ? (characters.get(name) ?? whole)
      : String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16)),
  );
}

/** @param {string} message */
function firstLine(message) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one
  const plain = message.replace(/\u001b\[[0-9;]*m/g, '').trim();
  const [line = ''] = plain.split('\n', 1);
  return line.length > maxMessageLength ? `${line.slice(0, maxMessageLength)}…` : line;
}
