// Receives into one buffer for all connections. Node offers this (`onread`) for sockets that one creates, not for those
// a server accepts, so the accepted connection's handle is moved into a socket created with `onread`. Where that is not
// possible, 'data' events are used instead; `path` says which. The bytes given to `receive` are valid only during the
// call: the next readable event of any connection overwrites them.
import { Socket } from 'node:net';

/** How bytes arrive: into the shared buffer, or in a buffer of their own by 'data' events. */
export type ReceivePath = 'shared-buffer' | 'data-events';

/** Bytes of `buffer` from `start` to `end` arrived; they are the receiver's until it returns. */
export type ReceiveBytes = (buffer: Buffer, start: number, end: number) => void;

export interface AdoptedSocket {
  readonly socket: Socket;
  readonly path: ReceivePath;
}

/** The parts of Node's handle that are used here; all of them may be missing. */
interface ConnectionHandle {
  useUserBuffer?(buffer: Uint8Array): void;
  readonly writeQueueSize?: number;
}

interface WithHandle {
  _handle: ConnectionHandle | null;
}

/**
 * Bytes that the shared receive buffer holds: the most that one readable event brings. So many that a value of 64 KiB comes in
 * one piece, or several of them: what is cut off is copied once more (bench `throughput`, 64 KiB).
 */
export const receiveBufferBytes = 256 * 1024;

/**
 * Takes over a connection that a server with `pauseOnConnect` accepted.
 * @param shared the buffer of all connections, or null to use 'data' events
 */
export function adoptSocket(accepted: Socket, shared: Buffer | null, receive: ReceiveBytes): AdoptedSocket {
  const handle = (accepted as unknown as WithHandle)._handle;
  if (shared === null || typeof handle?.useUserBuffer !== 'function') {
    accepted.on('data', (chunk: Buffer) => receive(chunk, 0, chunk.length));
    accepted.resume();
    return { socket: accepted, path: 'data-events' };
  }
  // The accepted socket lets go of the handle first, so that destroying it only tells its server to forget it.
  (accepted as unknown as WithHandle)._handle = null;
  accepted.destroy();
  const options = {
    handle,
    onread: {
      buffer: shared,
      callback: (length: number): boolean => {
        receive(shared, 0, length);
        return true;
      },
    },
  };
  return { socket: new Socket(options as ConstructorParameters<typeof Socket>[0]), path: 'shared-buffer' };
}

/** Bytes handed to the kernel side of a socket that the peer has not taken yet; shrinks while a slow reader reads. */
export function unsentBytes(socket: Socket): number {
  return socket.writableLength + ((socket as unknown as WithHandle)._handle?.writeQueueSize ?? 0);
}
