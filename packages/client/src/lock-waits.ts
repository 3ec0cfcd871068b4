// Waiting for locks without blocking the connection: SLOCK … ASYNC answers a ticket, the grant is pushed. Each wait ends
// in exactly one of grant, refusal, abort; a grant that arrives after its wait was given up is released at once.
import { encodeRequest, type ReplyValue, replyText } from '@msession/protocol';
import { CallAbortedError, ConnectionError, MsessionError, ServerError } from './errors.js';
import type { Link } from './link.js';
import type { ResolvedOptions } from './options.js';
import type { PendingCall } from './pending-call.js';
import type { Word } from './request-words.js';
import type { CancelSignal } from './session-lock.js';

export interface LockRequest {
  readonly id: Word;
  /** Milliseconds; 0: not at all. */
  readonly waitMs: number;
  /** `LEASE`, `CREATE`, `DATA`, `BIND`, `NOTE` and their values. */
  readonly options: readonly Word[];
  readonly signal: CancelSignal | undefined;
}

export interface LockGrant {
  readonly key: number;
  /** Null when there is none, or it was not asked for. */
  readonly data: Buffer | null;
  /** The connection the lock was taken on. */
  readonly epoch: number;
  /** It was not free when it was asked for. */
  readonly hasWaited: boolean;
}

/** How much later than the server's own LOCKED a wait is given up, milliseconds. */
const graceMs = 5000;
/** Grants kept for tickets not yet heard of; a server that answers in order never causes one. */
const maxEarlyGrants = 100;

interface Wait {
  readonly request: LockRequest;
  readonly deadlineMs: number;
  call: PendingCall | undefined;
  ticket: number | undefined;
  /** When its ticket came, in reads of the connection. */
  ticketRead: number | undefined;
  isOver: boolean;
  finish(outcome: LockGrant | MsessionError): void;
}

export class LockWaits {
  private readonly link: Link;
  private readonly options: ResolvedOptions;
  /** By ticket, of the present connection; those given up stay until the server has said what became of them. */
  private waits = new Map<number, Wait>();
  private readonly active = new Set<Wait>();
  /** Grants that came before the reply with their ticket. */
  private readonly early = new Map<number, readonly ReplyValue[]>();

  constructor(link: Link, options: ResolvedOptions) {
    this.link = link;
    this.options = options;
  }

  /** Takes a lock. Rejects with LOCKED, BUSY, NOSESSION, NEEDS_RESP3, ABORTED, CLOSED or what connecting failed of. */
  acquire(request: LockRequest): Promise<LockGrant> {
    return new Promise((resolve, reject) => {
      const { clock } = this.options;
      const { signal } = request;
      const guard = clock.schedule(request.waitMs + graceMs + this.options.connectTimeoutMs, () => {
        this.giveUp(wait, new ServerError('LOCKED', 'the time to wait for the lock is over', 'SLOCK'));
      });
      const abort = () =>
        this.giveUp(
          wait,
          new CallAbortedError('ABORTED', 'waiting for the lock was aborted', { cause: signal?.reason }),
        );
      const wait: Wait = {
        request,
        deadlineMs: clock.nowMs() + request.waitMs,
        call: undefined,
        ticket: undefined,
        ticketRead: undefined,
        isOver: false,
        finish: (outcome) => {
          if (wait.isOver) return;
          wait.isOver = true;
          this.active.delete(wait);
          guard.cancel();
          signal?.removeEventListener('abort', abort);
          if (outcome instanceof MsessionError) reject(outcome);
          else resolve(outcome);
        },
      };
      this.active.add(wait);
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.ask(wait);
    });
  }

  /** A push message; answers whether it was one about a lock. */
  receive(items: readonly ReplyValue[]): boolean {
    if (replyText(items[0]) !== 'lock') return false;
    const [, ticket, id, code, key, data] = items;
    const wait = this.waits.get(Number(ticket));
    if (wait === undefined) {
      if (this.active.size > 0) this.keepEarly(Number(ticket), items);
      return true;
    }
    this.waits.delete(Number(ticket));
    const word = replyText(code) ?? 'ERR';
    if (word === 'OK') this.grant(wait, id, key, data);
    else wait.finish(refusal(word));
    return true;
  }

  /** The connection is gone, and the server has forgotten who waited on it: ask again on the next one. */
  reconnect(): void {
    const waits = [...this.waits.values()];
    this.waits = new Map();
    this.early.clear();
    for (const wait of waits) if (!wait.isOver) this.ask(wait);
  }

  /** Ends all waits. */
  fail(error: MsessionError): void {
    for (const wait of this.active) this.giveUp(wait, error);
  }

