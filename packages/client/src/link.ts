// The lasting side of a client's connection: connects on demand, again after a loss, with growing pauses; keeps the calls
// that wait; decides what happens to calls whose reply was lost. Everything above it sees one link that is up or down.

import type { ReplyValue } from '@msession/protocol';
import { backoffDelayMs } from './backoff.js';
import { CallQueue } from './call-queue.js';
import type { ScheduledTimer } from './client-clock.js';
import { Connection } from './connection.js';
import { ConnectionError, MsessionError } from './errors.js';
import { shakeHands } from './handshake.js';
import { Heartbeat } from './heartbeat.js';
import type { ResolvedOptions } from './options.js';
import { type CallRequest, PendingCall } from './pending-call.js';
import { decideUnanswered, isBadReply } from './unanswered-calls.js';

/**
 * `idle`: not connected, the next call connects. `connecting`, `ready`. `waiting`: between two attempts.
 * `closing`: no new calls, what is under way is finished. `closed`: for good.
 */
export type LinkState = 'idle' | 'connecting' | 'ready' | 'waiting' | 'closing' | 'closed';

export interface LinkEvents {
  onConnecting(attempt: number): void;
  /** The connection is ready; calls submitted in here leave before those that waited. */
  onReady(protocol: 2 | 3): void;
  onLost(cause: Error): void;
  onRetry(attempt: number, delayMs: number, cause: Error): void;
  onGiveUp(error: MsessionError): void;
  onClosed(): void;
  onPush(items: readonly ReplyValue[]): void;
  /** Whether somebody needs the connection although no call waits (subscriptions, lock waiters). */
  isWanted(): boolean;
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

export class Link {
  state: LinkState = 'idle';
  /** Grows with every connection made; what was bound to an earlier one is gone. */
  epoch = 0;
  /** Protocol of the connection; 3 until a handshake said otherwise. */
  protocol: 2 | 3;
  private readonly options: ResolvedOptions;
  private readonly events: LinkEvents;
  private readonly heartbeat: Heartbeat;
  private queue = new CallQueue<PendingCall>();
  private connection: Connection | undefined;
  private opening: AbortController | undefined;
  private waiters: Waiter[] = [];
  private idleWaiters: (() => void)[] = [];
  private retry: ScheduledTimer | undefined;
  private retryAtMs = 0;
  private failures = 0;
  private hasSettledInQueue = false;
  private unsettled = 0;
  private isKeepingProcess = true;
  private readonly onSettled = (call: PendingCall) => this.settled(call);

  constructor(options: ResolvedOptions, events: LinkEvents) {
    this.options = options;
    this.protocol = options.protocol;
    this.events = events;
    this.heartbeat = new Heartbeat(options, (request) => this.submit(request, { isFirst: true }));
  }

  /** Times that bytes came on this connection: what comes in one of them came together. */
  get reads(): number {
    return this.connection?.reads ?? 0;
  }

