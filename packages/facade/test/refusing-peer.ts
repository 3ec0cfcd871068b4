// A server that takes every connection, says hello, and answers every command alike.
import { createServer, type Socket } from 'node:net';
import { Request, RequestParser, requestLimits } from '@msession/protocol';

export interface RefusingPeer {
  readonly port: number;
  /** What the next commands are answered; null hangs up instead. */
  answer: string | null;
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startRefusingPeer(): Promise<RefusingPeer> {
  const sockets = new Set<Socket>();
  const peer = { port: 0, answer: '-ERR not today\r\n' as string | null, requests: [] as string[] };
  const server = createServer((socket) => {
    sockets.add(socket);
    const parser = new RequestParser(requestLimits());
    const request = new Request();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      parser.feed(chunk, 0, chunk.length);
      while (parser.next(request) === 'command') {
        if (request.isToken(0, 'HELLO')) socket.write('%0\r\n');
        else {
          peer.requests.push(request.text(0));
          if (peer.answer === null) socket.resetAndDestroy();
          else socket.write(peer.answer);
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  peer.port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(peer, {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
