import { createServer } from 'node:net';

/** A TCP port of the loopback that was free a moment ago. */
export async function freePort(highest = 65_535): Promise<number> {
  for (;;) {
    const port = await anyPort();
    if (port <= highest) return port;
  }
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
