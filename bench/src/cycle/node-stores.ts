// The session stores of Express that are compared, each behind an application of its own.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startMsessiond } from '../contenders/msessiond.js';
import { startRedis } from '../contenders/redis-server.js';
import { pidOf, type Server, startChild, stopChild } from '../contenders/server-process.js';

const program = fileURLToPath(new URL('./express-app.ts', import.meta.url));
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

export interface NodeStore {
  readonly name: string;
  readonly port: number;
  /** The application and the server behind its store. */
  readonly pids: readonly number[];
}

export const nodeNames = {
  lock: 'msession, lock',
  merge: 'msession, merge',
  redis: 'connect-redis',
  memory: 'MemoryStore',
} as const;

const kinds: Readonly<Record<string, string>> = {
  [nodeNames.lock]: 'msession-lock',
  [nodeNames.merge]: 'msession-merge',
  [nodeNames.redis]: 'connect-redis',
  [nodeNames.memory]: 'memory',
};

export async function startNodeStores(): Promise<{
  readonly stores: readonly NodeStore[];
  readonly servers: readonly string[];
  stop(): Promise<void>;
}> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.reverse()) await one();
  };
  try {
    const keep = (server: Server) => {
      stops.push(() => server.stop());
      return server;
    };
    const msession = keep(await startMsessiond('interval'));
    const redis = keep(await startRedis('interval'));
    const stores: NodeStore[] = [];
    for (const [name, kind] of Object.entries(kinds)) {
      const server = kind === 'memory' ? undefined : kind === 'connect-redis' ? redis : msession;
      const child = startChild(process.execPath, ['--import', 'tsx', program, kind, `${server?.port ?? 0}`], {
        cwd: packageFolder,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, NODE_ENV: 'production' },
      });
      stops.push(() => stopChild(child));
      const { stdout } = child;
      if (stdout === null) throw new Error('the application has no standard output');
      let port = 0;
      for await (const line of createInterface({ input: stdout })) {
        port = Number(/^ready (\d+)$/.exec(line)?.[1] ?? 0);
        if (port > 0) break;
      }
      if (port === 0) throw new Error(`the application with ${name} ended before it was ready`);
      stores.push({ name, port, pids: [pidOf(child), ...(server === undefined ? [] : [server.pid])] });
    }
    return { stores, servers: [msession.command, redis.command], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
