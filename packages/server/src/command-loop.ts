// Runs the requests of a connection: parses them where they lie, checks rights, and hands each to the engine or to the
// server's handler. It stops where the connection must wait (for a blocking reply, for its reader to drain, for its
// turn) and goes on in `resume`. The receive buffer belongs to the caller again when `receive` returns.
import type { Engine } from '@msession/engine';
import {
  type CommandName,
  commandIndex,
  commandList,
  type DeferredReply,
  findCommandIndex,
  type ParseResult,
  ReplyCollector,
  ReplyDecoder,
  Request,
  type RequestParser,
  suggestCommand,
} from '@msession/protocol';
import { requiredRights, rightName } from './authentication.js';
import { type CommandHandler, shownWord } from './command-handler.js';
import { commandHandlers } from './commands/index.js';
import { authenticatedBit, type Connection } from './connection.js';
import type { ChangeObservers } from './plugins/change-hooks.js';
import { redactRequest } from './redaction.js';
import { flushBytes, type ReplyDelivery } from './reply-delivery.js';
import type { ServerContext } from './server-context.js';

/** A connection whose requests have run for so long lets others run before it goes on. */
const turnMs = 10;
/**
 * Reading the clock costs a twentieth of a short command. Commands on one session are therefore timed one by one only
 * where the slow log asks for less than this, or for a while after a batch of them took as long as its threshold.
 */
const exactTimingBelowMs = 1;
const suspicionMs = 10_000;
/** One in so many calls of each command (a power of two) is timed for the histograms. */
const callsPerSample = 64;
/** The clock is read at least once in so many commands (a power of two), to keep turns short. */
const commandsPerLook = 32;

/** Requests of a pipeline that are bound at a time, so that an engine sees what comes. */
const mostAhead = 16;

const minus = 45;

const names = commandList.map((spec) => spec.name as CommandName);
/** Bits that a connection must have been granted, by command. */
const neededBits = Uint8Array.from(
  commandList,
  (spec) => requiredRights(spec.flags) | (spec.flags.includes('beforeAuth') ? 0 : authenticatedBit),
);
const isBlockingCommand = commandList.map((spec) => spec.flags.includes('blocking'));
const handlers: readonly (CommandHandler | undefined)[] = commandList.map((spec) => commandHandlers.get(spec.name));
/** Whether a command can take long by its nature: more than one session, or anything else than variables and data. */
const canTakeLong = commandList.map(
  (spec) => !(spec.group === 'variables' || spec.group === 'data' || spec.group === 'locks') || spec.name === 'LOCKS',
);
const slock = commandIndex.SLOCK;
const sunlock = commandIndex.SUNLOCK;

export class CommandLoop {
  readonly #context: ServerContext;
  readonly #engine: Engine;
  /** Times read here mean the same to the engine. */
  readonly #sharesClock: boolean;
  readonly #delivery: ReplyDelivery;
  readonly #observers: ChangeObservers;
  readonly #request = new Request();
  /** Requests bound but not run yet, of the connection that is being run. */
  readonly #ahead: readonly Request[] = Array.from({ length: mostAhead }, () => new Request());
  readonly #aheadEnds = new Int32Array(mostAhead);
  readonly #calls: Float64Array;
  readonly #failures: Float64Array;
  /** Until then every command is timed: something took long. */
  #suspiciousUntilMs = Number.NEGATIVE_INFINITY;

  constructor(context: ServerContext, delivery: ReplyDelivery, observers: ChangeObservers) {
    this.#context = context;
    this.#engine = context.engine;
    this.#sharesClock = context.engine.clock === context.clock;
    this.#delivery = delivery;
    this.#observers = observers;
    this.#calls = context.statistics.calls;
    this.#failures = context.statistics.failures;
  }

  /** Bytes arrived. */
  receive(connection: Connection, buffer: Buffer, start: number, end: number): void {
    const context = this.#context;
    connection.lastActiveMs = context.connections.nowMs;
    context.statistics.inputBytes += end - start;
    if (connection.isEnding) return;
    const parser = connection.parser;
    parser.feed(buffer, start, end);
    if (connection.blockedBy === null && !connection.isParked) {
      this.#run(connection);
      return;
    }
    parser.keepRest();
    if (parser.pendingBytes > parser.limits.maxRequestBytes) this.#overflow(connection);
  }

