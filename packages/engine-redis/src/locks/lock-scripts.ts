// What the lock desk asks of the engine's scripts. Each is one round trip and atomic.
import type { LockRequest } from './lock-request.js';

export type TakeAnswer =
  | { readonly kind: 'granted'; readonly key: number; readonly data: Buffer | null }
  /** It waits; unless something happens before, the lock is free in `leftMs`. */
  | { readonly kind: 'queued'; readonly leftMs: number }
  | { readonly kind: 'refused'; readonly code: 'NOSESSION' | 'LOCKED' | 'BUSY'; readonly message: string };

/** `end`: it shall wait no longer; `claim`: it wants to know; `abandon`: as `end`, and a grant is given back unread. */
export type WithdrawMode = 'end' | 'claim' | 'abandon';

export type WithdrawAnswer =
  | { readonly kind: 'granted'; readonly key: number; readonly data: Buffer | null }
  | { readonly kind: 'queued' }
  /** It waited, and does no more. */
  | { readonly kind: 'withdrawn' }
  /** It was turned away before. */
  | { readonly kind: 'gone'; readonly hasSession: boolean };

export interface LookAnswer {
  /** Until the lock is free, if nothing happens before. */
  readonly leftMs: number;
  /** The request of this front-end that has the lock; 0: another's, or none. */
  readonly holder: number;
  /** Requests of this front-end that wait. */
  readonly queued: readonly number[];
}

export interface LockScripts {
  /** Takes the lock, or joins its queue. `number` names the request for ever. */
  take(idText: string, number: number, request: LockRequest): Promise<TakeAnswer>;
  withdraw(idText: string, number: number, withData: boolean, mode: WithdrawMode): Promise<WithdrawAnswer>;
  /** Hands the lock on if its lease is over, and says how things stand. */
  look(idText: string): Promise<LookAnswer>;
  /** Ends a binding, since the connection has gone; false when this key is not bound under this id. */
  unbind(idText: string, key: number): Promise<boolean>;
}
