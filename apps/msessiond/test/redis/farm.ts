// Several msessiond processes in front of one engine, and clients of theirs, for the time of one test.
import { createClient, type MsessionClient, MsessionError } from '@msession/client';
import { DaemonProcess } from '../support/daemon-process.js';

export interface FarmOptions {
  /** What `--engine` is given; absent: each daemon has an engine of its own. */
  readonly engine?: string;
  /** Default 2. */
  readonly frontEnds?: number;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export class Farm {
  readonly daemons: readonly DaemonProcess[];
  readonly ports: readonly number[];
  readonly #clients: MsessionClient[] = [];

  private constructor(daemons: readonly DaemonProcess[], ports: readonly number[]) {
    this.daemons = daemons;
    this.ports = ports;
  }

  static async start({ engine, frontEnds = 2, flags = [], environment = {} }: FarmOptions): Promise<Farm> {
    const daemons = Array.from(
      { length: frontEnds },
      () =>
        new DaemonProcess({
          flags: ['--port', '0', '--admin-port', '0', '--log-level', 'warn', '--log-format', 'json', ...flags],
          // as a flag it would be in everybody's `ps`
          environment: { ...(engine === undefined ? {} : { MSESSION_ENGINE: engine }), ...environment },
        }),
    );
    try {
      return new Farm(daemons, await Promise.all(daemons.map((daemon) => daemon.port())));
    } catch (error) {
      for (const daemon of daemons) daemon.child.kill('SIGKILL');
      throw error;
    }
  }

  /** A client on a connection of its own, by default of the first front-end; it hides no error. */
  client(frontEnd = 0): MsessionClient {
    const port = this.ports[frontEnd % this.ports.length];
    if (port === undefined) throw new Error('this farm has no front-end');
    const client = createClient({ port, reconnect: false, maxResends: 0, timeoutMs: 60_000 });
    this.#clients.push(client);
    return client;
  }

  /** As many clients, spread over all front-ends. */
  clients(count: number): MsessionClient[] {
    return Array.from({ length: count }, (_, i) => this.client(i));
  }

  /** A page of a front-end's admin port. */
  async page(path: string, frontEnd = 0): Promise<{ readonly status: number; readonly body: string }> {
    const port = /\badmin=\S+:(\d+)/.exec(this.daemons[frontEnd]?.stdout ?? '')?.[1];
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  }

  /** Ends everything in good order; answers what the daemons wrote to their logs. */
  async stop(): Promise<string> {
    for (const client of this.#clients.splice(0)) client.destroy();
    const ended = await Promise.all(this.daemons.map((daemon) => daemon.stop()));
    return ended.map(({ stderr }) => stderr).join('');
  }
}

/** The code of an error of the client or the server, or undefined for another error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof MsessionError ? error.code : undefined;
}

/** The code a call was refused with; fails when it was not. */
export async function refusal(call: Promise<unknown>): Promise<string | undefined> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in answer) throw new Error(`answered ${String(answer.value)}, expected a refusal`);
  return codeOf(answer.error) ?? String(answer.error);
}