  /** Goes on with requests that had to wait, as far as they need not wait any more. */
  resume(connection: Connection): void {
    if (connection.isClosed) return;
    if (connection.isEnding) {
      this.#finish(connection);
      return;
    }
    if (connection.blockedBy !== null) return;
    if (connection.isParked) {
      if (this.#delivery.isOverLimits(connection)) return;
      connection.isParked = false;
    }
    if (connection.parser.pendingBytes > 0) this.#run(connection);
    if (connection.isReadingPaused && !connection.isParked && connection.blockedBy === null && !connection.isClosed) {
      connection.isReadingPaused = false;
      connection.socket.resume();
    }
    if (connection.hasPeerEnded && !connection.isParked && connection.blockedBy === null) this.end(connection);
  }

  /** Runs no more requests; closes when all replies have left. */
  end(connection: Connection): void {
    if (connection.isClosed || connection.isEnding) return;
    connection.isEnding = true;
    connection.endingSinceMs = this.#context.connections.nowMs;
    this.#finish(connection);
  }

  #finish(connection: Connection): void {
    if (!connection.replies.isEmpty) return;
    this.#delivery.sendAll();
    if (!connection.socket.writableEnded) connection.socket.end();
    // until the peer hangs up, too, what it still sends is read and dropped: closing at once would cut off our replies
    if (connection.hasPeerEnded) connection.socket.destroySoon();
    else if (connection.isReadingPaused) connection.socket.resume();
  }

  /** Replies pile up: requests wait until `resume`. */
  hold(connection: Connection): void {
    if (!connection.isParked && !connection.isEnding && !connection.isClosed) this.#park(connection);
  }

