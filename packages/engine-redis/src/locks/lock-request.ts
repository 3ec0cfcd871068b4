// What an SLOCK asks for.
import type { Caller } from '@msession/engine';

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
