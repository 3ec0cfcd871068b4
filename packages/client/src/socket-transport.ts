// The transport of real sockets: TCP, TLS and Unix. One write per flush: small chunks are joined, large ones leave by
// writev under cork, so that no value is copied only to be sent.
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Transport, TransportConnection, TransportEvents } from './transport.js';

export interface SocketTransportOptions {
  readonly host: string;
  readonly port: number;
  /** Path of a Unix socket; wins over host and port. */
  readonly path?: string;
  /** Options of node:tls; undefined: no TLS. */
  readonly tls?: ConnectionOptions;
}

/** Chunks up to this many bytes together are copied into one buffer: cheaper than a writev of tiny pieces. */
const joinedBytes = 64 * 1024;

/** TCP, TLS or Unix socket to a server. */
export function createSocketTransport(options: SocketTransportOptions): Transport {
  const { host, port, path, tls } = options;
  const description = path ?? (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  return {
    description,
    connect: (events, signal) =>
      new Promise((resolve, reject) => {
        const where = path === undefined ? { host, port } : { path };
        const servername = path === undefined && /[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {};
        const socket = tls === undefined ? connectTcp(where) : connectTls({ ...servername, ...where, ...tls });
        const stop = () => socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        const fail = (error: Error) => {
          signal.removeEventListener('abort', stop);
          reject(error);
        };
        const failClosed = () => fail(new Error('the connection was closed while it was being made'));
        signal.addEventListener('abort', stop);
        socket.once('error', fail);
        socket.once('close', failClosed);
        socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
          signal.removeEventListener('abort', stop);
          socket.off('error', fail);
          socket.off('close', failClosed);
          resolve(adopt(socket, events, path === undefined));
        });
        if (signal.aborted) stop();
      }),
  };
}

function adopt(socket: Socket, events: TransportEvents, isTcp: boolean): TransportConnection {
  let cause: Error | undefined;
  if (isTcp) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
  }
  socket.on('data', (chunk) => events.onData(chunk as Buffer));
  socket.on('drain', () => events.onDrain());
  socket.on('error', (error) => {
    cause = error;
  });
  socket.on('close', () => events.onClose(cause));
  return {
    write(chunks) {
      if (chunks.length === 1) return socket.write(chunks[0] as Uint8Array);
      let total = 0;
      for (const chunk of chunks) total += chunk.length;
      if (total <= joinedBytes) return socket.write(Buffer.concat(chunks, total));
      socket.cork();
      let isTaking = true;
      for (const chunk of chunks) isTaking = socket.write(chunk);
      socket.uncork();
      return isTaking;
    },
    end: () => {
      socket.end();
    },
    destroy: () => {
      socket.destroy();
    },
    setKeepsProcessAlive: (isKeeping) => {
      if (isKeeping) socket.ref();
      else socket.unref();
    },
  };
}
