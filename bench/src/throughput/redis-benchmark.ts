// One run of redis-benchmark, read from its CSV.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface BenchmarkRun {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface BenchmarkOptions {
  readonly port: number;
  readonly clients: number;
  readonly pipeline: number;
  readonly requests: number;
  readonly keyspace: number;
  readonly words: readonly string[];
}

/** Words of redis-benchmark for some load, the port left out where it is only shown. */
export function benchmarkWords(options: Omit<BenchmarkOptions, 'port'> & { readonly port?: number }): string[] {
  const port = options.port === undefined ? [] : ['-h', '127.0.0.1', '-p', `${options.port}`];
  const { clients, pipeline, requests, keyspace } = options;
  return [...port, '-c', `${clients}`, '-P', `${pipeline}`, '-n', `${requests}`, '-r', `${keyspace}`, ...options.words];
}

/** Rejects when the server answered an error: redis-benchmark ends with 1 then. */
export async function redisBenchmark(options: BenchmarkOptions): Promise<BenchmarkRun> {
  const words = ['--csv', '--precision', '3', ...benchmarkWords(options)];
  const { stdout } = await run('redis-benchmark', words, { maxBuffer: 64 * 1024 * 1024 });
  return parseCsv(stdout);
}

/** @throws Error when there is no line with figures */
export function parseCsv(text: string): BenchmarkRun {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('"'))
    .map((line) => line.split('","').map((cell) => cell.replaceAll('"', '')));
  const [head, figures] = rows.slice(-2);
  if (head === undefined || figures === undefined || head[1] !== 'rps')
    throw new Error(`redis-benchmark printed no figures: ${text.slice(0, 200)}`);
  const column = (name: string) => Number(figures[head.indexOf(name)]);
  return { requestsPerSecond: column('rps'), p50Ms: column('p50_latency_ms'), p99Ms: column('p99_latency_ms') };
}
