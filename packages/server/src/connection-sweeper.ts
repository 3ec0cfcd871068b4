// Once a second: closes connections that are idle, silent in the middle of a request, without a password, or that do not
// read their replies. One timer for all connections; their own state is a few numbers.
import { unsentBytes } from './adopt-socket.js';
import type { Connection } from './connection.js';
import type { ServerContext } from './server-context.js';

const sweepMs = 1000;
/** An ending connection whose peer does not hang up is cut off after so long. */
const lingerMs = 2000;

export class ConnectionSweeper {
  readonly #context: ServerContext;
  #timer: { cancel(): void } | null = null;

  constructor(context: ServerContext) {
    this.#context = context;
    context.connections.nowMs = context.clock.monotonicMs();
  }

  start(): void {
    const { clock, connections } = this.#context;
    connections.nowMs = clock.monotonicMs();
    this.#timer = clock.schedule(sweepMs, () => {
      this.start();
      this.sweep();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  sweep(): void {
    const { connections, statistics } = this.#context;
    statistics.measureRate(connections.nowMs);
    for (const connection of connections) {
      const reason = this.#reasonToClose(connection, connections.nowMs);
      if (reason === null) continue;
      this.#context.logger.info({ client: connection.id, reason }, 'closed a client');
      connection.socket.destroy();
    }
  }

  #reasonToClose(connection: Connection, nowMs: number): string | null {
    const { limits, statistics } = this.#context;
    const unsent = unsentBytes(connection.socket);
    if (unsent === 0) connection.stalledSinceMs = 0;
    else if (connection.stalledSinceMs === 0 || unsent !== connection.lastUnsentBytes)
      connection.stalledSinceMs = nowMs;
    else if (nowMs - connection.stalledSinceMs >= limits.slowReaderTimeoutMs) {
      statistics.slowReadersClosed++;
      return `it took none of its replies for ${limits.slowReaderTimeoutMs} ms`;
    }
    connection.lastUnsentBytes = unsent;
    if (connection.isEnding) {
      if (!connection.socket.writableFinished) return null;
      return nowMs - connection.endingSinceMs >= lingerMs ? 'it was ended and did not hang up' : null;
    }
    const silentMs = nowMs - connection.lastActiveMs;
    if (connection.user === null && over(nowMs - connection.anonymousSinceMs, limits.preAuthTimeoutSeconds)) {
      statistics.timeoutsClosed++;
      return `it gave no password for ${limits.preAuthTimeoutSeconds} s`;
    }
    const isWaiting = connection.blockedBy !== null || connection.isParked;
    if (!isWaiting && connection.parser.isMidCommand && over(silentMs, limits.requestTimeoutSeconds)) {
      statistics.timeoutsClosed++;
      return `its request stayed unfinished for ${limits.requestTimeoutSeconds} s`;
    }
    const listens = connection.isMonitor || connection.unsubscribe !== null || connection.needsReading;
    if (!isWaiting && !listens && over(silentMs, limits.idleTimeoutSeconds)) {
      statistics.timeoutsClosed++;
      return `it was idle for ${limits.idleTimeoutSeconds} s`;
    }
    return null;
  }
}

function over(milliseconds: number, limitSeconds: number): boolean {
  return limitSeconds > 0 && milliseconds >= limitSeconds * 1000;
}