  /** Resolves when the connection is ready; rejects when this round of attempts failed. */
  connect(): Promise<void> {
    if (this.state === 'ready') return Promise.resolve();
    if (this.state === 'closing' || this.state === 'closed') return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.ensureConnecting();
    });
  }

  /**
   * Sends a call as soon as there is a connection. `isInternal` calls (unlocking, subscribing) are taken while the
   * client closes; `isFirst` ones go before those that wait.
   */
  submit(request: CallRequest, how: { readonly isInternal?: boolean; readonly isFirst?: boolean } = {}): PendingCall {
    const call = new PendingCall(request, this.options.clock, this.onSettled);
    this.unsettled++;
    if (request.signal?.aborted === true) call.abort(request.signal.reason);
    else if (this.state === 'closed' || (this.state === 'closing' && how.isInternal !== true)) call.fail(closedError());
    else if (this.connection === undefined && this.isQueueFull())
      call.fail(
        new ConnectionError(
          'QUEUE_FULL',
          `there is no connection, and maxQueuedCalls (${this.options.maxQueuedCalls}) calls wait for one already`,
        ),
      );
    else {
      if (how.isFirst === true) this.queue.unshiftAll([call]);
      else this.queue.push(call);
      if (this.connection === undefined) this.ensureConnecting();
      else {
        this.setKeepsProcessAlive(true);
        this.connection.scheduleFlush();
      }
    }
    return call;
  }

  /** Takes no more calls but internal ones. */
  refuseCalls(): void {
    if (this.state !== 'closed') this.state = 'closing';
  }

  /** Takes no more calls; resolves when all are settled and the connection is closed in good order. */
  async close(): Promise<void> {
    if (this.state === 'closed') return;
    if (this.connection === undefined && this.unsettled === 0) return this.destroy();
    this.state = 'closing';
    if (this.unsettled > 0) await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
    this.connection?.end();
    this.destroy();
  }

  /** Ends at once; what is under way fails with CLOSED, or with CONNECTION_LOST where it was sent. */
  destroy(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.heartbeat.stop();
    this.retry?.cancel();
    this.opening?.abort(closedError());
    this.connection?.destroy(closedError());
    this.failQueued(closedError());
    this.failWaiters(closedError());
    this.events.onClosed();
  }

  private ensureConnecting(): void {
    if (this.connection !== undefined || this.opening !== undefined) return;
    if (this.retry !== undefined) {
      // a new call does not cut the pause between failed attempts short, but now somebody waits for its end
      if (this.failures === 0) this.startAttempt();
      else this.armRetry(Math.max(0, this.retryAtMs - this.options.clock.nowMs()));
      return;
    }
    this.failures = 0;
    this.startAttempt();
  }

  private startAttempt(): void {
    this.retry?.cancel();
    this.retry = undefined;
    if (this.state !== 'closing') this.state = 'connecting';
    this.events.onConnecting(this.failures + 1);
    const controller = new AbortController();
    this.opening = controller;
    const { clock, connectTimeoutMs, transport } = this.options;
    const timer = clock.schedule(connectTimeoutMs, () =>
      controller.abort(new Error(`no connection to ${transport.description} within ${connectTimeoutMs} ms`)),
    );
    void this.attempt(controller).finally(() => timer.cancel());
  }

  private async attempt(controller: AbortController): Promise<void> {
    const { transport, maxReplyBytes } = this.options;
    const { signal } = controller;
    let connection: Connection | undefined;
    let isReady = false;
    try {
      const opening = Connection.open(
        transport,
        {
          onPush: (items) => this.events.onPush(items),
          onClose: (cause, unanswered) => {
            if (isReady) this.lost(cause, unanswered);
            else controller.abort(cause);
          },
        },
        { maxReplyBytes },
        signal,
      );
      // a transport may open in spite of the abort, when nobody waits for it any more
      opening.then((late) => signal.aborted && late.destroy(signal.reason as Error)).catch(() => {});
      connection = await unlessAborted(signal, opening);
      const greetings = new CallQueue<PendingCall>();
      connection.sendFrom(greetings);
      const protocol = await unlessAborted(signal, shakeHands(connection, greetings, this.options));
      isReady = true;
      this.ready(connection, protocol);
    } catch (error) {
      connection?.destroy(error as Error);
      this.failed(error as Error);
    }
  }

  private ready(connection: Connection, protocol: 2 | 3): void {
    this.opening = undefined;
    if (this.state === 'closed') {
      connection.destroy(closedError());
      return;
    }
    this.failures = 0;
    this.epoch++;
    this.protocol = protocol;
    this.connection = connection;
    this.isKeepingProcess = true;
    if (this.state !== 'closing') this.state = 'ready';
    const waiting = this.queue;
    this.queue = new CallQueue();
    this.events.onReady(protocol);
    for (const call of waiting.drain()) this.queue.push(call);
    connection.sendFrom(this.queue);
    this.heartbeat.start(connection);
    for (const waiter of this.waiters.splice(0)) waiter.resolve();
    this.setKeepsProcessAlive(this.unsettled > 0);
  }

  private failed(cause: Error): void {
    this.opening = undefined;
    if (this.state === 'closed') return;
    this.failures++;
    const isRefusal = cause instanceof MsessionError && !isBadReply(cause) && !cause.isRetryable;
    const isWanted = this.events.isWanted() && !isRefusal;
    if (isRefusal || (this.failures >= this.options.reconnect.maxAttempts && !isWanted)) this.giveUp(cause, isRefusal);
    else {
      if (this.failures >= this.options.reconnect.maxAttempts) {
        this.failQueued(this.connectFailed(cause));
        this.failWaiters(this.connectFailed(cause));
      }
      this.scheduleRetry(cause);
    }
  }

  private giveUp(cause: Error, isRefusal: boolean): void {
    // what the server refuses (wrong password, denied) is passed on as it is: trying again would not help
    const error = isRefusal ? (cause as MsessionError) : this.connectFailed(cause);
    if (this.state !== 'closing') this.state = 'idle';
    this.failQueued(error);
    this.failWaiters(error);
    this.events.onGiveUp(error);
  }

  private connectFailed(cause: Error): ConnectionError {
    const times = this.failures === 1 ? 'attempt' : 'attempts';
    return new ConnectionError(
      'CONNECT_FAILED',
      `no connection to ${this.options.transport.description} in ${this.failures} ${times}: ${cause.message}`,
      { cause },
    );
  }

  private scheduleRetry(cause: Error): void {
    const { clock, reconnect } = this.options;
    const delayMs = backoffDelayMs(reconnect, Math.max(1, this.failures), clock.random());
    if (this.state !== 'closing') this.state = 'waiting';
    this.events.onRetry(this.failures + 1, delayMs, cause);
    this.retryAtMs = clock.nowMs() + delayMs;
    this.armRetry(delayMs);
  }

  private armRetry(delayMs: number): void {
    this.retry?.cancel();
    this.retry = this.options.clock.schedule(delayMs, () => this.startAttempt(), {
      keepsProcessAlive: this.queue.length > 0 || this.waiters.length > 0 || this.options.keepsProcessAlive,
    });
  }

  /** A connection that was ready has ended. */
  private lost(cause: Error, unanswered: readonly PendingCall[]): void {
    this.connection = undefined;
    this.heartbeat.stop();
    const isOver = this.state === 'closed';
    const { again, failing } = decideUnanswered(unanswered, cause, isOver ? 0 : this.options.maxResends);
    this.queue.unshiftAll(again);
    if (!isOver && this.state !== 'closing') this.state = 'idle';
    if (!isOver) this.events.onLost(cause);
    for (const { call, error } of failing) call.fail(error);
    if (isOver || this.state !== 'idle') {
      if (!isOver && this.queue.length > 0) this.ensureConnecting();
      return;
    }
    if (this.queue.length > 0 || this.options.reconnect.maxAttempts > 1 || this.events.isWanted()) {
      this.failures = 0;
      // calls that wait go at once; otherwise a farm's clients come back spread over the first pause
      if (this.queue.length > 0) this.startAttempt();
      else this.scheduleRetry(cause);
    }
  }

  /** Settled calls may still lie in the queue; they do not count. */
  private isQueueFull(): boolean {
    const { maxQueuedCalls } = this.options;
    if (this.queue.length < maxQueuedCalls) return false;
    if (this.hasSettledInQueue) {
      this.hasSettledInQueue = false;
      this.queue.unshiftAll(this.queue.drain().filter((call) => !call.isSettled));
    }
    return this.queue.length >= maxQueuedCalls;
  }

  private failQueued(error: MsessionError): void {
    for (const call of this.queue.drain()) call.fail(error);
  }

  private failWaiters(error: Error): void {
    for (const waiter of this.waiters.splice(0)) waiter.reject(error);
  }

  private settled(call: PendingCall): void {
    this.unsettled--;
    if (!call.isSent) this.hasSettledInQueue = true;
    if (this.unsettled > 0) return;
    this.setKeepsProcessAlive(false);
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private setKeepsProcessAlive(isKeeping: boolean): void {
    if (this.options.keepsProcessAlive || this.isKeepingProcess === isKeeping) return;
    this.isKeepingProcess = isKeeping;
    this.connection?.setKeepsProcessAlive(isKeeping);
  }
}

/** The promise's outcome, or the signal's reason, whichever comes first. */
function unlessAborted<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function closedError(): ConnectionError {
  return new ConnectionError('CLOSED', 'the client is closed');
}
