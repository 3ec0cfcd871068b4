// Starts the load generator and waits for what it measured. Failed operations are an error: a server that refuses is fast.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startChild } from '../contenders/server-process.js';
import type { LoadJob, LoadOutcome } from './load-job.js';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

export async function load(job: LoadJob): Promise<LoadOutcome> {
  const child = startChild(process.execPath, ['--import', 'tsx', program, JSON.stringify(job)], {
    cwd: packageFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the load generator ended with exit code ${code}`);
  const outcome = JSON.parse(output) as LoadOutcome;
  if (outcome.failed > 0)
    throw new Error(`${outcome.failed} operations failed under load, the first with: ${outcome.firstFailure}`);
  return outcome;
}
