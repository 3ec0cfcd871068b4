// One connection of a bench itself, for filling servers and for asking what is too rare for a load generator: batches go
// out together and their replies come back in order. An error reply rejects its batch.
import { connect, type Socket } from 'node:net';
import { ReplyDecoder, ReplyError, type ReplyValue, RequestWriter } from '@msession/protocol';

export type Words = readonly (string | number)[];

export class RespConnection {
  private readonly socket: Socket;
  private readonly decoder = new ReplyDecoder();
  private readonly writer = new RequestWriter();
  private replies: ReplyValue[] = [];
  private missing = 0;
  private settle: { resolve: (replies: ReplyValue[]) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static async open(port: number): Promise<RespConnection> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RespConnection(socket);
  }

  /** All requests in one write; their replies in order. */
  async batch(requests: readonly Words[]): Promise<ReplyValue[]> {
    if (this.settle !== undefined) throw new Error('this connection already waits for a batch');
    if (requests.length === 0) return [];
    const replied = new Promise<ReplyValue[]>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.missing = requests.length;
    this.writer.reset();
    for (const words of requests) this.writer.add(words);
    this.socket.write(this.writer.take());
    return await replied;
  }

  async ask(...words: Words): Promise<ReplyValue> {
    return (await this.batch([words]))[0] as ReplyValue;
  }

  close(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    this.decoder.feed(chunk);
    for (let reply = this.decoder.next(); reply !== undefined; reply = this.decoder.next()) {
      if (reply instanceof ReplyError) {
        this.fail(new Error(`the server answered ${reply.code} ${reply.message}`));
        return;
      }
      this.replies.push(reply);
    }
    if (this.missing > 0 && this.replies.length >= this.missing) {
      const { replies, settle } = this;
      this.replies = [];
      this.missing = 0;
      this.settle = undefined;
      settle?.resolve(replies);
    }
  }

  private fail(error: Error): void {
    this.socket.destroy();
    const { settle } = this;
    this.settle = undefined;
    settle?.reject(error);
  }
}
