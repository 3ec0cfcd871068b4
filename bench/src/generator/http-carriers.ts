// Connections of a browser's kind: GET / with a visitor's cookie, kept alive; replies are read by Content-Length.
import type { Socket } from 'node:net';
import type { Carrier } from './open-loop.js';
import { type FailureNote, openSocket } from './resp-carriers.js';

/** Cookies by visitor; a visitor without one is given it by the first answer. */
export class Visitors {
  private readonly cookies: string[] = [];

  add(cookie: string): void {
    this.cookies.push(cookie);
  }

  any(): string {
    return this.cookies[Math.floor(Math.random() * this.cookies.length)] ?? '';
  }
}

export class HttpCarrier implements Carrier {
  private readonly socket: Socket;
  private readonly visitors: Visitors;
  private readonly note: FailureNote;
  private text = '';
  private onReply: (head: string) => void = () => undefined;

  constructor(socket: Socket, note: FailureNote, visitors: Visitors) {
    this.socket = socket;
    this.visitors = visitors;
    this.note = note;
    socket.on('data', (chunk: Buffer) => this.read(chunk.toString('latin1')));
  }

  begin(done: (isGood: boolean) => void): void {
    this.get(this.visitors.any(), (head) => {
      const isGood = head.startsWith('HTTP/1.1 200');
      if (!isGood) this.note.first ??= head.slice(0, head.indexOf('\r\n'));
      done(isGood);
    });
  }

  /** The first visit: takes the cookie that the answer sets. */
  async visit(): Promise<void> {
    const head = await new Promise<string>((resolve) => this.get('', resolve));
    const cookie = /^set-cookie: ([^;\r]+)/im.exec(head)?.[1];
    if (cookie === undefined) throw new Error(`the application set no cookie: ${head.slice(0, 100)}`);
    this.visitors.add(cookie);
  }

  private get(cookie: string, onReply: (head: string) => void): void {
    this.onReply = onReply;
    const line = cookie === '' ? '' : `Cookie: ${cookie}\r\n`;
    this.socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${line}\r\n`, 'latin1');
  }

  private read(chunk: string): void {
    this.text += chunk;
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.text.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
    if (!Number.isInteger(length)) throw new Error('the application answered without Content-Length');
    if (this.text.length < end + 4 + length) return;
    this.text = '';
    this.onReply(head);
  }
}

/** Connections with so many visitors that have their sessions. */
export async function httpCarriers(
  port: number,
  connections: number,
  visitors: number,
  note: FailureNote,
): Promise<HttpCarrier[]> {
  const all = new Visitors();
  const carriers: HttpCarrier[] = [];
  for (let index = 0; index < connections; index++) carriers.push(new HttpCarrier(await openSocket(port), note, all));
  for (let index = 0; index < visitors; index++) await (carriers[index % connections] as HttpCarrier).visit();
  return carriers;
}
