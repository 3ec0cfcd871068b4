// Starts msessiond on a free port for tests and benchmarks, and stops it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const daemonFile = fileURLToPath(new URL('../../../apps/msessiond/bin/msessiond.mjs', import.meta.url));
const builtFile = fileURLToPath(new URL('../../../apps/msessiond/dist/', import.meta.url));

/**
 * @param {readonly string[]} flags more flags
 * @returns {Promise<{ address: string, stop: () => Promise<void> }>} address is HOST:PORT
 */
export async function startDaemon(flags = []) {
  if (!existsSync(builtFile)) throw new Error('apps/msessiond is not built; run npm run build at the root first');
  const child = spawn(process.execPath, [daemonFile, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  process.on('exit', () => child.kill('SIGKILL'));
  const address = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /^ready .*tcp=(\S+)/.exec(line);
      if (match !== null) resolve(match[1]);
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`msessiond ended with code ${code} before it was ready`)));
  });
  return {
    address,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
