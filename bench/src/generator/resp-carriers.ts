// Connections that speak RESP to msessiond or Redis: one request, or a page's two, at a time.
import { connect, type Socket } from 'node:net';
import { encodeRequest, ReplyDecoder, ReplyError, type ReplyValue } from '@msession/protocol';
import type { Traffic } from './load-job.js';
import type { Carrier } from './open-loop.js';

type Done = (isGood: boolean) => void;

/** Says what the first failure was; later ones are only counted. */
export interface FailureNote {
  first?: string;
}

export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  // a server that hangs up in the middle of a measurement leaves none
  socket.on('close', () => {
    throw new Error('the server closed a connection of the load generator');
  });
  return socket;
}

abstract class RespCarrier implements Carrier {
  protected readonly socket: Socket;
  private readonly decoder = new ReplyDecoder();
  private readonly note: FailureNote;
  private onReply: (reply: ReplyValue) => void = () => undefined;

  constructor(socket: Socket, note: FailureNote) {
    this.socket = socket;
    this.note = note;
    socket.on('data', (chunk: Buffer) => {
      this.decoder.feed(chunk);
      const reply = this.decoder.next();
      if (reply !== undefined) this.onReply(reply);
    });
  }

  abstract begin(done: Done): void;

  protected ask(request: Buffer | string, onReply: (reply: ReplyValue) => void): void {
    this.onReply = onReply;
    this.socket.write(request, 'latin1');
  }

  protected isGood(reply: ReplyValue): boolean {
    if (!(reply instanceof ReplyError)) return true;
    this.note.first ??= `${reply.code} ${reply.message}`;
    return false;
  }
}

/** Draws requests of a mix; each is joined from parts that were encoded beforehand. */
export function requestDrawer(traffic: Extract<Traffic, { kind: 'resp' }>): () => string {
  const { mix, sessions, idPattern, dataBytes } = traffic;
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const data = 'x'.repeat(dataBytes);
  const run = Math.floor(Math.random() * 1e6);
  const digits = '0'.repeat(12);
  let count = 0;
  // every placeholder has a fixed length, so that the lengths in front of the words are constants
  const samples = { id: idPattern.replace('{id}', digits), new: `new:${digits}${digits}`, number: digits, data };
  const encoded = mix.map(({ words }) =>
    encodeRequest(
      words.map((word) =>
        word
          .replace('{id}', '\u0001'.padEnd(samples.id.length, '\u0001'))
          .replace('{new}', '\u0002'.padEnd(samples.new.length, '\u0002'))
          .replace('{number}', '\u0003'.padEnd(12, '\u0003'))
          .replace('{data}', data),
      ),
    )
      .toString('latin1')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters cannot stand in ids, so they mark the holes
      .split(/(\u0001+|\u0002+|\u0003+)/),
  );
  const filled = (part: string): string => {
    const mark = part.charCodeAt(0);
    if (mark === 1) return idPattern.replace('{id}', String(Math.floor(Math.random() * sessions)).padStart(12, '0'));
    if (mark === 2) return `new:${String(run).padStart(12, '0')}${String(++count).padStart(12, '0')}`;
    if (mark === 3) return String(++count).padStart(12, '0');
    return part;
  };
  return () => {
    let at = Math.random() * total;
    let index = 0;
    while (index < mix.length - 1 && at >= (mix[index] as { weight: number }).weight) {
      at -= (mix[index] as { weight: number }).weight;
      index++;
    }
    let request = '';
    for (const part of encoded[index] as string[]) request += filled(part);
    return request;
  };
}

export class MixCarrier extends RespCarrier {
  private readonly draw: () => string;

  constructor(socket: Socket, note: FailureNote, draw: () => string) {
    super(socket, note);
    this.draw = draw;
  }

  begin(done: Done): void {
    this.ask(this.draw(), (reply) => done(this.isGood(reply)));
  }
}

/** What a page does with its session on msessiond, in two round trips. */
export class PageCarrier extends RespCarrier {
  private readonly sessions: number;
  private readonly data: string;
  private count = 0;

  constructor(socket: Socket, note: FailureNote, traffic: Extract<Traffic, { kind: 'page' }>) {
    super(socket, note);
    this.sessions = traffic.sessions;
    this.data = 'x'.repeat(Math.max(0, traffic.dataBytes - 12));
  }

  begin(done: Done): void {
    const id = `page:${Math.floor(Math.random() * this.sessions)}`;
    this.ask(encodeRequest(['SLOCK', id, 'WAIT', '10000', 'CREATE', 'DATA', 'BIND']), (locked) => {
      if (!this.isGood(locked) || !Array.isArray(locked)) return done(false);
      const data = `${String(++this.count).padStart(12, '0')}${this.data}`;
      const key = Number(locked[0]);
      this.ask(encodeRequest(['SUNLOCK', id, key, 'DATA', data]), (reply) => done(this.isGood(reply)));
    });
  }
}
