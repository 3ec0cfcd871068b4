// The one connection of a facade, and what a call comes to on it. A dropped connection is opened once more by the client,
// and the request sent again where the command table calls that safe. Answers are plain values and warnings, so that
// they can cross to another thread.
import { createClient, MsessionError, parseServerAddress, type ServerAddress, ServerError } from '@msession/client';
import type { FacadeOptions, FacadeWarning } from './facade-options.js';
import { type FunctionClient, functionTable, type PhpArgument, RefusedArgument } from './function-table.js';
import type { PhpFunctions } from './php-functions.js';

export type FunctionName = keyof PhpFunctions;

/** What a call came to. */
export interface CallOutcome {
  readonly value: unknown;
  readonly warnings: readonly FacadeWarning[];
}

export type ConnectionOptions = Omit<FacadeOptions<'utf8' | 'buffer'>, 'onWarning'>;

export class FacadeConnection {
  private readonly options: ConnectionOptions;
  private client: FunctionClient | undefined;
  /** After `msession_disconnect`, and after a connect that failed, nothing connects by itself. */
  private isDisconnected = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
  }

  /** Runs a function with converted arguments. Never rejects. */
  async call(name: FunctionName, given: readonly PhpArgument[]): Promise<CallOutcome> {
    if (name === 'msession_connect') return this.connect(given[0], given[1]);
    if (name === 'msession_disconnect') return this.disconnect();
    const spec = functionTable[name];
    const unconnected = (message: string, code?: string) =>
      warned('unconnected' in spec ? spec.unconnected : false, name, message, code);
    try {
      const client = this.connected();
      if (client === undefined) return unconnected('Msession not initialized');
      const value = await spec.run(client, given, { listvar: this.options.listvar ?? 'value' });
      return { value, warnings: [] };
    } catch (error) {
      if (error instanceof RefusedArgument) return warned(spec.onFailure, name, error.message, 'ARGUMENT');
      if (!(error instanceof MsessionError)) throw error;
      if (hasNoConnection(error)) return unconnected(`Msession not initialized: ${error.message}`, error.code);
      const isSilent = spec.silent === true || spec.silent?.includes(error.code) === true;
      if (isSilent && error instanceof ServerError) return { value: spec.onFailure, warnings: [] };
      return warned(spec.onFailure, name, `${error.code} ${error.message}`, error.code);
    }
  }

  /** Hangs up, when what is under way has finished. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.close();
  }

  private async connect(host: PhpArgument, port: PhpArgument): Promise<CallOutcome> {
    this.letGo();
    try {
      const client = this.makeClient(addressOf(String(host), String(port).trim()));
      await client.connect();
      this.client = client;
      this.isDisconnected = false;
      return { value: true, warnings: [] };
    } catch (error) {
      if (!(error instanceof MsessionError)) throw error;
      return warned(false, 'msession_connect', `MSession connect failed: ${error.message}`, error.code);
    }
  }

  private disconnect(): CallOutcome {
    this.letGo();
    return { value: null, warnings: [] };
  }

  private letGo(): void {
    // calls under way are finished; nobody waits for that
    this.client?.close().catch(() => {});
    this.client = undefined;
    this.isDisconnected = true;
  }

  private connected(): FunctionClient | undefined {
    if (this.client === undefined && !this.isDisconnected) {
      const url = this.options.url ?? process.env.MSESSION_URL;
      if (url === undefined || url === '') return undefined;
      try {
        this.client = this.makeClient(parseServerAddress(url));
      } catch (error) {
        if (!(error instanceof MsessionError)) throw error;
        throw new AddressFault('ARGUMENT', error.message, { cause: error });
      }
    }
    return this.client;
  }

  private makeClient(address: ServerAddress): FunctionClient {
    const { encoding = 'utf8', timeoutMs, connectTimeoutMs, user, password, tls, name } = this.options;
    const given = {
      user: user ?? address.user,
      password: password ?? address.password,
      timeoutMs,
      connectTimeoutMs,
      name,
    };
    return createClient<'utf8' | 'buffer'>({
      ...(address.path === undefined ? {} : { path: address.path }),
      ...(address.host === undefined ? {} : { host: address.host }),
      ...(address.port === undefined ? {} : { port: address.port }),
      ...(tls === undefined && address.tls === undefined ? {} : { tls: tls ?? true }),
      ...withoutUndefined(given),
      encoding,
      // the original re-opened a dropped connection once
      reconnect: false,
      maxResends: 1,
      pingIntervalMs: 0,
      keepsProcessAlive: false,
    });
  }
}

/** Whether a call failed because there is no server to talk to: unreachable, not letting us in, or no valid address. */
function hasNoConnection(error: MsessionError): boolean {
  if (error instanceof ServerError) return error.command === 'HELLO' || error.command === 'AUTH';
  return error instanceof AddressFault || error.code === 'CONNECT_FAILED';
}

/** MSESSION_URL or the option `url` cannot be understood. */
class AddressFault extends MsessionError {}

/** What was given apart from host and port stays an address: `tls://…`, `unix:///…`, `/path`. */
function addressOf(host: string, port: string): ServerAddress {
  if (host.includes('://') || host.startsWith('/')) return parseServerAddress(host);
  const address = parseServerAddress(
    host === '' ? '127.0.0.1' : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host,
  );
  return port === '' || port === '0' ? address : { ...address, port: Number.parseInt(port, 10) };
}

function withoutUndefined<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}

function warned(value: unknown, functionName: string, message: string, code: string | undefined): CallOutcome {
  return { value, warnings: [{ functionName, message: `${functionName}(): ${message}`, code }] };
}
