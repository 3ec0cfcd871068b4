// A transport without sockets: a test sees every write as it leaves the client, and says when bytes arrive, when the
// peer stops taking them and when the connection ends.
import { Request, RequestParser, requestLimits } from '@msession/protocol';
import type { Transport, TransportEvents } from '../src/transport.js';

export class ScriptedTransport implements Transport {
  readonly description = 'a script';
  /** One entry for each write, parsed into requests. */
  readonly writes: string[][][] = [];
  isTaking = true;
  isRefusing = false;
  attempts = 0;
  keepsProcessAlive = true;
  private events: TransportEvents | undefined;

  async connect(events: TransportEvents) {
    this.attempts++;
    if (this.isRefusing) throw new Error('refused by the script');
    this.events = events;
    const parser = new RequestParser(requestLimits());
    return {
      write: (chunks: readonly Uint8Array[]) => {
        const bytes = Buffer.concat(chunks);
        const request = new Request();
        const requests: string[][] = [];
        parser.feed(bytes, 0, bytes.length);
        while (parser.next(request) === 'command')
          requests.push(Array.from({ length: request.count }, (_, index) => request.text(index)));
        this.writes.push(requests);
        if (requests[0]?.[0] === 'HELLO') queueMicrotask(() => this.receive('%1\r\n+proto\r\n:3\r\n'));
        return this.isTaking;
      },
      end: () => {},
      destroy: () => {},
      setKeepsProcessAlive: (isKeeping: boolean) => {
        this.keepsProcessAlive = isKeeping;
      },
    };
  }

  receive(bytes: string): void {
    this.events?.onData(Buffer.from(bytes));
  }

  drain(): void {
    this.isTaking = true;
    this.events?.onDrain();
  }

  hangUp(cause?: Error): void {
    this.events?.onClose(cause);
  }
}
