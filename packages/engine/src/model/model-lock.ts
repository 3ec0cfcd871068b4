// What the model knows of one lock and of those who wait for it.
import type { DeferredReply } from '@msession/protocol';
import type { Caller } from '../engine.js';

/** What an SLOCK asked for. */
export interface LockRequest {
  readonly caller: Caller;
  readonly leaseMs: number;
  readonly create: boolean;
  readonly withData: boolean;
  readonly bind: boolean;
  readonly note: string;
}

export interface LockHolding {
  readonly key: number;
  readonly caller: Caller;
  readonly note: string;
  readonly sinceWallMs: number;
  isBound: boolean;
  leaseEndsAtMs: number;
  /** The lease is over or the binding ended: free to be taken, but until then the key still works. */
  hasLapsed: boolean;
}

export type LockOutcome =
  | { readonly code: 'OK'; readonly key: number; readonly data: Buffer | null }
  | { readonly code: 'NOSESSION' | 'LOCKED' | 'BUSY' | 'UNAVAILABLE' };

export interface LockWaiter {
  readonly request: LockRequest;
  readonly sinceWallMs: number;
  readonly endsAtMs: number;
  /** 0 for a waiter whose connection blocks. */
  readonly ticket: number;
  answer(outcome: LockOutcome): void;
}

export interface ModelLock {
  holding: LockHolding | null;
  /** The key released last and the data that came with it, so that a repeated SUNLOCK answers alike. */
  released: { readonly key: number; readonly data: Buffer | null } | null;
  readonly waiters: LockWaiter[];
}

const refusals = {
  NOSESSION: 'there is no session of that id',
  LOCKED: 'another holds the lock',
  BUSY: 'as many as max-waiters wait for this lock already',
  UNAVAILABLE: 'the engine is closing; ask again later',
} as const;

/** How an outcome looks as the reply of SLOCK. */
export function lockReply(outcome: LockOutcome, withData: boolean): DeferredReply {
  return (sink) => {
    if (outcome.code !== 'OK') sink.error(outcome.code, refusals[outcome.code]);
    else if (!withData) sink.integer(outcome.key);
    else {
      sink.array(2);
      sink.integer(outcome.key);
      if (outcome.data === null) sink.null();
      else sink.bulk(outcome.data, 0, outcome.data.length);
    }
  };
}

/** How an outcome looks as a push: `[lock, ticket, id, OK or code, key, data]`, null where there is nothing to say. */
export function lockPush(outcome: LockOutcome, ticket: number, id: string): DeferredReply {
  return (sink) => {
    sink.push(6);
    sink.bulkText('lock');
    sink.integer(ticket);
    const idBytes = Buffer.from(id, 'latin1');
    sink.bulk(idBytes, 0, idBytes.length);
    sink.bulkText(outcome.code);
    if (outcome.code === 'OK') sink.integer(outcome.key);
    else sink.null();
    if (outcome.code === 'OK' && outcome.data !== null) sink.bulk(outcome.data, 0, outcome.data.length);
    else sink.null();
  };
}
