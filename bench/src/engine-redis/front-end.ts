// msessiond as built, in front of a Redis server or a Cluster: it holds nothing itself.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pidOf, type Server, startChild, stopChild } from '../contenders/server-process.js';

const daemon = fileURLToPath(new URL('../../../apps/msessiond/bin/msessiond.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../../apps/msessiond/dist/', import.meta.url));

/** `engine` as `--engine` takes it, without a prefix: `redis://127.0.0.1:6379`. */
export async function startFrontEnd(engine: string): Promise<Server> {
  if (!existsSync(built)) throw new Error('msessiond is not built; run npm run build at the root first');
  const words = ['--port', '0', '--log-level', 'warn', '--engine', `${engine}?prefix=bench`];
  const child = startChild(process.execPath, [daemon, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { stdout } = child;
  if (stdout === null) throw new Error('msessiond has no standard output');
  for await (const line of createInterface({ input: stdout })) {
    const port = /^ready .*\btcp=\S+:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    stdout.resume();
    return {
      pid: pidOf(child),
      port: Number(port),
      command: `msessiond --engine ${engine.replace(/\/\/.*/, '//127.0.0.1:…')}?prefix=bench`,
      stop: () => stopChild(child),
    };
  }
  throw new Error('msessiond ended before it was ready');
}
