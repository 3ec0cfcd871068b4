// What listens where Redis should, and says of itself what a test wants: it answers INFO with that, and everything else with
// OK.
import { createServer, type Server, type Socket } from 'node:net';
import { ReplyDecoder, replyText } from '@msession/protocol';

export class PretendedRedis {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Names of the commands it was sent. */
  readonly asked: readonly string[];
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(server: Server, sockets: ReadonlySet<Socket>, asked: readonly string[]) {
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
    this.#sockets = sockets;
    this.asked = asked;
  }

  /** @param fields lines of INFO: `redis_version:5.0.14` */
  static async start(...fields: readonly string[]): Promise<PretendedRedis> {
    const info = ['# Server', ...fields, 'loading:0', ''].join('\r\n');
    const sockets = new Set<Socket>();
    const asked: string[] = [];
    const server = createServer((socket) => {
      sockets.add(socket);
      const decoder = new ReplyDecoder();
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        // a request is an array of bulk strings, as some replies are
        decoder.feed(chunk);
        for (let request = decoder.next(); request !== undefined; request = decoder.next()) {
          const name = (Array.isArray(request) ? replyText(request[0]) : null)?.toUpperCase() ?? '';
          asked.push(name);
          socket.write(name === 'INFO' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new PretendedRedis(server, sockets, asked);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
