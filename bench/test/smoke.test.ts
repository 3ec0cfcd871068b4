// One very short run of the real thing: servers are started, loaded, measured and ended, pages and charts are written. Its
// figures are not judged. The gate is run from end to end on a bench whose figures are known.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill, sessionId } from '../src/contenders/fill.js';
import { startMsessiond } from '../src/contenders/msessiond.js';
import type { Server } from '../src/contenders/server-process.js';
import { contestOnce } from '../src/contention/bench.js';
import type { Bench } from '../src/frame/bench.js';
import type { Baseline } from '../src/frame/gate.js';
import { figureOf, rowOf } from '../src/frame/result.js';
import { load } from '../src/generator/load.js';
import { type BenchOptions, parseOptions } from '../src/options.js';
import { phpNames, startPhpHandlers } from '../src/php/php-handlers.js';
import { runBenches } from '../src/run-benches.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'msession-bench-smoke-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runBench(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const all = ['--import', 'tsx', 'src/bench.ts', '--quick', '--only', 'headline', '--case', 'read-1-', ...words];
    const environment = { ...process.env, INIT_CWD: folder };
    execFile(process.execPath, all, { cwd: packageFolder, env: environment }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

test('the command measures, and writes its page, its figures and its chart', async () => {
  const { code, stderr } = await runBench('--rounds', '1', '--out', 'out', '--save-baseline', 'base.json');
  expect(stderr).toContain('round 1 of 1  msession ');
  expect(code).toBe(0);
  const page = readFileSync(path.join(folder, 'out/headline.md'), 'utf8');
  expect(page).toContain('| GETVAL, 200 B, pipeline 1, 50 connections | msession |');
  expect(page).toContain('(headline-rate.svg)');
  expect(existsSync(path.join(folder, 'out/headline-rate.svg'))).toBe(true);
  const baseline = JSON.parse(readFileSync(path.join(folder, 'base.json'), 'utf8')) as Baseline;
  expect(baseline.ratios.map(({ id }) => id)).toContain('headline/read-1-c50-200B: msession / redis');
});

describe('the gate', () => {
  const baseline = path.join(folder, 'kept.json');
  /** A bench of one ratio, so that its verdict is known. */
  const bench = (name: string, ours: number): Bench => ({
    name,
    about: '',
    minutes: 0,
    isInAll: true,
    async run() {
      if (ours === 0) throw new Error('the server ended');
      const figures = [figureOf('msession', [ours, ours]), figureOf('redis', [100, 100])];
      const row = rowOf({ id: 'r', label: 'r', unit: '', better: 'higher', figures, ratios: [['msession', 'redis']] });
      return { bench: name, title: name, settings: [], servers: [], sections: [{ title: '', text: [], rows: [row] }] };
    },
  });
  const run = async (ours: number, ...words: string[]) => {
    const options = parseOptions(['--only', 'load', '--no-write', ...words], [bench('load', ours)]);
    return await runBenches(options as BenchOptions, '');
  };

  test('passes what held, and ends with 1 for what fell or failed', async () => {
    expect(await run(100, '--save-baseline', baseline)).toBe(0);
    expect(await run(95, '--against', baseline)).toBe(0);
    expect(await run(70, '--against', baseline)).toBe(1);
    expect(await run(0, '--against', baseline)).toBe(1);
    expect(await run(0)).toBe(1);
  });

  test('refuses a baseline that is not there before anything is measured', async () => {
    await expect(run(100, '--against', path.join(folder, 'none.json'))).rejects.toThrow('there is no baseline');
  });
});

describe('the load generator', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startMsessiond('none');
    await fill(server.port, 10, (index) => [['CREATE', sessionId(index)]]);
  });
  afterAll(() => server.stop());

  const job = () => ({ port: server.port, connections: 4, seconds: 0.5, warmUpSeconds: 0.1 });

  test('answers every arrival of an open loop', async () => {
    const mix = [{ weight: 1, words: ['SETVAL', 's:{id}', 'n', '{number}'] }];
    const traffic = { kind: 'resp', mix, sessions: 10, idPattern: '{id}', dataBytes: 0 } as const;
    const outcome = await load({ ...job(), ratePerSecond: 200, traffic });
    expect(outcome.completed).toBe(100);
  });

  test('runs page cycles', async () => {
    const outcome = await load({ ...job(), traffic: { kind: 'page', sessions: 3, dataBytes: 100 } });
    expect(outcome.completed).toBeGreaterThan(0);
  });

  test('calls a refusal an error, not a fast answer', async () => {
    const mix = [{ weight: 1, words: ['GETVAL', 'absent:{id}', 'n'] }];
    const traffic = { kind: 'resp', mix, sessions: 10, idPattern: '{id}', dataBytes: 0 } as const;
    await expect(load({ ...job(), ratePerSecond: 50, traffic })).rejects.toThrow('NOSESSION');
  });
});

test('a contest of PHP processes loses no increment', async () => {
  const contest = await startPhpHandlers([phpNames.interval]);
  try {
    const [handler] = contest.handlers;
    if (handler === undefined) throw new Error('no handler was started');
    const { extras } = await contestOnce(handler, { processes: 3, cycles: 10, holdMicroseconds: 500 });
    expect(extras).toMatchObject({ failed: 0, lost: 0 });
  } finally {
    await contest.stop();
  }
});
