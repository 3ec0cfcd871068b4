// Puts a server together from its parts and runs its life: listen, accept, drain, close. The engine belongs to whoever
// made it; the server starts using it in `listen` and has let go of it when `close` resolves.
import type { Socket } from 'node:net';
import { systemClock } from '@msession/engine';
import { RequestParser, requestLimits, unauthenticatedLimits } from '@msession/protocol';
import { pino } from 'pino';
import { AddressFilter } from './address-filter.js';
import { AdminListener } from './admin/admin-listener.js';
import { adoptSocket, type ReceivePath, receiveBufferBytes } from './adopt-socket.js';
import { type AccessOptions, Authenticator, type User } from './authentication.js';
import { CommandLoop } from './command-loop.js';
import { Connection } from './connection.js';
import { ConnectionRegistry, nextCallerId } from './connection-registry.js';
import { ConnectionSweeper } from './connection-sweeper.js';
import { isLoopback, Listeners, type ServerAddresses } from './listeners.js';
import { LockWaits } from './lock-waits.js';
import { Monitor } from './monitor.js';
import { defaultPort, defaultServerLimits, type MsessionServerOptions, type ServerLimits } from './options.js';
import { AccessFault } from './password-hash.js';
import { changeObservers, watchSessions } from './plugins/change-hooks.js';
import { PluginHost } from './plugins/plugin-host.js';
import { RejectedSockets } from './rejected-sockets.js';
import { ReplyDelivery } from './reply-delivery.js';
import type { ServerContext } from './server-context.js';
import { type ReportSection, type ServerReport, sectionFigures, serverReport } from './server-report.js';
import { registerServerSettings } from './server-settings.js';
import { ServerStatistics } from './server-statistics.js';
import { SettingsRegistry } from './settings-registry.js';
import { Slowlog } from './slowlog.js';
import { TlsFault, TlsListener, type TlsMaterial } from './tls-listener.js';
import { serverVersion } from './version.js';

export interface CloseOptions {
  /** Lets replies that are due leave first (default true); false hangs up at once. */
  readonly drain?: boolean;
  /** Milliseconds that draining may take. Default 5000. */
  readonly drainTimeoutMs?: number;
}

export interface MsessionServer {
  /**
   * Starts plugins and listens. The engine must have been started.
   * @throws ListenFault when it cannot listen; `code` says why
   * @throws PluginFault or what a plugin's `start` threw
   */
  listen(): Promise<ServerAddresses>;
  /** Where it listens; empty before `listen`. */
  address(): ServerAddresses;
  /** Accepts no more, finishes what was received, answers waiters UNAVAILABLE and closes. The engine stays open. */
  close(options?: CloseOptions): Promise<void>;
  /** Figures for metrics and pages; the same that INFO shows. */
  report(): ServerReport;
  /** One section of the report. */
  figures(section: ReportSection): ServerReport[ReportSection];
  /**
   * Lets others in from now on. Connections of users that are gone or have another password, and of addresses that
   * are not allowed any more, are closed; others have their new rights at once.
   * @throws AccessFault for what cannot be used; nothing has changed then
   */
  setAccess(access: AccessOptions & { readonly allow?: readonly string[] }): void;
  /**
   * Shows another certificate to new TLS connections.
   * @throws TlsFault when it cannot be used, or the server does not listen with TLS; nothing has changed then
   */
  setTls(material: TlsMaterial): void;
  /**
   * What CONFIG SET does: all of the changes or none.
   * @throws SettingFault
   */
  configure(changes: readonly (readonly [name: string, value: string])[]): void;
  /** A setting's value as CONFIG GET shows it; undefined for none of that name. */
  setting(name: string): string | undefined;
  /** Limits; assignments take effect at once. */
  readonly limits: ServerLimits;
  /** How the last connection's bytes arrive; null before there was one. */
  readonly receivePath: ReceivePath | null;
}

const defaultDrainTimeoutMs = 5000;

