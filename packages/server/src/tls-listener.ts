// The TLS port. Its certificate can be changed while it listens: new connections get the new one, old ones stay. With
// client certificates required, a peer without one signed by `ca` does not get through the handshake.
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, createServer, type Server } from 'node:tls';
import { listenFault } from './listen-fault.js';
import type { ServerStatistics } from './server-statistics.js';

/** PEM texts. */
export interface TlsMaterial {
  /** The server's certificate, behind it those that lead to its root. */
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
  /** Who may sign certificates of clients. */
  readonly clientAuthority?: string | Buffer;
}

export interface TlsOptions extends TlsMaterial {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. Default: that of the plain port. */
  readonly host?: string;
  /** Clients must show a certificate that `clientAuthority` signed; this counts as a password off loopback. */
  readonly requireClientCertificate?: boolean;
}

/** Certificates or a key that cannot be used. */
export class TlsFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TlsFault';
  }
}

export interface TlsListenerParts {
  readonly statistics: ServerStatistics;
  /** Asked before the handshake; false hangs up. */
  readonly mayConnect: (socket: Socket) => boolean;
  readonly onSocket: (socket: Socket) => void;
  readonly onFatal: (error: Error) => void;
}

const handshakeTimeoutMs = 10_000;
/** Handshakes under way at a time; more are cut off, since they are not clients yet that a limit counts. */
const maxHandshakes = 512;

export class TlsListener {
  readonly #options: TlsOptions;
  readonly #parts: TlsListenerParts;
  #server: Server | null = null;
  #expiresAtMs: number;

  /** @throws TlsFault */
  constructor(options: TlsOptions, parts: TlsListenerParts) {
    if (options.requireClientCertificate === true && options.clientAuthority === undefined)
      throw new TlsFault('client certificates are required, but there is no authority (ca) to check them against');
    checkMaterial(options);
    this.#options = options;
    this.#parts = parts;
    this.#expiresAtMs = expiryOf(options);
  }

  get port(): number {
    return this.#options.port;
  }

  /** When the certificate in use ends, in milliseconds since 1970. */
  get expiresAtMs(): number {
    return this.#expiresAtMs;
  }

  async listen(host: string): Promise<{ readonly host: string; readonly port: number }> {
    const { certificate, key, clientAuthority, requireClientCertificate, port } = this.#options;
    const requires = requireClientCertificate === true;
    const shown = `${host}:${port}`;
    const { statistics, mayConnect, onSocket, onFatal } = this.#parts;
    const server = createServer({
      ...secureContext({ certificate, key, ...(clientAuthority === undefined ? {} : { clientAuthority }) }),
      requestCert: requires,
      rejectUnauthorized: requires,
      handshakeTimeout: handshakeTimeoutMs,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    // by the peer's endpoint, which the raw socket and the encrypted one over it share
    const underWay = new Set<string>();
    const endpointOf = (socket: Socket) => `${socket.remoteAddress} ${socket.remotePort}`;
    server.prependListener('connection', (raw: Socket) => {
      if (underWay.size >= maxHandshakes || !mayConnect(raw)) {
        raw.destroy();
        return;
      }
      const peer = endpointOf(raw);
      underWay.add(peer);
      raw.once('close', () => underWay.delete(peer));
    });
    server.on('secureConnection', (socket) => {
      underWay.delete(endpointOf(socket));
      onSocket(socket);
    });
    server.on('tlsClientError', (_error, socket) => {
      statistics.tlsHandshakesFailed++;
      socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenFault(error, shown)));
      server.listen({ host, port, backlog: 4096 }, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', onFatal);
    this.#server = server;
    const bound = server.address();
    return typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : { host, port };
  }

  /**
   * Shows another certificate to new connections.
   * @throws TlsFault when it cannot be used; the old one stays
   */
  use(material: TlsMaterial): void {
    checkMaterial(material);
    this.#server?.setSecureContext(secureContext(material));
    this.#expiresAtMs = expiryOf(material);
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }
}

function secureContext({ certificate, key, clientAuthority }: TlsMaterial) {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2' as const,
    ...(clientAuthority === undefined ? {} : { ca: clientAuthority }),
  };
}

function checkMaterial(material: TlsMaterial): void {
  try {
    createSecureContext(secureContext(material));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new TlsFault(`the certificate, its key or the authority (ca) cannot be used: ${reason}`, { cause: error });
  }
}

function expiryOf({ certificate }: TlsMaterial): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}
