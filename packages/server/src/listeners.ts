// Where the server listens: a TCP address, a Unix socket, or both. Off loopback without a password it refuses to.
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, isIP, type ListenOptions, type Server, type Socket } from 'node:net';
import { ListenFault, listenFault } from './listen-fault.js';
import type { TlsListener } from './tls-listener.js';

export interface ServerAddresses {
  readonly tcp?: { readonly host: string; readonly port: number };
  readonly tls?: { readonly host: string; readonly port: number };
  readonly unixSocket?: string;
  readonly admin?: { readonly host: string; readonly port: number };
}

export interface ListenersOptions {
  readonly host: string;
  readonly port: number | null;
  readonly unixSocket: string | undefined;
  readonly unixSocketMode: number;
  /** Asked when it begins to listen. */
  readonly hasPassword: () => boolean;
  readonly tls?: { readonly listener: TlsListener; readonly host: string; readonly isProtected: boolean };
  readonly onSocket: (socket: Socket) => void;
  readonly onFatal: (error: Error) => void;
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  const address = host.toLowerCase().startsWith('::ffff:') ? host.slice(7) : host;
  return isIP(address) === 4 && address.startsWith('127.');
}

export class Listeners {
  readonly #options: ListenersOptions;
  #servers: Server[] = [];
  #addresses: ServerAddresses = {};

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  get addresses(): ServerAddresses {
    return this.#addresses;
  }

  async listen(): Promise<ServerAddresses> {
    const { host, port, unixSocket, tls } = this.#options;
    if (port !== null) this.#refuseOpen(host, port);
    if (tls !== undefined && !tls.isProtected) this.#refuseOpen(tls.host, tls.listener.port);
    if (port === null && unixSocket === undefined && tls === undefined)
      throw new ListenFault('NOWHERE', '', 'there is neither a TCP port nor a Unix socket to listen on');
    try {
      if (port !== null) {
        const server = await this.#open({ host, port }, `${host}:${port}`);
        const bound = server.address();
        if (typeof bound === 'object' && bound !== null)
          this.#addresses = { ...this.#addresses, tcp: { host: bound.address, port: bound.port } };
      }
      if (tls !== undefined) this.#addresses = { ...this.#addresses, tls: await tls.listener.listen(tls.host) };
      if (unixSocket !== undefined) {
        await removeDeadSocket(unixSocket);
        await this.#open({ path: unixSocket }, unixSocket);
        await chmod(unixSocket, this.#options.unixSocketMode);
        this.#addresses = { ...this.#addresses, unixSocket };
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    return this.#addresses;
  }

  /** Listed among the addresses, though somebody else listens there. */
  addAdmin(admin: { readonly host: string; readonly port: number }): ServerAddresses {
    this.#addresses = { ...this.#addresses, admin };
    return this.#addresses;
  }

  /** Accepts no more; connections stay. */
  async close(): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    const closing = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    await Promise.all([...closing, this.#options.tls?.listener.close()]);
  }

  #refuseOpen(host: string, port: number): void {
    if (this.#options.hasPassword() || isLoopback(host)) return;
    throw new ListenFault(
      'PROTECTED',
      `${host}:${port}`,
      `refusing to listen on ${host}, which others can reach, without a password: set one, or listen on 127.0.0.1`,
    );
  }

  #open(where: ListenOptions, shown: string): Promise<Server> {
    const server = createServer(
      { pauseOnConnect: true, allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
      this.#options.onSocket,
    );
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenFault(error, shown)));
      server.listen({ ...where, backlog: 4096 }, () => {
        server.removeAllListeners('error');
        server.on('error', this.#options.onFatal);
        this.#servers.push(server);
        resolve(server);
      });
    });
  }
}

/** Removes the socket file that a killed process left; keeps one that somebody answers at. */
async function removeDeadSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket())
    throw new ListenFault('EEXIST', path, `cannot listen on ${path}: a file that is no socket is there`);
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (isAlive)
    throw new ListenFault('EADDRINUSE', path, `cannot listen on ${path}: another process listens there already`);
  await unlink(path);
}
