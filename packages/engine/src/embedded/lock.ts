// One lock and those who wait for it. Plain objects: there are as many as pages being served, not as sessions.
import type { Caller } from '../engine.js';
import type { LockOutcome } from './lock-outcome.js';

export interface LockRequest {
  readonly caller: Caller;
  readonly leaseMs: number;
  /** Undefined: do not wait. */
  readonly waitMs: number | undefined;
  /** BUSY when so many wait already; undefined: only the engine's limit. */
  readonly maxWaiters: number | undefined;
  readonly create: boolean;
  readonly bind: boolean;
  readonly withData: boolean;
  readonly note: string;
}

export interface LockWaiter {
  readonly request: LockRequest;
  readonly lock: Lock;
  readonly sinceMs: number;
  readonly deadlineMs: number;
  /** Answers whoever waits; called once, or never when the caller has gone. */
  settle(outcome: LockOutcome): void;
  timer: { cancel(): void } | undefined;
  /** Number of an ASYNC request, 0 otherwise. */
  readonly ticket: number;
}

export class Lock {
  /** The id, byte for byte as code units. Changes when the session is renamed. */
  idText: string;
  /** 0 while nobody holds it. A key whose lease is over stays until somebody takes the lock. */
  key = 0;
  holderId = 0;
  /** The caller whose hang-up frees it. */
  boundTo: Caller | undefined;
  note = '';
  /** Milliseconds since 1970. */
  sinceMs = 0;
  /** Monotonic. */
  leaseEndMs = 0;
  /** First come, first served. */
  readonly waiters: LockWaiter[] = [];
  /** The lease is over or the holder hung up, and the listeners know: free, though its key works until it is taken. */
  hasLapsed = false;
  /** Set while somebody waits or listens: when the lease ends. */
  leaseTimer: { cancel(): void } | undefined;

  constructor(idText: string) {
    this.idText = idText;
  }

  /** Whether its lease runs: nobody else can have it. */
  isHeldAt(nowMs: number): boolean {
    return this.key !== 0 && !this.hasLapsed && this.leaseEndMs > nowMs;
  }

  get id(): Buffer {
    return Buffer.from(this.idText, 'latin1');
  }
}
