// express-session passes requests on without a session while its store says `disconnect`: the client's connection, said
// in its words. Since nobody then asks the store for anything, the way back is looked for here.
import type { EventEmitter } from 'node:events';

/** What matters here of a client. */
interface ClientConnection {
  on(event: 'ready' | 'failed' | 'closed', listener: () => void): unknown;
  connect(): Promise<void>;
}

const pauseMs = 1000;

/**
 * Emits `disconnect` when the client gave up connecting or was closed, and `connect` when it is there again. A
 * connection lost for a moment is no `disconnect`: requests wait for it.
 */
export function relayConnection(client: ClientConnection, store: EventEmitter): void {
  let isConnected = true;
  let retry: NodeJS.Timeout | undefined;
  const change = (now: boolean) => {
    clearTimeout(retry);
    if (now !== isConnected) store.emit(now ? 'connect' : 'disconnect');
    isConnected = now;
  };
  client.on('ready', () => change(true));
  client.on('closed', () => change(false));
  client.on('failed', () => {
    change(false);
    // a failure of this attempt comes back here as `failed`
    retry = setTimeout(() => client.connect().catch(() => {}), pauseMs).unref();
  });
}
