// A client of a few lines for tests: bytes out, decoded replies in the order of their arrival, pushes apart.
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { encodeRequest, ReplyDecoder, ReplyPush, type ReplyValue, type RequestWord } from '@msession/protocol';

class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #takers: { resolve: (item: Item) => void; reject: (error: Error) => void }[] = [];
  #error: Error | null = null;

  get size(): number {
    return this.#items.length;
  }

  put(item: Item): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker.resolve(item);
  }

  take(): Promise<Item> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift() as Item);
    if (this.#error !== null) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  fail(error: Error): void {
    this.#error = error;
    for (const taker of this.#takers.splice(0)) taker.reject(error);
  }
}

export class RespPeer {
  readonly socket: Socket;
  /** Resolves when the connection is closed, whoever closed it. */
  readonly closed: Promise<void>;
  readonly #decoder = new ReplyDecoder();
  readonly #replies = new Inbox<ReplyValue>();
  readonly #pushes = new Inbox<readonly ReplyValue[]>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        const error = new Error('the connection is closed');
        this.#replies.fail(error);
        this.#pushes.fail(error);
        resolve();
      });
    });
  }

  static async open(where: NetConnectOpts): Promise<RespPeer> {
    const socket = connect(where);
    const peer = new RespPeer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return peer;
  }

  send(...words: readonly RequestWord[]): void {
    this.socket.write(encodeRequest(words));
  }

  raw(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  call(...words: readonly RequestWord[]): Promise<ReplyValue> {
    this.send(...words);
    return this.next();
  }

  /** The next reply. */
  next(): Promise<ReplyValue> {
    return this.#replies.take();
  }

  get pendingReplies(): number {
    return this.#replies.size;
  }

  nextPush(): Promise<readonly ReplyValue[]> {
    return this.#pushes.take();
  }

  get pendingPushes(): number {
    return this.#pushes.size;
  }

  async hangUp(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #receive(chunk: Buffer): void {
    this.#decoder.feed(chunk);
    for (let reply = this.#decoder.next(); reply !== undefined; reply = this.#decoder.next()) {
      if (reply instanceof ReplyPush) this.#pushes.put(reply.items);
      else this.#replies.put(reply);
    }
    if (this.#decoder.fault !== null) this.socket.destroy(this.#decoder.fault);
  }
}

/** Text of a string reply; a failure for anything else says what it was. */
export function text(reply: ReplyValue): string {
  if (typeof reply === 'string') return reply;
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  if (reply !== null && typeof reply === 'object' && 'text' in reply) return reply.text;
  throw new Error(`expected text, got ${reply instanceof Error ? `-${reply.message}` : JSON.stringify(reply)}`);
}
