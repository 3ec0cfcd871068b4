// Runs the engine's whole suite, and that of daemons on it, on each server whose executable is named: any version of Redis or
// Valkey, from wherever it was unpacked. Writes docs/engine-matrix.md, after each, so that a run that is called off has
// kept what it found.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RedisProgram, readRedisProgram, serverVariable } from '../support/redis-program.js';
import { matrixPage, type SuiteCounts, serverName } from './matrix-page.js';

interface Suite {
  readonly folder: string;
  readonly words: readonly string[];
}

const at = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const pageFile = at('../../../../docs/engine-matrix.md');
const vitest = at('../../../../node_modules/vitest/vitest.mjs');
const engineSuite: Suite = { folder: at('../..'), words: [] };
const daemonSuite: Suite = { folder: at('../../../../apps/msessiond'), words: ['test/redis'] };

/** What vitest reports of a run. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

async function runSuite(program: RedisProgram, { folder, words }: Suite, reportFile: string): Promise<SuiteCounts> {
  const takenForSupported = new URL('taken-for-supported.mjs', import.meta.url).href;
  rmSync(reportFile, { force: true });
  const child = spawn(
    process.execPath,
    [vitest, 'run', ...words, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
    {
      cwd: folder,
      stdio: 'inherit',
      env: {
        ...process.env,
        [serverVariable]: program.server,
        ...(program.isSupported ? {} : { NODE_OPTIONS: `--import ${takenForSupported}` }),
      },
    },
  );
  await new Promise((resolve) => child.on('close', resolve));
  if (!existsSync(reportFile)) throw new Error(`the tests in ${folder} left no report; see above`);
  return countsOf(JSON.parse(readFileSync(reportFile, 'utf8')) as Report);
}

function countsOf({ testResults }: Report): SuiteCounts {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = testResults.flatMap(({ name, status, assertionResults }) => {
    const names = assertionResults.filter((each) => each.status !== 'passed').map(({ fullName }) => fullName);
    // what fails around its tests leaves none of them failed
    return names.length === 0 && status !== 'passed' ? [path.basename(name)] : names;
  });
  return { passed: all.filter(({ status }) => status === 'passed').length, failed };
}

async function runOn(program: RedisProgram, folder: string): Promise<boolean> {
  process.stdout.write(`\n== ${serverName(program)}\n`);
  const reportFile = path.join(folder, 'report.json');
  const engine = await runSuite(program, engineSuite, reportFile);
  const daemons = await runSuite(program, daemonSuite, reportFile);
  const date = new Date().toISOString().slice(0, 10);
  const pageSoFar = existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : '';
  writeFileSync(pageFile, matrixPage(pageSoFar, { program, engine, daemons, date }));
  return engine.failed.length + daemons.failed.length === 0;
}

async function main(files: readonly string[]): Promise<number> {
  // all are looked at before the first is run, since a run takes minutes
  const programs = (files.length === 0 ? ['redis-server'] : files).map((file) =>
    readRedisProgram(
      file.includes('/') ? path.resolve(process.env.INIT_CWD ?? '.', file) : file,
      'named as an argument',
    ),
  );
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-engine-matrix-'));
  try {
    let isWhole = true;
    for (const program of programs) isWhole = (await runOn(program, folder)) && isWhole;
    return isWhole ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
