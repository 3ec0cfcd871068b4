// A connection to one redis-server of a test, past every client library: what tests say to a server about itself, and
// how they look at what an engine has written. Replies come in the order of the calls.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  encodeRequest,
  ReplyDecoder,
  ReplyError,
  type ReplyValue,
  type RequestWord,
  replyText,
} from '@msession/protocol';

export interface ControlAddress {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority, for a server that speaks TLS. */
  readonly authority?: string;
  readonly username?: string;
  readonly password?: string;
}

export class ControlConnection {
  readonly #socket: Socket;
  readonly #decoder = new ReplyDecoder();
  readonly #waiting: { resolve: (reply: ReplyValue) => void; reject: (error: Error) => void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the redis-server hung up'));
    });
  }

  static async open({ host, port, authority, username, password }: ControlAddress): Promise<ControlConnection> {
    const socket = authority === undefined ? connect({ host, port }) : connectTls({ host, port, ca: authority });
    await new Promise<void>((resolve, reject) => {
      socket.once(authority === undefined ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
    });
    const connection = new ControlConnection(socket);
    if (password !== undefined) await connection.call('AUTH', username ?? 'default', password);
    return connection;
  }

  /** One command; an error reply rejects. */
  async call(...words: readonly RequestWord[]): Promise<ReplyValue> {
    const reply = await new Promise<ReplyValue>((resolve, reject) => {
      if (this.#socket.destroyed) reject(new Error('the connection is closed'));
      this.#waiting.push({ resolve, reject });
      this.#socket.write(encodeRequest(words));
    });
    if (reply instanceof ReplyError) throw new Error(`${String(words[0])}: ${reply.code} ${reply.message}`);
    return reply;
  }

  /** A reply that is text. */
  async text(...words: readonly RequestWord[]): Promise<string> {
    return replyText(await this.call(...words)) ?? '';
  }

  /** A reply that is a list of texts. */
  async texts(...words: readonly RequestWord[]): Promise<string[]> {
    const reply = await this.call(...words);
    return Array.isArray(reply) ? reply.map((item: ReplyValue) => replyText(item) ?? '') : [];
  }

  /** One field of INFO. */
  async info(section: string, field: string): Promise<string | undefined> {
    const text = await this.text('INFO', section);
    return text
      .split('\r\n')
      .find((line) => line.startsWith(`${field}:`))
      ?.slice(field.length + 1);
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#decoder.feed(chunk);
    for (let reply = this.#decoder.next(); reply !== undefined; reply = this.#decoder.next())
      this.#waiting.shift()?.resolve(reply);
  }
}
