// The ceiling: a Node server that parses nothing, counts bytes and answers a constant. What it reaches is what sockets,
// Node and redis-benchmark leave for a server in Node on this machine; the distance to it is what msessiond does.
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../packages/engine-redis/test/support/free-port.js';
import { pidOf, type Server, startChild, stopChild, untilListening } from './server-process.js';

const program = fileURLToPath(new URL('./raw-ceiling-server.mjs', import.meta.url));

/** Answers each `requestBytes` of input with `reply`. */
export async function startRawCeiling(requestBytes: number, reply: string): Promise<Server> {
  const port = await freePort();
  const child = startChild(process.execPath, [program, `${port}`, `${requestBytes}`, reply], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(port, child);
  return { pid: pidOf(child), port, command: 'raw: a Node server that only answers', stop: () => stopChild(child) };
}
