// The machine's memcached. It refuses to run as root unless told so by name.
import { freePort } from '../../../packages/engine-redis/test/support/free-port.js';
import { pidOf, type Server, startChild, stopChild, untilListening } from './server-process.js';

export async function startMemcached(): Promise<Server> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const child = startChild('memcached', ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-m', '1024', ...user], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(port, child);
  return { pid: pidOf(child), port, command: 'memcached -m 1024', stop: () => stopChild(child) };
}
