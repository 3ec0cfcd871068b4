// What an SLOCK asks for, and how it ends.
import type { Caller } from '@msession/engine';
import type { ErrorCode } from '@msession/protocol';

export interface LockRequest {
  readonly caller: Caller;
  readonly leaseMs: number;
  /** 0: do not wait. */
  readonly waitMs: number;
  /** BUSY when so many wait already; undefined: only the engine's limit. */
  readonly maxWaiters: number | undefined;
  readonly create: boolean;
  readonly bind: boolean;
  readonly withData: boolean;
  readonly note: string;
  /** Number of an ASYNC request, 0 otherwise. */
  readonly ticket: number;
}

export type LockOutcome =
  | { readonly kind: 'granted'; readonly key: number; readonly data: Buffer | null }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

export const noSession: LockOutcome = {
  kind: 'refused',
  code: 'NOSESSION',
  message: 'there is no session of that id',
};

export function refusedLocked(message: string): LockOutcome {
  return { kind: 'refused', code: 'LOCKED', message };
}
