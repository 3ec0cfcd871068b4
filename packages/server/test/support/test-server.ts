// Servers for tests: on a free port, over an embedded engine, and ways to wait for what travels without sleeping.
import { createEmbeddedEngine, type Engine, type EngineLimits, systemClock } from '@msession/engine';
import { afterEach } from 'vitest';
import { createServer, type MsessionServer, type MsessionServerOptions } from '../../src/index.js';
import { RespPeer } from './resp-peer.js';

export interface TestServer {
  readonly server: MsessionServer;
  readonly engine: Engine;
  readonly port: number;
  readonly url: string;
  connect(protocol?: 2 | 3): Promise<RespPeer>;
  close(): Promise<void>;
}

export type TestServerOptions = Partial<MsessionServerOptions> & { readonly engineLimits?: Partial<EngineLimits> };

const opened: TestServer[] = [];

/** Starts a server that is closed when the test ends. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { engineLimits, ...serverOptions } = options;
  const clock = options.clock ?? systemClock;
  const engine =
    options.engine ?? createEmbeddedEngine({ clock, ...(engineLimits === undefined ? {} : { limits: engineLimits }) });
  await engine.start();
  const server = createServer({ port: 0, ...serverOptions, clock, engine });
  const { tcp } = await server.listen();
  const port = tcp?.port ?? 0;
  const peers: RespPeer[] = [];
  const started: TestServer = {
    server,
    engine,
    port,
    url: `redis://127.0.0.1:${port}`,
    async connect(protocol = 2) {
      const peer = await RespPeer.open({ host: '127.0.0.1', port });
      peers.push(peer);
      if (protocol === 3) await peer.call('HELLO', 3);
      return peer;
    },
    async close() {
      for (const peer of peers) peer.socket.destroy();
      await server.close({ drain: false });
      await engine.close();
    },
  };
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

/** Lets everything that is ready in this event loop happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Turns of the event loop until something holds; the test's own time limit ends a wait that is in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** A figure of the server's report as a number. */
export function figure(
  server: MsessionServer,
  section: 'clients' | 'stats' | 'locks' | 'plugins',
  name: string,
): number {
  return Number(server.figures(section)[name]);
}