  private ask(wait: Wait): void {
    const { request } = wait;
    const remainingMs = Math.max(0, Math.ceil(wait.deadlineMs - this.options.clock.nowMs()));
    const waiting = request.waitMs > 0 ? ['WAIT', String(remainingMs), 'ASYNC'] : [];
    wait.ticket = undefined;
    wait.call = this.link.submit({
      command: 'SLOCK',
      bytes: encodeRequest(['SLOCK', request.id, ...request.options, ...waiting]),
      isIdempotent: false,
      isBlocking: false,
      timeoutMs: 0,
      onReply: (value) => this.answered(wait, value),
      onError: (error) => this.refused(wait, error),
    });
  }

  private keepEarly(ticket: number, items: readonly ReplyValue[]): void {
    const [oldest] = this.early.keys();
    if (oldest !== undefined && this.early.size >= maxEarlyGrants) this.early.delete(oldest);
    this.early.set(ticket, items);
  }

  private answered(wait: Wait, value: ReplyValue): void {
    const ticket = Number(value);
    if (wait.request.waitMs === 0) {
      const [key, data] = Array.isArray(value) ? (value as readonly ReplyValue[]) : [value, null];
      this.grant(wait, wait.request.id, key, data);
    } else if (Number.isSafeInteger(ticket)) this.enlist(wait, ticket);
    else wait.finish(new ConnectionError('BAD_REPLY', 'SLOCK ASYNC was answered without a ticket'));
  }

  private enlist(wait: Wait, ticket: number): void {
    wait.ticket = ticket;
    wait.ticketRead = this.link.reads;
    this.waits.set(ticket, wait);
    const granted = this.early.get(ticket);
    if (granted !== undefined) {
      this.early.delete(ticket);
      this.receive(granted);
    } else if (wait.isOver) this.withdraw(wait, ticket);
  }

  private refused(wait: Wait, error: MsessionError): void {
    // the server frees and forgets what hung up, so asking again is safe; without BIND a grant lost on the way
    // holds until its lease is over, and the new request waits for that
    const isLost = error.code === 'CONNECTION_LOST' && this.options.clock.nowMs() < wait.deadlineMs;
    if (isLost && !wait.isOver) this.ask(wait);
    else if (error.code === 'ERR' && this.link.protocol === 2 && wait.request.waitMs > 0)
      wait.finish(
        new ConnectionError('NEEDS_RESP3', 'waiting for a lock needs RESP3; with RESP2 use waitMs: 0', {
          cause: error,
        }),
      );
    else wait.finish(error);
  }

  private grant(
    wait: Wait,
    id: ReplyValue | Word | undefined,
    key: ReplyValue | undefined,
    data: ReplyValue | undefined,
  ): void {
    const number = Number(key);
    if (!Number.isSafeInteger(number))
      wait.finish(new ConnectionError('BAD_REPLY', 'a lock was granted without a key'));
    else if (wait.isOver) this.release(Buffer.isBuffer(id) ? id : wait.request.id, number);
    else
      wait.finish({
        key: number,
        data: Buffer.isBuffer(data) ? data : null,
        epoch: this.link.epoch,
        // the grant of a free lock comes right behind its ticket
        hasWaited: wait.ticketRead !== undefined && wait.ticketRead !== this.link.reads,
      });
  }

  private giveUp(wait: Wait, error: MsessionError): void {
    if (wait.isOver) return;
    wait.finish(error);
    if (wait.ticket !== undefined) this.withdraw(wait, wait.ticket);
    else if (wait.call !== undefined && !wait.call.isSent) wait.call.fail(error);
  }

  /** After SCANCEL either no grant comes (1), or one is on its way and is released when it arrives. */
  private withdraw(wait: Wait, ticket: number): void {
    if (!this.waits.has(ticket)) return;
    const forget = (value: ReplyValue) => {
      if (Number(value) === 1 && this.waits.get(ticket) === wait) this.waits.delete(ticket);
    };
    this.send(['SCANCEL', String(ticket)], forget);
  }

  /** Frees a lock that nobody here wants any more. */
  release(id: Word, key: number): void {
    this.send(['SUNLOCK', id, String(key)], () => {});
  }

  private send(words: readonly Word[], onReply: (value: ReplyValue) => void): void {
    this.link.submit(
      {
        command: words[0] as string,
        bytes: encodeRequest(words),
        isIdempotent: false,
        isBlocking: false,
        timeoutMs: this.options.timeoutMs,
        onReply,
        // a lost connection or a stale key frees the lock as well
        onError: () => {},
      },
      { isInternal: true },
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  LOCKED: 'another holds the lock, and the time to wait is over',
  BUSY: 'too many wait for this lock already',
  NOSESSION: 'there is no such session',
};

function refusal(code: string): ServerError {
  return new ServerError(code, reasons[code] ?? 'the lock was not granted', 'SLOCK');
}
