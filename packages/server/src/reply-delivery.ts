// The way of replies to sockets. One writer serves all connections: the replies of one turn of the event loop are written
// into it one behind the other, each connection's part is handed to its socket in one piece when the turn's reading is
// done, and the buffer is used again as soon as the kernel took all of it. Replies that become known later, or must wait
// until they are durable (`engine.barrier`), pass through the connection's queue. Pushes never leave inside a reply:
// they wait until the command that is running has written its own.
import type { Engine } from '@msession/engine';
import { type DeferredReply, RespWriter } from '@msession/protocol';
import type { Logger } from 'pino';
import { unsentBytes } from './adopt-socket.js';
import type { Connection } from './connection.js';
import type { ServerLimits } from './options.js';
import type { ReplySlot } from './reply-queue.js';
import type { ServerStatistics } from './server-statistics.js';

export interface ReplyDeliveryOptions {
  readonly engine: Engine;
  readonly limits: ServerLimits;
  readonly statistics: ServerStatistics;
  readonly logger: Logger;
  /** Called when a connection's replies have left or its blocking reply is known: its requests may go on. */
  readonly onRoom: (connection: Connection) => void;
  /** Called when a connection takes its replies too slowly: its requests must wait for `onRoom`. */
  readonly onCongested: (connection: Connection) => void;
}

/** A connection's part of the writer. */
interface Part {
  readonly connection: Connection;
  readonly start: number;
  readonly end: number;
}

const notDurable =
  '-UNAVAILABLE the store cannot be written: what was changed is not on disk and a crash would lose it\r\n';

const tooLarge = 'the reply is larger than a reply can be; ask for it in pages';

/** A larger batch of replies is handed to the kernel before it is complete. */
export const flushBytes = 64 * 1024;

