// One connection while it lives: sends queued calls, one write a turn of the event loop, gives replies to calls in order, and hands push
// messages on. It never reconnects and never settles a call because it ended: that is its link's decision.
import { ReplyDecoder, ReplyError, ReplyPush, type ReplyValue } from '@msession/protocol';
import { CallQueue } from './call-queue.js';
import { ConnectionError, ServerError } from './errors.js';
import type { PendingCall } from './pending-call.js';
import type { Transport, TransportConnection } from './transport.js';

/** About how many bytes one write takes at most; what is left goes as soon as the transport took them. */
const writeBytes = 1024 * 1024;

export interface ConnectionEvents {
  onPush(items: readonly ReplyValue[]): void;
  /** What comes when no call waits for a reply (the lines of MONITOR); without it such a reply is a fault. */
  onUnasked?(value: ReplyValue): void;
  /** Once. `unanswered` were sent and not answered, in order. */
  onClose(cause: Error, unanswered: readonly PendingCall[]): void;
}

export interface ConnectionOptions {
  readonly maxReplyBytes: number;
}

export class Connection {
  /** Whether bytes came since somebody last set this to false. */
  hasReceived = false;
  /** Times that bytes came. */
  reads = 0;
  private readonly decoder: ReplyDecoder;
  private readonly inFlight = new CallQueue<PendingCall>();
  private readonly events: ConnectionEvents;
  private wire: TransportConnection | undefined;
  private source: CallQueue<PendingCall> = new CallQueue();
  private isFlushScheduled = false;
  private isBackedUp = false;
  private isClosed = false;
  private fault: Error | undefined;

  private constructor(events: ConnectionEvents, options: ConnectionOptions) {
    this.events = events;
    this.decoder = new ReplyDecoder({ maxBulkBytes: options.maxReplyBytes });
  }

  static async open(
    transport: Transport,
    events: ConnectionEvents,
    options: ConnectionOptions,
    signal: AbortSignal,
  ): Promise<Connection> {
    const connection = new Connection(events, options);
    const wire = await transport.connect(
      {
        onData: (chunk) => connection.receive(chunk),
        onDrain: () => connection.resume(),
        onClose: (cause) => connection.closed(cause),
      },
      signal,
    );
    connection.wire = wire;
    return connection;
  }

  /** Whether the server may rightly be silent: a call in flight waits for a lock. */
  get isWaitingForLock(): boolean {
    return this.inFlight.some((call) => call.request.isBlocking);
  }

  /** From now on `queue` is where calls to send are taken from. */
  sendFrom(queue: CallQueue<PendingCall>): void {
    this.source = queue;
    this.scheduleFlush();
  }

  /**
   * Sends what the queue holds when everything that was readable has been read: all of it in one write. A web server
   * reads several requests, or the replies to several, in one turn of the event loop; a write for each of them is what
   * costs most (bench/src/cycle).
   */
  scheduleFlush(): void {
    if (this.isFlushScheduled || this.isBackedUp || this.isClosed) return;
    this.isFlushScheduled = true;
    setImmediate(() => {
      this.isFlushScheduled = false;
      this.flush();
    });
  }

  setKeepsProcessAlive(isKeeping: boolean): void {
    this.wire?.setKeepsProcessAlive(isKeeping);
  }

  end(): void {
    this.wire?.end();
  }

  destroy(cause: Error): void {
    this.fault ??= cause;
    this.wire?.destroy();
    this.closed();
  }

  private flush(): void {
    while (!this.isClosed && !this.isBackedUp && this.source.length > 0) {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      while (bytes < writeBytes) {
        const call = this.source.shift();
        if (call === undefined) break;
        if (call.isSettled) continue;
        call.isSent = true;
        this.inFlight.push(call);
        chunks.push(call.request.bytes);
        bytes += call.request.bytes.length;
      }
      if (chunks.length > 0 && this.wire?.write(chunks) === false) this.isBackedUp = true;
    }
  }

  private resume(): void {
    this.isBackedUp = false;
    this.flush();
  }

  private receive(chunk: Buffer): void {
    if (this.isClosed) return;
    this.hasReceived = true;
    this.reads++;
    this.decoder.feed(chunk);
    for (let value = this.decoder.next(); value !== undefined; value = this.decoder.next()) {
      if (value instanceof ReplyPush) this.events.onPush(value.items);
      else this.answer(value);
      if (this.isClosed) return;
    }
    const { fault } = this.decoder;
    if (fault !== null)
      this.destroy(
        new ConnectionError('BAD_REPLY', `the peer sent bytes that are no RESP: ${fault.message}`, { cause: fault }),
      );
  }

  private answer(value: ReplyValue): void {
    const call = this.inFlight.shift();
    if (call !== undefined) call.reply(value);
    // the server says why it is about to hang up
    else if (value instanceof ReplyError) this.fault ??= new ServerError(value.code, value.message, 'HELLO');
    else if (this.events.onUnasked !== undefined) this.events.onUnasked(value);
    else this.destroy(new ConnectionError('BAD_REPLY', 'the peer sent a reply that nobody asked for'));
  }

  private closed(cause?: Error): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const reason = this.fault ?? cause ?? new Error('the peer closed the connection');
    this.events.onClose(reason, this.inFlight.drain());
  }
}
