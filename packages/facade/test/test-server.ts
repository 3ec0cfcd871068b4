// A real server over the embedded engine, with the plugin that the functions call.
import { createEmbeddedEngine } from '@msession/engine';
import { createServer, definePlugin, type MsessionServerOptions } from '@msession/server';

export interface TestServer {
  readonly port: number;
  /** Ends every connection, as a restart does; the sessions stay. */
  dropConnections(): Promise<void>;
  close(): Promise<void>;
}

const plugin = definePlugin({
  name: 'test',
  functions: {
    join: (parameters) => parameters.map(String).join('+'),
    fail: () => {
      throw new Error('the plugin gave up');
    },
  },
  hooks: { escape: ({ value, parameter }) => `${value.toString()}:${parameter === null ? '-' : parameter.toString()}` },
});

export async function startTestServer(options: Partial<MsessionServerOptions> = {}): Promise<TestServer> {
  const engine = createEmbeddedEngine();
  await engine.start();
  const listen = async (port: number) => {
    const server = createServer({ engine, port, plugins: [plugin], ...options });
    const { tcp } = await server.listen();
    return { server, port: tcp?.port ?? 0 };
  };
  let running = await listen(0);
  return {
    port: running.port,
    dropConnections: async () => {
      await running.server.close({ drain: false });
      running = await listen(running.port);
    },
    close: async () => {
      await running.server.close({ drain: false });
      await engine.close();
    },
  };
}
