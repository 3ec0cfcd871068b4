// The seam between sessions and locks: what the engine asks of the part that knows locks, and nothing else. What scripts
// ask of it stands in src/scripts/locks/lock-record.ts and lock-fate.ts.
import type { Caller } from '@msession/engine';
import type { ScriptReply } from '../connection/script-runner.js';
import type { EngineParts, Handler } from '../engine-parts.js';

export type LockCommandName = 'SLOCK' | 'SUNLOCK' | 'SEXTEND' | 'SCANCEL' | 'LOCKS';

export interface LockFigures {
  readonly granted: number;
  readonly timedOut: number;
  /** Who waits at this front-end. */
  readonly waiting: number;
}

export interface LockService {
  readonly handlers: { readonly [Name in LockCommandName]: Handler<Name> };
  /** Subscribes to what wakes this front-end's waiters. */
  start(engine: EngineParts): Promise<void>;
  /** Answers everyone who waits UNAVAILABLE, and lets go of timers and subscriptions. */
  close(): Promise<void>;
  /** Frees the locks bound to this caller and withdraws its waits, by what this front-end knows; answers how many. */
  release(caller: Caller): number;
  /** A notice in a script's reply that is no event: `[kind, …]`. Called in order, before the reply is answered. */
  onNotice(notice: readonly ScriptReply[]): void;
  /** Somebody began to listen for `unlocked`: ends of leases have to be noticed when they come. */
  watchAll(): void;
  /** Notices leases that ended in a bucket without anybody's waiting; the sweeper comes to each now and then. */
  sweep(bucket: number): Promise<void>;
  /** A session was renamed through this front-end. */
  renamed(oldText: string, newText: string): void;
  readonly figures: LockFigures;
}
