// kill -9 under load, by the daemon's own crash harness, which ends with 1 at the first thing that is not as promised.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startChild } from '../contenders/server-process.js';
import type { Verdict } from '../frame/result.js';
import { thousands } from '../frame/text.js';

const daemonFolder = fileURLToPath(new URL('../../../apps/msessiond', import.meta.url));

export interface KillFigures {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly longestLossMs: number;
}

/** A line of the harness: `always: kills=25 acknowledged=1234 lost=0 …`. */
export function parseKillLine(output: string, mode: string): KillFigures | undefined {
  const line = output.split('\n').find((one) => one.startsWith(`${mode}: `));
  if (line === undefined) return undefined;
  const of = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(line)?.[1] ?? Number.NaN);
  return {
    kills: of('kills'),
    acknowledged: of('acknowledged'),
    lost: of('lost'),
    longestLossMs: of('longestLossMs'),
  };
}

export function killVerdict(output: string, exitCode: number | null): Verdict {
  const always = parseKillLine(output, 'always');
  const interval = parseKillLine(output, 'interval');
  const isWhole = exitCode === 0 && always !== undefined && interval !== undefined;
  return {
    what: 'acknowledged writes lost by kill -9',
    against: '',
    target: 'none with `always`; at most one interval and its commit with `interval`',
    reached: isWhole
      ? `${thousands(always.lost)} of ${thousands(always.acknowledged)} with \`always\`; with \`interval\` of 200 ms the oldest loss ${thousands(interval.longestLossMs)} ms before its kill; ${always.kills} kills each`
      : `the harness ended with exit code ${exitCode ?? 'of a signal'} before it was through: a broken promise, or no harness`,
    isReached: isWhole && always.lost === 0,
  };
}

export async function killRounds(
  kills: number,
  progress: (line: string) => void,
): Promise<{ readonly text: string; readonly verdict: Verdict }> {
  progress(`killing the daemon ${kills} times in each mode`);
  const child = startChild(process.execPath, ['--import', 'tsx', 'test/crash/run-long.ts', `${kills}`], {
    cwd: daemonFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return {
    text: `\`npm run crash -w msessiond -- ${kills}\`:\n\n\`\`\`text\n${output.trim()}\n\`\`\``,
    verdict: killVerdict(output, code),
  };
}
