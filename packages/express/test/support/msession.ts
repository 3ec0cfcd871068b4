// A real server on a free port, with a clock that tests may own.
import { createClient, type MsessionClient } from '@msession/client';
import { createEmbeddedEngine, type EngineLimits } from '@msession/engine';
import { ManualClock } from '@msession/engine/conformance';
import { createServer } from '@msession/server';

export interface RunningMsession {
  readonly port: number;
  readonly client: MsessionClient;
  readonly limits: EngineLimits;
  /** Lets time pass on the server; only with `ownsTime`. */
  advance(milliseconds: number): void;
  /** One more client, closed with the server. */
  connect(): MsessionClient;
  close(): Promise<void>;
}

export async function startMsession(options: { readonly ownsTime?: boolean } = {}): Promise<RunningMsession> {
  const clock = options.ownsTime === true ? new ManualClock(Date.now()) : undefined;
  const engine = createEmbeddedEngine(clock === undefined ? {} : { clock });
  await engine.start();
  const server = createServer({ engine, port: 0 });
  const { tcp } = await server.listen();
  if (tcp === undefined) throw new Error('the server does not listen');
  const { port } = tcp;
  const clients: MsessionClient[] = [];
  const connect = () => {
    const client = createClient({ port, keepsProcessAlive: false });
    clients.push(client);
    return client;
  };
  return {
    port,
    client: connect(),
    limits: engine.limits,
    advance: (milliseconds) => clock?.advance(milliseconds),
    connect,
    async close() {
      for (const client of clients) client.destroy();
      await server.close({ drain: false });
      await engine.close();
    },
  };
}