export class ReplyDelivery {
  /** The replies of this turn; those of the connection whose requests are being run are the last. */
  readonly writer = new RespWriter({ initialBytes: 128 * 1024, retainBytes: 1024 * 1024 });
  readonly #late = new RespWriter({ initialBytes: 16 * 1024, retainBytes: 256 * 1024 });
  readonly #engine: Engine;
  readonly #limits: ServerLimits;
  readonly #statistics: ServerStatistics;
  readonly #logger: Logger;
  readonly #onRoom: (connection: Connection) => void;
  readonly #onCongested: (connection: Connection) => void;
  readonly #sendParts = () => this.sendAll();
  readonly #drainSettled = () => {
    const connections = this.#settled;
    this.#settled = new Set();
    for (const connection of connections) {
      this.drain(connection);
      for (const slot of connection.replies.waiting()) this.#keep(connection, slot);
    }
    this.sendAll();
  };
  /** Connections of which replies became known in this turn: they leave in one write for each. */
  #settled = new Set<Connection>();
  #parts: Part[] = [];
  /** Where the bytes begin that belong to no part yet. */
  #from = 0;
  #isRunning = false;
  #pushes: { connection: Connection; message: DeferredReply }[] = [];

  constructor(options: ReplyDeliveryOptions) {
    this.#engine = options.engine;
    this.#limits = options.limits;
    this.#statistics = options.statistics;
    this.#logger = options.logger;
    this.#onRoom = options.onRoom;
    this.#onCongested = options.onCongested;
  }

  get hasPushes(): boolean {
    return this.#pushes.length > 0;
  }

  hasPushTo(connection: Connection): boolean {
    return this.#pushes.some((push) => push.connection === connection);
  }

  /** Requests of a connection are about to run; pushes wait for `sendPushes`. */
  begin(connection: Connection): void {
    this.#isRunning = true;
    this.writer.version = connection.protocolVersion;
  }

  end(): void {
    this.#isRunning = false;
    if (this.#pushes.length > 0) this.sendPushes();
  }

  /** Bytes written for the connection whose requests are being run and not flushed yet. */
  get unflushedBytes(): number {
    return this.writer.length - this.#from;
  }

  /** Sends at the end of this turn, or holds in order, what was written since the last flush: so many replies. */
  flush(connection: Connection, replies: number): void {
    const writer = this.writer;
    const start = this.#from;
    const end = writer.length;
    if (start === end) return;
    const barrier = this.#engine.barrier();
    if (barrier !== undefined || !connection.replies.isEmpty) {
      const bytes = Buffer.from(writer.buffer.subarray(start, end));
      writer.length = start;
      this.#hold(connection, bytes, replies, barrier);
      return;
    }
    // one write behind all reads of a turn, not one behind each read: peers are woken once for many replies
    if (this.#parts.length === 0) setImmediate(this.#sendParts);
    this.#parts.push({ connection, start, end });
    this.#from = end;
    if (end >= flushBytes) this.sendAll();
  }

  /** Hands all parts to their sockets. */
  sendAll(): void {
    const parts = this.#parts;
    if (parts.length === 0) return;
    this.#parts = [];
    const writer = this.writer;
    const buffer = writer.buffer;
    this.#statistics.outputBytes += this.#from;
    let isTaken = true;
    let isBehind = false;
    for (const { connection, start, end } of parts) {
      const socket = connection.socket;
      const bytes = buffer.subarray(start, end);
      // what is still to be encrypted would keep the whole buffer from being used again
      socket.write(connection.isEncrypted ? Buffer.from(bytes) : bytes);
      if (socket.writableLength === 0) continue;
      isBehind = true;
      if (!connection.isEncrypted) isTaken = false;
    }
    this.#recycle(isTaken);
    if (!isBehind) return;
    for (const { connection } of parts) if (this.isOverLimits(connection)) this.#onCongested(connection);
  }

  /** Makes the writer's sent bytes free again; what a running connection has written behind them moves to the front. */
  #recycle(isTaken: boolean): void {
    const writer = this.writer;
    const rest = writer.length > this.#from ? Buffer.from(writer.buffer.subarray(this.#from, writer.length)) : null;
    if (isTaken) writer.reset();
    else writer.release();
    this.#from = 0;
    if (rest !== null) writer.raw(rest);
  }

  /** Keeps the place of a reply that comes by promise. With `isBlocking` later requests wait for it. */
  openSlot(connection: Connection, reply: Promise<DeferredReply>, isBlocking: boolean): void {
    const slot = connection.replies.open(connection.protocolVersion);
    if (isBlocking) connection.blockedBy = slot;
    reply.then(
      (deferred) => this.#settle(connection, slot, deferred),
      (error: unknown) => {
        this.#logger.error({ err: error, command: connection.lastCommand }, 'a reply failed');
        this.#settle(connection, slot, (sink) => sink.error('ERR', 'internal error; see the log of the server'));
      },
    );
  }

  /** Answers a blocking command that will not get its own reply any more. */
  answerBlocked(connection: Connection, reply: DeferredReply): void {
    if (connection.blockedBy !== null) this.#settle(connection, connection.blockedBy, reply);
  }

  push(connection: Connection, message: DeferredReply): void {
    this.#pushes.push({ connection, message });
    if (!this.#isRunning && this.#pushes.length === 1) queueMicrotask(() => this.sendPushes());
  }

  /** Sends the pushes that came up while a command of this connection ran, its own behind the replies so far. */
  sendPushesBehind(connection: Connection, replies: number): void {
    if (this.#pushes.some((push) => push.connection === connection)) this.flush(connection, replies);
    this.sendPushes();
  }

  /** Sends the pushes that came up while a command ran. */
  sendPushes(): void {
    while (this.#pushes.length > 0) {
      const pushes = this.#pushes;
      this.#pushes = [];
      for (const { connection, message } of pushes) {
        // a HELLO 2 may have come behind what it tells of
        if (!connection.canReceivePush()) continue;
        this.#late.version = connection.protocolVersion;
        message(this.#late);
        this.deliver(connection, this.#late.take());
      }
    }
  }

  /** Sends bytes that are no reply: at once, but never ahead of a reply whose command has run. */
  deliver(connection: Connection, bytes: Buffer): void {
    if (connection.isClosed || connection.isEnding) return;
    const barrier = this.#engine.barrier();
    const isFirst = connection.replies.isEmpty || connection.replies.isOnly(connection.blockedBy);
    if (barrier === undefined && isFirst) this.#write(connection, bytes);
    else this.#hold(connection, bytes, 0, barrier);
    const backlog = unsentBytes(connection.socket) + connection.replies.heldBytes;
    if (backlog <= this.#limits.pushBacklogBytes) return;
    this.#statistics.slowReadersClosed++;
    this.#logger.warn({ client: connection.id, backlog }, 'closed a client that does not read its pushes');
    connection.socket.destroy();
  }

  /** Whether the connection's requests must wait until its replies have left. */
  isOverLimits(connection: Connection): boolean {
    const replies = connection.replies;
    return (
      connection.socket.writableLength + replies.heldBytes > this.#limits.outputBufferBytes ||
      replies.heldReplies >= this.#limits.pipelineDepth
    );
  }

  /** Sends what is known from the front of the queue. */
  drain(connection: Connection): void {
    if (connection.isClosed) return;
    const ready = connection.replies.takeReady();
    if (ready.length > 0) this.#writeReady(connection, ready);
    this.#onRoom(connection);
  }

  /** Writes known replies into the turn's writer, behind those of other connections. */
  #writeReady(connection: Connection, ready: readonly ReplySlot[]): void {
    const { writer } = this;
    for (const slot of ready) {
      const { reply, version } = slot;
      if (reply === null || this.unflushedBytes > 0 || this.#isRunning) {
        this.#write(connection, slot.bytes ?? this.#rendered(slot));
        continue;
      }
      const start = this.#from;
      writer.version = version;
      reply(writer);
      if (writer.isOverflowed) {
        writer.isOverflowed = false;
        writer.length = start;
        writer.error('ERR', tooLarge);
      }
      const last = this.#parts.at(-1);
      if (last === undefined) setImmediate(this.#sendParts);
      // one part for all that is written for one connection in a row
      if (last?.connection === connection) this.#parts[this.#parts.length - 1] = { ...last, end: writer.length };
      else this.#parts.push({ connection, start, end: writer.length });
      this.#from = writer.length;
      if (this.#from >= flushBytes) this.sendAll();
    }
  }

  #rendered(slot: ReplySlot): Buffer {
    const late = this.#late;
    late.version = slot.version;
    slot.reply?.(late);
    if (late.isOverflowed) {
      late.reset();
      late.error('ERR', tooLarge);
    }
    return late.take();
  }

  /** A reply that has to wait for earlier ones is held as bytes, which count. */
  #keep(connection: Connection, slot: ReplySlot): void {
    const bytes = this.#rendered(slot);
    slot.reply = null;
    connection.replies.fill(slot, bytes);
  }

  #write(connection: Connection, bytes: Buffer): void {
    this.sendAll();
    this.#statistics.outputBytes += bytes.length;
    connection.socket.write(bytes);
  }

  #hold(connection: Connection, bytes: Buffer, replies: number, barrier: Promise<void> | undefined): void {
    const slot = connection.replies.open(connection.protocolVersion, replies);
    this.#fillWhen(connection, slot, bytes, replies, barrier);
  }

  #settle(connection: Connection, slot: ReplySlot, deferred: DeferredReply): void {
    if (connection.isClosed || slot.isSettled) return;
    slot.isSettled = true;
    slot.reply = deferred;
    if (connection.blockedBy === slot) connection.blockedBy = null;
    const barrier = this.#engine.barrier();
    if (barrier === undefined) {
      // behind the promises that are settled in the same moment: an engine on a network answers many at once
      if (this.#settled.size === 0) process.nextTick(this.#drainSettled);
      this.#settled.add(connection);
      return;
    }
    const bytes = this.#rendered(slot);
    slot.reply = null;
    this.#fillWhen(connection, slot, bytes, 1, barrier);
    this.drain(connection);
  }

  /** Fills a slot when the engine says that its replies, so many, may be acknowledged. */
  #fillWhen(
    connection: Connection,
    slot: ReplySlot,
    bytes: Buffer,
    replies: number,
    barrier: Promise<void> | undefined,
  ): void {
    if (barrier === undefined) {
      connection.replies.fill(slot, bytes);
      return;
    }
    const fill = (filling: Buffer) => {
      if (connection.isClosed) return;
      connection.replies.fill(slot, filling);
      this.drain(connection);
    };
    // what was answered is not durable, and nobody may believe that it is; pushes are no answers
    barrier.then(
      () => fill(bytes),
      () => fill(replies === 0 ? bytes : Buffer.from(notDurable.repeat(replies))),
    );
  }
}