  /** Input that may neither be run nor be left unread, or not at all. */
  #overflow(connection: Connection): void {
    if (!connection.needsReading) {
      this.#pauseReading(connection);
      return;
    }
    this.#context.statistics.overflowsClosed++;
    this.#context.logger.warn(
      { client: connection.id },
      'closed a client that sent too much while it held or awaited locks',
    );
    connection.socket.destroy();
  }

  #pauseReading(connection: Connection): void {
    if (connection.isReadingPaused) return;
    connection.isReadingPaused = true;
    connection.socket.pause();
  }

  /** Requests wait; what was received is kept. A connection with locks is read on, so that its end is seen. */
  #park(connection: Connection): void {
    connection.isParked = true;
    connection.parser.keepRest();
    if (!connection.needsReading) this.#pauseReading(connection);
  }

  #run(connection: Connection): void {
    const { clock, limits } = this.#context;
    const delivery = this.#delivery;
    const parser = connection.parser;
    const writer = delivery.writer;
    delivery.begin(connection);
    const thresholdMs = limits.slowlogThresholdMs;
    const startMs = clock.monotonicMs();
    const isTimed = thresholdMs >= 0;
    const timesAll = isTimed && (thresholdMs < exactTimingBelowMs || startMs < this.#suspiciousUntilMs);
    let markMs = startMs;
    let unflushed = 0;
    let commands = 0;
    let known = 0;
    let taken = 0;
    for (;;) {
      if (taken === known) {
        known = this.#lookAhead(parser);
        taken = 0;
      }
      let request = this.#request;
      let result: ParseResult = 'command';
      if (taken < known) {
        request = this.#ahead[taken] as Request;
        parser.passTo(this.#aheadEnds[taken] as number);
        taken++;
      } else {
        result = parser.next(request);
      }
      if (result === 'more') break;
      const before = writer.length;
      if (result === 'fault') {
        const fault = parser.fault;
        this.#context.statistics.protocolFaults++;
        writer.error(fault?.code ?? 'PROTO', fault?.message ?? 'the bytes are no RESP');
        unflushed++;
        if (fault?.isRecoverable === true) continue;
        delivery.flush(connection, unflushed);
        unflushed = 0;
        this.end(connection);
        break;
      }
      const index = findCommandIndex(request);
      const isExact = timesAll || (index >= 0 && (canTakeLong[index] as boolean));
      const isSampled = index >= 0 && ((this.#calls[index] as number) & (callsPerSample - 1)) === 0;
      const isMeasured = isExact || isSampled;
      if (isMeasured && !timesAll) markMs = clock.monotonicMs();
      const late = this.#dispatch(connection, request, index, markMs);
      if (late !== undefined) {
        delivery.flush(connection, unflushed);
        unflushed = 0;
        delivery.openSlot(connection, late.reply, late.isBlocking);
      } else {
        unflushed++;
        if (writer.isOverflowed) {
          writer.isOverflowed = false;
          writer.length = before;
          writer.error('ERR', 'the reply is larger than a reply can be; ask for it in pages');
        }
      }
      if (isMeasured || (++commands & (commandsPerLook - 1)) === 0) {
        const nowMs = clock.monotonicMs();
        if (isSampled && late === undefined) this.#context.statistics.recordLatency(index, nowMs - markMs);
        if (isMeasured && isTimed && nowMs - markMs >= thresholdMs) this.#logSlow(connection, request, nowMs - markMs);
        markMs = nowMs;
      }
      if (delivery.hasPushes) delivery.sendPushesBehind(connection, unflushed);
      if (connection.isEnding) {
        delivery.flush(connection, unflushed);
        unflushed = 0;
        this.#finish(connection);
        break;
      }
      if (connection.blockedBy !== null) {
        parser.keepRest();
        break;
      }
      if (delivery.unflushedBytes >= flushBytes || !connection.replies.isEmpty) {
        delivery.flush(connection, unflushed);
        unflushed = 0;
        if (delivery.isOverLimits(connection)) {
          this.#park(connection);
          break;
        }
      }
      if (markMs - startMs >= turnMs) {
        this.#park(connection);
        setImmediate(() => this.resume(connection));
        break;
      }
    }
    if (isTimed && !timesAll && commands > 0) {
      const nowMs = clock.monotonicMs();
      if (nowMs - startMs >= thresholdMs) this.#suspiciousUntilMs = nowMs + suspicionMs;
    }
    delivery.flush(connection, unflushed);
    if (!connection.isParked && !connection.isEnding && delivery.isOverLimits(connection)) this.#park(connection);
    delivery.end();
  }

  /** Binds the commands that lie complete in the buffer, up to some, and lets the engine know of them; how many. */
  #lookAhead(parser: RequestParser): number {
    const requests = this.#ahead;
    const ends = this.#aheadEnds;
    let position = parser.nextPosition;
    let count = 0;
    while (count < mostAhead) {
      position = parser.bindAt(requests[count] as Request, position);
      if (position < 0) break;
      ends[count++] = position;
    }
    if (count > 1) this.#engine.foresee?.(requests, count);
    return count;
  }

  /** Runs one request: its reply is in the writer, or comes by promise. */
  #dispatch(
    connection: Connection,
    request: Request,
    index: number,
    nowMs: number,
  ): undefined | { readonly reply: Promise<DeferredReply>; readonly isBlocking: boolean } {
    const context = this.#context;
    const writer = this.#delivery.writer;
    const before = writer.length;
    if (index < 0) return this.#unknown(connection, request);
    connection.commandCount++;
    connection.lastCommand = names[index] as string;
    this.#calls[index] = (this.#calls[index] as number) + 1;
    const needed = neededBits[index] as number;
    if ((connection.granted & needed) !== needed) {
      this.#refuse(connection, index);
      this.#failures[index] = (this.#failures[index] as number) + 1;
      return undefined;
    }
    if (context.monitor.isWatched)
      context.monitor.show(connection, request, commandList[index], this.#engine.limits.showIds);
    const handler = handlers[index];
    let reply: undefined | Promise<DeferredReply>;
    try {
      reply =
        handler === undefined
          ? this.#engine.execute(
              names[index] as CommandName,
              request,
              writer,
              connection,
              this.#sharesClock ? nowMs : undefined,
            )
          : handler.run(context, connection, request, writer);
    } catch (error) {
      context.logger.error({ err: error, command: names[index] }, 'a command failed');
      writer.length = before;
      writer.error('ERR', 'internal error; see the log of the server');
    }
    if (reply !== undefined) {
      if (index === slock) {
        connection.heldLocks++;
        context.lockWaits.watch(connection, request, reply);
      }
      const observer = this.#observers[index];
      if (observer !== undefined) reply = observeLater(reply, observer, request.detach());
      return { reply, isBlocking: handler?.isBlocking ?? (isBlockingCommand[index] as boolean) };
    }
    if (writer.buffer[before] === minus) {
      this.#failures[index] = (this.#failures[index] as number) + 1;
      return undefined;
    }
    if (index === slock) {
      connection.heldLocks++;
      if (connection.protocolVersion === 3) this.#watchTicket(connection, request, before);
    } else if (index === sunlock && connection.heldLocks > 0) connection.heldLocks--;
    const observer = this.#observers[index];
    if (observer !== undefined) {
      const decoder = new ReplyDecoder();
      decoder.feed(Buffer.from(writer.buffer.subarray(before, writer.length)));
      const value = decoder.next();
      if (value !== undefined) observer(request, value);
    }
    return undefined;
  }

  /** Watches a wait whose end comes by push, unless that is on its way already. */
  #watchTicket(connection: Connection, request: Request, replyAt: number): void {
    const delivery = this.#delivery;
    if (delivery.hasPushes && delivery.hasPushTo(connection)) return;
    const { buffer, length } = delivery.writer;
    const ticket = Number(buffer.toString('latin1', replyAt + 1, length - 2));
    if (Number.isInteger(ticket)) this.#context.lockWaits.watchTicket(connection, request, ticket);
  }

  #unknown(
    connection: Connection,
    request: Request,
  ): undefined | { readonly reply: Promise<DeferredReply>; readonly isBlocking: boolean } {
    const { plugins, statistics, monitor } = this.#context;
    const writer = this.#delivery.writer;
    statistics.unknownCommands++;
    if (connection.user === null) {
      writer.error('NOAUTH', 'a password is needed first; send AUTH or HELLO');
      return undefined;
    }
    if (monitor.isWatched) monitor.show(connection, request, undefined, false);
    if (plugins.has('relay') && (connection.granted & requiredRights(['write'])) !== 0) {
      const words = Array.from({ length: request.count }, (_, i) => request.bytes(i));
      const reply = plugins.relay(words, connection, writer);
      if (reply === undefined) return undefined;
      if (reply !== false) return { reply, isBlocking: true };
    }
    const word = shownWord(request, 0);
    const near = suggestCommand(request.text(0));
    writer.error(
      'ERR',
      `unknown command '${word}'; ${near === undefined ? 'COMMAND LIST names them all' : `did you mean ${near}?`}`,
    );
    return undefined;
  }

  #refuse(connection: Connection, index: number): void {
    const writer = this.#delivery.writer;
    if (connection.user === null) {
      writer.error('NOAUTH', 'a password is needed first; send AUTH or HELLO');
      return;
    }
    const right = rightName(requiredRights(commandList[index]?.flags ?? []));
    writer.error('NOPERM', `user '${connection.user.name}' lacks the right '${right}' that ${names[index]} needs`);
  }

  #logSlow(connection: Connection, request: Request, tookMs: number): void {
    const { slowlog, clock, engine } = this.#context;
    slowlog.add({
      atMs: clock.wallMs(),
      microseconds: Math.round(tookMs * 1000),
      words: redactRequest(request, commandList[findCommandIndex(request)], engine.limits.showIds),
      address: connection.address,
      clientName: connection.name,
    });
  }
}

/** Looks at a promised reply before it leaves. */
function observeLater(
  reply: Promise<DeferredReply>,
  observer: NonNullable<ChangeObservers[number]>,
  request: Request,
): Promise<DeferredReply> {
  return reply.then((deferred) => {
    const collector = new ReplyCollector(3);
    deferred(collector);
    observer(request, collector.take());
    return deferred;
  });
}
