// A server that does exactly what a test tells it: it parses requests and leaves the answering, or the lack of it, to
// the script. Real sockets on a free port of the loopback interface.
import { createServer, type Server, type Socket } from 'node:net';
import { Request, RequestParser, requestLimits } from '@msession/protocol';

export interface PeerConnection {
  readonly socket: Socket;
  /** From 1. */
  readonly number: number;
  /** Requests of this connection so far, HELLO included. */
  readonly requests: string[][];
  /** Raw bytes to the client. */
  send(bytes: string | Buffer): void;
}

/** Called for every request but HELLO, which is answered for RESP3 unless `hello` says otherwise. */
export type Script = (words: string[], connection: PeerConnection) => void;

export interface ScriptedPeer {
  readonly port: number;
  readonly connections: PeerConnection[];
  /** All requests of all connections, HELLO left out. */
  readonly requests: string[][];
  close(): Promise<void>;
}

export const helloReply =
  '%7\r\n+server\r\n+msession\r\n+version\r\n+0\r\n+proto\r\n:3\r\n+id\r\n:1\r\n+mode\r\n+standalone\r\n+role\r\n+master\r\n+modules\r\n*0\r\n';

export async function startPeer(
  script: Script,
  options: {
    readonly hello?: Script;
    readonly path?: string;
    readonly server?: (on: (socket: Socket) => void) => Server;
  } = {},
): Promise<ScriptedPeer> {
  const connections: PeerConnection[] = [];
  const requests: string[][] = [];
  const accept = (socket: Socket) => {
    const connection: PeerConnection = {
      socket,
      number: connections.length + 1,
      requests: [],
      send: (bytes) => {
        if (!socket.destroyed) socket.write(bytes);
      },
    };
    connections.push(connection);
    const parser = new RequestParser(requestLimits());
    const request = new Request();
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      parser.feed(chunk, 0, chunk.length);
      while (parser.next(request) === 'command') {
        const words = Array.from({ length: request.count }, (_, index) => request.text(index));
        connection.requests.push(words);
        if (words[0] === 'HELLO') (options.hello ?? (() => connection.send(helloReply)))(words, connection);
        else {
          requests.push(words);
          script(words, connection);
        }
      }
    });
  };
  const server = options.server === undefined ? createServer(accept) : options.server(accept);
  await new Promise<void>((resolve) => {
    if (options.path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(options.path, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections,
    requests,
    close: async () => {
      for (const { socket } of connections) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
