// A real server over the embedded engine on a free port, and clients of it that end with it.
import { createEmbeddedEngine } from '@msession/engine';
import { createServer, type MsessionServerOptions } from '@msession/server';
import { createClient, type MsessionClient } from '../src/client.js';
import type { ClientOptions, Encoding } from '../src/options.js';

export interface TestServer {
  readonly port: number;
  client<const E extends Encoding = 'utf8'>(options?: ClientOptions<E>): MsessionClient<E>;
  /** Ends the server and comes back on the same port, empty. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestServer(options: Partial<MsessionServerOptions> = {}): Promise<TestServer> {
  const clients: MsessionClient<Encoding>[] = [];
  let running = await run(0);

  async function run(port: number) {
    const engine = createEmbeddedEngine();
    await engine.start();
    const server = createServer({ engine, port, showIds: true, ...options });
    const { tcp } = await server.listen();
    return { engine, server, port: tcp?.port ?? 0 };
  }

  async function stop() {
    await running.server.close({ drain: false });
    await running.engine.close();
  }

  return {
    port: running.port,
    client: <const E extends Encoding = 'utf8'>(given: ClientOptions<E> = {}) => {
      const client = createClient<E>({ port: running.port, ...given });
      clients.push(client as unknown as MsessionClient<Encoding>);
      return client;
    },
    restart: async () => {
      const { port } = running;
      await stop();
      running = await run(port);
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await stop();
    },
  };
}