/**
 * Makes a server over an engine.
 * @example
 * const engine = createEmbeddedEngine();
 * await engine.start();
 * const server = createServer({ engine, port: 0 });
 * const { tcp } = await server.listen();
 */
export function createServer(options: MsessionServerOptions): MsessionServer {
  return new Server(options);
}

class Server implements MsessionServer {
  readonly limits: ServerLimits;
  receivePath: ReceivePath | null = null;
  readonly #context: ServerContext;
  readonly #delivery: ReplyDelivery;
  readonly #loop: CommandLoop;
  readonly #sweeper: ConnectionSweeper;
  readonly #listeners: Listeners;
  readonly #rejected: RejectedSockets;
  readonly #receiveBuffer: Buffer | null;
  readonly #admin: AdminListener | null;
  readonly #tls: TlsListener | null;
  readonly #isTlsProtected: boolean;
  #filter: AddressFilter;
  #unwatch: () => void = () => undefined;
  #closing: Promise<void> | null = null;

  constructor(options: MsessionServerOptions) {
    const { engine } = options;
    const clock = options.clock ?? systemClock;
    const logger = options.logger ?? pino({ level: 'silent' });
    const version = options.version ?? serverVersion;
    const limits = { ...defaultServerLimits, ...options.limits };
    const statistics = new ServerStatistics();
    const settings = new SettingsRegistry();
    const sharedRequestLimits = requestLimits({ maxRequestBytes: limits.maxRequestBytes });
    if (options.showIds !== undefined) engine.limits.showIds = options.showIds;
    registerServerSettings(settings, limits, engine.limits, () => {
      sharedRequestLimits.maxRequestBytes = limits.maxRequestBytes;
      sharedRequestLimits.maxArgumentBytes = limits.maxRequestBytes;
    });
    for (const [name, setting] of Object.entries(options.settings ?? {})) settings.register(name, setting);
    this.limits = limits;
    this.#receiveBuffer = options.receivePath === 'data-events' ? null : Buffer.allocUnsafeSlow(receiveBufferBytes);
    this.#delivery = new ReplyDelivery({
      engine,
      limits,
      statistics,
      logger,
      onRoom: (connection) => this.#loop.resume(connection),
      onCongested: (connection) => this.#loop.hold(connection),
    });
    const plugins = new PluginHost({ plugins: options.plugins ?? [], engine, clock, logger, statistics, version });
    const connections = new ConnectionRegistry();
    this.#context = {
      engine,
      clock,
      limits,
      requestLimitsFor: (user) => {
        if (user !== null) return sharedRequestLimits;
        const { preAuthMaxArguments: maxArguments, preAuthMaxArgumentBytes: maxArgumentBytes } = limits;
        const maxRequestBytes = maxArguments * (maxArgumentBytes + 16) + 16;
        return unauthenticatedLimits({ maxArguments, maxArgumentBytes, maxRequestBytes });
      },
      statistics,
      connections,
      settings,
      slowlog: new Slowlog(limits),
      lockWaits: new LockWaits({ engine, clock, limits, connections }),
      monitor: new Monitor(clock, (connection, bytes) => this.#delivery.deliver(connection, bytes)),
      plugins,
      authenticator: new Authenticator(options),
      logger,
      version,
      startedAtMs: clock.monotonicMs(),
      addresses: () => this.address(),
      certificateExpiresAtMs: () => this.#tls?.expiresAtMs ?? null,
      rewriteConfig: options.onConfigRewrite ?? null,
      requestShutdown: () => options.onShutdownRequest?.(),
    };
    this.#loop = new CommandLoop(this.#context, this.#delivery, changeObservers(plugins));
    this.#sweeper = new ConnectionSweeper(this.#context);
    this.#rejected = new RejectedSockets(clock);
    this.#admin = options.admin === undefined ? null : new AdminListener(this.#context, options.admin);
    const onFatal = (error: Error) => {
      logger.error({ err: error }, 'a listening socket failed');
      options.onFatal?.(error);
    };
    this.#filter = new AddressFilter(options.allow ?? []);
    this.#isTlsProtected = options.tls?.requireClientCertificate === true;
    this.#tls =
      options.tls === undefined
        ? null
        : new TlsListener(options.tls, {
            statistics,
            mayConnect: (socket) => this.#mayConnect(socket),
            onSocket: (socket) => this.#accept(socket, true),
            onFatal,
          });
    const host = options.host ?? '127.0.0.1';
    this.#listeners = new Listeners({
      host,
      port: options.port === undefined ? defaultPort : options.port,
      unixSocket: options.unixSocket,
      unixSocketMode: options.unixSocketMode ?? 0o660,
      hasPassword: () => this.#context.authenticator.isRequired,
      ...(this.#tls === null
        ? {}
        : {
            tls: { listener: this.#tls, host: options.tls?.host ?? host, isProtected: this.#isTlsProtected },
          }),
      onSocket: (socket) => this.#accept(socket, false),
      onFatal,
    });
  }

  async listen(): Promise<ServerAddresses> {
    this.#unwatch = watchSessions(this.#context.engine, this.#context.plugins);
    await this.#context.plugins.start();
    let addresses = await this.#listeners.listen();
    if (this.#admin !== null) addresses = this.#listeners.addAdmin(await this.#listenAdmin(this.#admin));
    this.#sweeper.start();
    this.#context.logger.info({ ...addresses }, 'listening');
    return addresses;
  }

  /** A server whose admin port cannot be had listens nowhere. */
  async #listenAdmin(admin: AdminListener): Promise<{ readonly host: string; readonly port: number }> {
    try {
      return await admin.listen();
    } catch (error) {
      await this.#listeners.close();
      throw error;
    }
  }

  address(): ServerAddresses {
    return this.#listeners.addresses;
  }

  report(): ServerReport {
    return serverReport(this.#context);
  }

  figures(section: ReportSection): ServerReport[ReportSection] {
    return sectionFigures(this.#context, section);
  }

  setAccess(access: AccessOptions & { readonly allow?: readonly string[] }): void {
    const { authenticator, connections } = this.#context;
    const filter = new AddressFilter(access.allow ?? []);
    const isOpen = access.password === undefined && (access.users ?? []).length === 0;
    if (isOpen && this.#isReachable())
      throw new AccessFault('the server listens where others can reach it, and must have a password or users');
    const replace = authenticator.configure(access);
    this.#filter = filter;
    for (const connection of connections) {
      const user = connection.user === null ? authenticator.initialUser : replace(connection.user);
      if (!filter.allows(connection.socket.remoteAddress) || (connection.user !== null && user === null))
        connection.socket.destroy();
      else this.#become(connection, user);
    }
  }

  #become(connection: Connection, user: User | null): void {
    connection.user = user;
    connection.parser.limits = this.#context.requestLimitsFor(user);
  }

  /** Whether somebody on another machine could connect without a certificate. */
  #isReachable(): boolean {
    const { tcp, tls } = this.address();
    const isOpenTls = tls !== undefined && !this.#isTlsProtected && !isLoopback(tls.host);
    return isOpenTls || (tcp !== undefined && !isLoopback(tcp.host));
  }

  setTls(material: TlsMaterial): void {
    if (this.#tls === null) throw new TlsFault('the server does not listen with TLS');
    this.#tls.use(material);
  }

  configure(changes: readonly (readonly [name: string, value: string])[]): void {
    this.#context.settings.setAll(changes);
  }

  setting(name: string): string | undefined {
    return this.#context.settings.get(name);
  }

  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options.drain ?? true, options.drainTimeoutMs ?? defaultDrainTimeoutMs);
    return this.#closing;
  }

  async #close(drains: boolean, drainTimeoutMs: number): Promise<void> {
    const { connections, clock, plugins } = this.#context;
    this.#admin?.beginClosing();
    await this.#listeners.close();
    this.#rejected.clear();
    if (drains) {
      for (const connection of connections) {
        this.#delivery.answerBlocked(connection, (sink) => sink.error('UNAVAILABLE', 'the server is shutting down'));
        this.#loop.end(connection);
      }
      let timer: { cancel(): void } | null = null;
      const timeIsOver = new Promise<void>((resolve) => {
        timer = clock.schedule(drainTimeoutMs, resolve);
      });
      await Promise.race([connections.whenEmpty(), timeIsOver]);
      (timer as { cancel(): void } | null)?.cancel();
    }
    for (const connection of connections) connection.socket.destroy();
    await connections.whenEmpty();
    this.#sweeper.stop();
    await plugins.stop();
    await this.#admin?.close();
    this.#unwatch();
  }

  #mayConnect(socket: Socket): boolean {
    if (this.#filter.allows(socket.remoteAddress)) return true;
    this.#context.statistics.addressesRefused++;
    return false;
  }

  #accept(accepted: Socket, isEncrypted: boolean): void {
    const { connections, statistics, limits, authenticator, clock, lockWaits } = this.#context;
    statistics.connectionsReceived++;
    if (!isEncrypted && !this.#mayConnect(accepted)) {
      this.#rejected.reject(accepted, '-DENIED this address may not connect; the setting allow says who may\r\n');
      return;
    }
    if (connections.size >= limits.maxClients) {
      statistics.connectionsRejected++;
      this.#rejected.reject(
        accepted,
        `-MAXCLIENTS ${limits.maxClients} clients are connected, as many as max-clients allows; try again later\r\n`,
      );
      return;
    }
    const user = authenticator.initialUser;
    const unixSocket = accepted.remoteAddress === undefined ? (this.address().unixSocket ?? 'unix') : undefined;
    const connection = new Connection({
      id: nextCallerId(),
      address: unixSocket ?? endpoint(accepted.remoteAddress, accepted.remotePort),
      localAddress: unixSocket ?? endpoint(accepted.localAddress, accepted.localPort),
      parser: new RequestParser(this.#context.requestLimitsFor(user)),
      user,
      nowMs: clock.monotonicMs(),
      push: (to, message) => {
        if (to.lockTickets !== null) lockWaits.notePush(to, message);
        this.#delivery.push(to, message);
      },
      isEncrypted,
    });
    // what is decrypted comes in buffers of its own
    const shared = isEncrypted ? null : this.#receiveBuffer;
    const { socket, path } = adoptSocket(accepted, shared, (buffer, start, end) =>
      this.#loop.receive(connection, buffer, start, end),
    );
    connection.socket = socket;
    this.receivePath = path;
    connections.add(connection);
    socket.on('drain', () => this.#loop.resume(connection));
    socket.on('end', () => this.#peerEnded(connection));
    socket.on('error', (error) => this.#context.logger.debug({ err: error, client: connection.id }, 'a socket failed'));
    socket.on('close', () => this.#closed(connection));
  }

  /** The peer sends no more. What it sent is served; locks it waits for are given up. */
  #peerEnded(connection: Connection): void {
    connection.hasPeerEnded = true;
    if (connection.blockedBy !== null && connection.needsReading) connection.socket.destroy();
    else this.#loop.resume(connection);
  }

  #closed(connection: Connection): void {
    if (connection.isClosed) return;
    connection.isClosed = true;
    this.#context.monitor.remove(connection);
    connection.unsubscribe?.();
    connection.unsubscribe = null;
    this.#context.engine.release(connection);
    connection.replies.clear();
    this.#context.connections.remove(connection);
  }
}

function endpoint(host: string | undefined, port: number | undefined): string {
  return host?.includes(':') === true ? `[${host}]:${port ?? 0}` : `${host ?? ''}:${port ?? 0}`;
}
