// A real redis-server on a Unix socket of its own, for the stores that we are compared with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';

async function connected(path: string) {
  const client = createClient({ socket: { path, reconnectStrategy: (retries) => Math.min(20, retries + 1) } });
  client.on('error', () => {}); // until the server listens
  await client.connect();
  return client;
}

export type RedisClient = Awaited<ReturnType<typeof connected>>;

export interface RunningRedis {
  readonly client: RedisClient;
  close(): Promise<void>;
}

export async function startRedis(): Promise<RunningRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const path = join(folder, 'redis.sock');
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--dir', folder, '--save', ''], {
    stdio: 'ignore',
  });
  const exited = once(server, 'exit');
  const client = await connected(path);
  return {
    client,
    async close() {
      client.destroy();
      server.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
