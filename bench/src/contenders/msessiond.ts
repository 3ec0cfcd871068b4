// msessiond as built in apps/msessiond.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type Durability,
  pidOf,
  removeFolder,
  type Server,
  startChild,
  stopChild,
  temporaryFolder,
} from './server-process.js';

const daemon = fileURLToPath(new URL('../../../apps/msessiond/bin/msessiond.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../../apps/msessiond/dist/', import.meta.url));

export interface MsessiondOptions {
  /** Keeps its store there and leaves it; without one, a folder of its own that goes with it. */
  readonly folder?: string;
  readonly flags?: readonly string[];
}

export async function startMsessiond(durability: Durability, options: MsessiondOptions = {}): Promise<Server> {
  if (!existsSync(built)) throw new Error('msessiond is not built; run npm run build at the root first');
  const { flags = [] } = options;
  const folder = durability === 'none' ? undefined : (options.folder ?? temporaryFolder());
  const storage = folder === undefined ? [] : ['--data-dir', folder];
  const words = ['--durability', durability, ...storage, ...flags];
  const child = startChild(process.execPath, [daemon, '--port', '0', '--log-level', 'warn', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('msessiond has no standard output');
  const port = await (async () => {
    for await (const line of createInterface({ input: stdout })) {
      const found = /^ready .*\btcp=\S+:(\d+)/.exec(line)?.[1];
      if (found !== undefined) return Number(found);
    }
    throw new Error('msessiond ended before it was ready');
  })();
  stdout.resume();
  return {
    pid: pidOf(child),
    port,
    command: [
      'msessiond',
      '--durability',
      durability,
      ...(folder === undefined ? [] : ['--data-dir …']),
      ...flags,
    ].join(' '),
    async stop() {
      await stopChild(child);
      if (folder !== undefined && options.folder === undefined) removeFolder(folder);
    },
  };
}
