// The machine's redis-server, with the same promise of durability as msessiond's mode of that name.
import { freePort } from '../../../packages/engine-redis/test/support/free-port.js';
import {
  type Durability,
  pidOf,
  removeFolder,
  type Server,
  startChild,
  stopChild,
  temporaryFolder,
  untilListening,
} from './server-process.js';

const storageOf: Readonly<Record<Durability, readonly string[]>> = {
  none: ['--appendonly', 'no'],
  interval: ['--appendonly', 'yes', '--appendfsync', 'everysec'],
  always: ['--appendonly', 'yes', '--appendfsync', 'always'],
};

export async function startRedis(durability: Durability, options: { readonly folder?: string } = {}): Promise<Server> {
  const folder = options.folder ?? temporaryFolder();
  const port = await freePort();
  const storage = storageOf[durability];
  const words = ['--save', '', ...storage];
  const child = startChild('redis-server', ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(port, child);
  return {
    pid: pidOf(child),
    port,
    command: `redis-server --save "" ${storage.join(' ')}`,
    async stop() {
      await stopChild(child);
      if (options.folder === undefined) removeFolder(folder);
    },
  };
}
