// Runs what was chosen, one bench after the other, and leaves pages, JSON and charts; then the gate, if asked for.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './frame/bench.js';
import { chartSvg } from './frame/chart.js';
import { type Environment, environmentOf } from './frame/environment.js';
import { type Baseline, compareRatios, gateReport, isPassed, ratiosOf } from './frame/gate.js';
import { chartFile, resultPage } from './frame/page.js';
import type { BenchResult } from './frame/result.js';
import { type BenchOptions, UsageError } from './options.js';

const docsFolder = fileURLToPath(new URL('../../docs/benchmarks', import.meta.url));
/** npm runs a workspace's script in its folder; paths are meant from where it was typed. */
const startFolder = process.env.INIT_CWD ?? process.cwd();

export async function runBenches(options: BenchOptions, command: string): Promise<number> {
  const baseline = options.against === undefined ? undefined : readBaseline(path.resolve(startFolder, options.against));
  const environment = environmentOf(command, options.note);
  const results: BenchResult[] = [];
  for (const bench of options.benches) {
    const beganMs = performance.now();
    const progress = (line: string) => {
      process.stderr.write(`${clock((performance.now() - beganMs) / 1000)}  ${bench.name}  ${line}\n`);
    };
    const result = await resultOf(bench, options, progress);
    if (result === undefined) continue;
    results.push(result);
    console.log(resultPage(result, environment));
    if (options.isWriting) writeResult(result, environment, folderOf(options));
  }
  if (options.saveBaseline !== undefined) {
    const { date, machine, note } = environment;
    const saved: Baseline = {
      date,
      machine,
      command,
      ...(note === undefined ? {} : { note }),
      ratios: ratiosOf(results),
    };
    writeJson(path.resolve(startFolder, options.saveBaseline), saved);
  }
  const isWhole = results.length === options.benches.length;
  return (baseline === undefined ? 0 : gate(baseline, results, options)) || (isWhole ? 0 : 1);
}

/** Undefined when it failed, which was told: hours of other benches are not lost by it. */
async function resultOf(
  bench: Bench,
  { isQuick, rounds, caseText, openLoopSeconds, maxSessions }: BenchOptions,
  progress: (line: string) => void,
): Promise<BenchResult | undefined> {
  try {
    const context = { isQuick, rounds, openLoopSeconds, maxSessions, progress };
    return await bench.run(caseText === undefined ? context : { ...context, caseText });
  } catch (error) {
    progress(`failed: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function gate(baseline: Baseline, results: readonly BenchResult[], { benches, caseText }: BenchOptions): number {
  const names = new Set(benches.map(({ name }) => name));
  const lines = compareRatios(baseline.ratios, ratiosOf(results), (id) => {
    const [bench = '', rest = ''] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)];
    return names.has(bench) && (caseText === undefined || rest.slice(0, rest.indexOf(':')).includes(caseText));
  });
  console.log(`\nagainst the baseline of ${baseline.date.slice(0, 10)}: ${gateReport(lines)}`);
  return isPassed(lines) ? 0 : 1;
}

function readBaseline(file: string): Baseline {
  if (!existsSync(file)) throw new UsageError(`there is no baseline ${file}; --save-baseline FILE writes one`);
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null || !Array.isArray((parsed as Baseline).ratios))
    throw new UsageError(`${file} is no baseline: it has no list of ratios`);
  return parsed as Baseline;
}

export function writeResult(result: BenchResult, environment: Environment, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${result.bench}.md`), resultPage(result, environment));
  writeJson(path.join(folder, `${result.bench}.json`), { environment, ...result });
  const { date, revision, note } = environment;
  const marks = { corner: `${date.slice(0, 10)}, ${revision}`, ...(note === undefined ? {} : { note }) };
  for (const { charts } of result.sections)
    for (const chart of charts ?? [])
      writeFileSync(path.join(folder, chartFile(result.bench, chart.name)), chartSvg(chart, marks));
}

function folderOf({ outFolder }: BenchOptions): string {
  return outFolder === undefined ? docsFolder : path.resolve(startFolder, outFolder);
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
