// express-session passes requests on without a session while its store says `disconnect`: the client's connection, said
// in its words. Calls made in between are not lost, the client sends them when it is connected again.
import type { EventEmitter } from 'node:events';

/** The events of a client that matter here. */
interface ClientConnection {
  on(event: 'ready' | 'failed' | 'closed', listener: () => void): unknown;
}

/**
 * Emits `disconnect` when the client gave up connecting or was closed, and `connect` when it is there again. A
 * connection lost for a moment is no `disconnect`: requests wait for it.
 */
export function relayConnection(client: ClientConnection, store: EventEmitter): void {
  let isConnected = true;
  const change = (now: boolean) => {
    if (now !== isConnected) store.emit(now ? 'connect' : 'disconnect');
    isConnected = now;
  };
  client.on('ready', () => change(true));
  client.on('failed', () => change(false));
  client.on('closed', () => change(false));
}
