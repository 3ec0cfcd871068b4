// One connection of the fuzzer: sends a batch and holds every reply against what was due: as many as there were requests,
// in order, well-formed, and nothing behind them. It is made anew whenever a batch left it unusable.
import { connect, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { encodeRequest, ReplyDecoder, ReplyError, ReplyPush, type ReplyValue } from '@msession/protocol';
import type { RequestBatch } from './request-batch.js';
import { faultOfReply, type UserName } from './user-rights.js';

/** A server that answers nothing for so long hangs. */
const patienceMs = 60_000;

export interface FuzzFigures {
  requests: number;
  /** Refused for want of a right. */
  denied: number;
  errors: number;
  faults: number;
  pushes: number;
  connections: number;
}

export class FuzzConnection {
  readonly #port: number;
  readonly #figures: FuzzFigures;
  #open: { readonly socket: Socket; readonly user: UserName; decoder: ReplyDecoder; isEnded: boolean } | null = null;
  #wake: () => void = () => {};

  constructor(port: number, figures: FuzzFigures) {
    this.#port = port;
    this.#figures = figures;
  }

  /** @throws Error that says what was not as it must be */
  async run(batch: RequestBatch): Promise<void> {
    if (this.#open?.user !== batch.user) {
      this.close();
      await this.#connect(batch.user);
    }
    const { socket } = this.#current;
    socket.write(batch.bytes);
    for (const [at, expected] of batch.expected.entries()) {
      const reply = await this.#reply(`reply ${at + 1} of ${batch.expected.length}`);
      const fault = faultOfReply(reply, expected);
      if (fault !== undefined) throw new Error(`reply ${at + 1}: ${fault}`);
      this.#figures.requests++;
      if (reply instanceof ReplyError) this.#count(reply);
    }
    if (batch.endsAs === 'open') {
      this.#refuseMore();
      return;
    }
    if (batch.endsAs !== 'close') socket.end();
    await this.#end();
    this.close();
  }

  close(): void {
    this.#open?.socket.destroy();
    this.#open = null;
  }

  get #current() {
    if (this.#open === null) throw new Error('there is no connection');
    return this.#open;
  }

  #count(reply: ReplyError): void {
    const figures = this.#figures;
    figures.errors++;
    if (reply.code === 'NOPERM' || reply.code === 'NOAUTH') figures.denied++;
    if (reply.code === 'PROTO') figures.faults++;
  }

  async #connect(user: UserName): Promise<void> {
    const socket = connect(this.#port, '127.0.0.1');
    socket.setNoDelay(true);
    const open = { socket, user, decoder: new ReplyDecoder(), isEnded: false };
    this.#open = open;
    this.#figures.connections++;
    socket.on('data', (chunk: Buffer) => {
      open.decoder.feed(chunk);
      this.#wake();
    });
    const end = () => {
      open.isEnded = true;
      this.#wake();
    };
    socket.on('error', end).on('end', end).on('close', end);
    if (user === 'nobody') return;
    socket.write(encodeRequest(['AUTH', user, passwordOf(user)]));
    const reply = await this.#reply('the reply to AUTH');
    if (reply !== 'OK') throw new Error('AUTH was not answered OK');
  }

  async #reply(what: string): Promise<ReplyValue> {
    const open = this.#current;
    for (;;) {
      const reply = open.decoder.next();
      if (open.decoder.fault !== null) throw new Error(`${what} is malformed: ${open.decoder.fault.message}`);
      if (reply instanceof ReplyPush) this.#figures.pushes++;
      else if (reply !== undefined) return reply;
      else if (open.isEnded) throw new Error(`the connection ended where ${what} was due`);
      else await this.#whenMore(what);
    }
  }

  /** Waits for the end; pushes may come before it. */
  async #end(): Promise<void> {
    const open = this.#current;
    while (!open.isEnded) {
      this.#refuseMore();
      await this.#whenMore('the end of the connection');
    }
    this.#refuseMore();
    if (open.decoder.isMidReply) throw new Error('the connection ended within a reply');
  }

  #refuseMore(): void {
    const { decoder } = this.#current;
    for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) {
      if (!(reply instanceof ReplyPush))
        throw new Error(`a reply to nothing: ${inspect(reply, { depth: 4 }).slice(0, 400)}`);
      this.#figures.pushes++;
    }
    if (decoder.fault !== null) throw new Error(`something malformed behind the replies: ${decoder.fault.message}`);
  }

  #whenMore(what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come within ${patienceMs} ms`)), patienceMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }
}

export function passwordOf(user: UserName): string {
  return `password of ${user}`;
}
