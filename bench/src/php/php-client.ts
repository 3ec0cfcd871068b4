// PHP processes that run session cycles: see client.php.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startChild } from '../contenders/server-process.js';
import type { PhpHandler } from './php-handlers.js';

const program = fileURLToPath(new URL('./client.php', import.meta.url));

export interface PhpJob {
  readonly cycles: number;
  readonly session: string;
  readonly holdMicroseconds?: number;
  /** Unix time in seconds at which to begin; 0 or absent: at once. */
  readonly startAt?: number;
  /** Open loop: cycles a second of this process. */
  readonly ratePerSecond?: number;
  readonly warmUpCycles?: number;
}

/** Times in nanoseconds. */
export interface PhpOutcome {
  readonly began: number;
  readonly ended: number;
  /** Calls of session_start() that answered false. */
  readonly failed: number;
  /** What the session counted at last. */
  readonly count: number;
  readonly cycles: number;
  /** Of session_start(), failed ones too. */
  readonly waits: readonly number[];
  readonly starts: readonly number[];
  readonly holds: readonly number[];
  /** From when each cycle was due. */
  readonly latencies: readonly number[];
}

let sessions = 0;

/** An id of 32 characters that no earlier measurement had. */
export function newPhpSession(): string {
  return `bench${process.pid}x${++sessions}x`.padEnd(32, '0');
}

export async function runPhpClient({ handler, path, ini }: PhpHandler, job: PhpJob): Promise<PhpOutcome> {
  const settings = Object.entries({ 'opcache.enable_cli': '1', ...ini }).flatMap(([name, value]) => [
    '-d',
    `${name}=${value}`,
  ]);
  const whole = { holdMicroseconds: 0, startAt: 0, ratePerSecond: 0, warmUpCycles: 50, ...job, handler, path };
  const child = startChild('php', [...settings, program, JSON.stringify(whole)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || !output.startsWith('{'))
    throw new Error(`a PHP client of ${handler} ended with code ${code}: ${output.slice(0, 200)}`);
  return JSON.parse(output) as PhpOutcome;
}
