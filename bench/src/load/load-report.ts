// What a run leaves behind: all figures as JSON, and a page that says machine, versions and the exact commands.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import type { Contender, Durability } from './contenders.js';
import type { LoadPlan } from './load-plan.js';
import { benchmarkWords } from './redis-benchmark.js';
import { type CaseResult, thousands } from './run-load.js';

export interface LoadReport {
  readonly date: string;
  readonly revision: string;
  readonly machine: string;
  readonly versions: { readonly node: string; readonly msession: string; readonly redis: string };
  readonly servers: readonly string[];
  readonly durability: Durability;
  readonly plan: Omit<LoadPlan, 'cases'>;
  readonly results: readonly CaseResult[];
}

export function loadReport(
  plan: LoadPlan,
  contenders: { readonly msession: Contender; readonly redis: Contender },
  durability: Durability,
  results: readonly CaseResult[],
): LoadReport {
  const { rounds, sessions, clients } = plan;
  return {
    date: new Date().toISOString(),
    revision: revision(),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ${type()} ${release()}`,
    versions: { node: process.version, msession: contenders.msession.version, redis: contenders.redis.version },
    servers: [contenders.msession.command, contenders.redis.command],
    durability,
    plan: { rounds, sessions, clients },
    results,
  };
}

/** The page for docs/benchmarks; `command` is what was typed. */
export function loadPage(report: LoadReport, command: string): string {
  const { plan, versions } = report;
  const first = report.results[0];
  const rows = report.results.map(
    (one) =>
      `| ${one.msessionWords[0]} / ${one.redisWords[0]} | ${one.pipeline} | ${thousands(one.msession.median)} (${range(one.msession)}) | ${thousands(one.redis.median)} (${range(one.redis)}) | ${one.ratio.median.toFixed(2)} (${one.ratio.lowest.toFixed(2)} to ${one.ratio.highest.toFixed(2)}) | ${milliseconds(one.p99Ms.msession)} / ${milliseconds(one.p99Ms.redis)} |`,
  );
  const example =
    first === undefined
      ? []
      : [
          '',
          'Each figure comes from a line like this:',
          '',
          '```',
          `redis-benchmark ${benchmarkWords({ clients: plan.clients, pipeline: first.pipeline, requests: first.requests, keyspace: plan.sessions, words: first.msessionWords }).join(' ')}`,
          '```',
        ];
  return [
    '# Load: msession beside Redis',
    '',
    `Measured ${report.date.slice(0, 10)} at revision ${report.revision} by \`${command}\`.`,
    '',
    `- machine: ${report.machine}; both servers and redis-benchmark on it, over the loopback`,
    `- msession ${versions.msession} on Node ${versions.node}, redis-server ${versions.redis}`,
    `- servers: ${report.servers.map((line) => `\`${line}\``).join(', ')}`,
    `- ${thousands(plan.sessions)} existing sessions (hashes), ${plan.clients} connections, ${plan.rounds} rounds, the two servers in turn within each round; medians, with lowest and highest in brackets`,
    "- ratio: the median of the rounds' ratios; above 1 msession served more",
    '',
    '| command | pipeline | msession, requests/s | redis, requests/s | ratio | p99 ms, msession / redis |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...example,
    '',
  ].join('\n');
}

/** Microseconds are what redis-benchmark knows; halves of them come from medians. */
function milliseconds(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function range(spread: { lowest: number; highest: number }): string {
  return `${thousands(spread.lowest)} to ${thousands(spread.highest)}`;
}

function revision(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
