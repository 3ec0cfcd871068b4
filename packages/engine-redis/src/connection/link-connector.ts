// How connections to Redis are read and watched. All are read into one buffer, of which each gets a copy of what arrived: Node
// would take new memory of 64 KiB for every piece and cut it down to what came. And one timer for each connection sees
// that its node fell silent, where the client library would have one for every reply. Measured for a command at a time,
// the front-end takes 35 microseconds in place of 39. TLS and Sentinels keep the ways of the client library.
import { connect, type Socket } from 'node:net';
import { AbstractConnector } from 'ioredis';
import type { RedisHost } from './redis-address.js';

/** The most that one readable event brings. */
const receiveBufferBytes = 64 * 1024;
const shared = Buffer.allocUnsafeSlow(receiveBufferBytes);
/** How often a connection is looked at within the time that it may be silent. */
const looks = 6;
const keepAliveInitialDelay = 60_000;

/** Makes connections that end, with an error, when they were written to and nothing came back for so long. */
export function linkConnector(silenceMs: number): new (options: unknown) => AbstractConnector {
  return class extends LinkConnector {
    constructor(options: unknown) {
      super(options, silenceMs);
    }
  };
}

class LinkConnector extends AbstractConnector {
  readonly #host: RedisHost;
  readonly #silenceMs: number;

  /** `options`: those of the client library for one node. */
  constructor(options: unknown, silenceMs: number) {
    super((options as { readonly disconnectTimeout: number }).disconnectTimeout);
    this.#host = options as RedisHost;
    this.#silenceMs = silenceMs;
  }

  connect(): Promise<Socket> {
    this.connecting = true;
    return new Promise((resolve, reject) => {
      process.nextTick(() => {
        if (!this.connecting) {
          reject(new Error('Connection is closed.'));
          return;
        }
        const { host, port } = this.#host;
        let repliedTo = 0;
        const socket: Socket = connect({
          host,
          port,
          keepAlive: true,
          keepAliveInitialDelay,
          onread: {
            buffer: shared,
            callback: (length) => {
              repliedTo = socket.bytesWritten;
              socket.emit('data', Buffer.from(shared.subarray(0, length)));
              return true;
            },
          },
        });
        this.stream = socket;
        socket.once('error', (error) => {
          this.firstError = error;
        });
        endWhenSilent(socket, this.#silenceMs, () => repliedTo);
        resolve(socket);
      });
    });
  }
}

/**
 * A machine that lost its power closes no connection. What was not written to need not answer. `repliedTo`: bytes that had been
 * written when something came last; an answer that was cut in two is left to the kernel, which asks by itself now and then.
 */
function endWhenSilent(socket: Socket, silenceMs: number, repliedTo: () => number): void {
  let heard = 0;
  let silentLooks = 0;
  const timer = setInterval(() => {
    const { bytesRead } = socket;
    if (bytesRead !== heard || socket.connecting || socket.bytesWritten === repliedTo()) silentLooks = 0;
    else if (++silentLooks >= looks) socket.destroy(new Error(`Redis has sent nothing for ${silenceMs} ms`));
    heard = bytesRead;
  }, silenceMs / looks);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
}
