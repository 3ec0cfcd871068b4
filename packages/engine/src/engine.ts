// The contract of an engine: what holds the sessions, locks and indexes, whatever it keeps them in. The embedded engine
// answers synchronously, straight from the request's bytes into the reply sink; an engine behind a network answers by
// promise. The server keeps each connection's replies in request order either way.
import type { CommandName, DeferredReply, ErrorCode, ReplySink, Request } from '@msession/protocol';

/** Who asks: one connection of a server, or one in-process client. Created by the server, known to the engine by identity. */
export interface Caller {
  /** Positive, never reused while the process lives; shown by LOCKS. */
  readonly id: number;
  /** Whether pushes can reach it (RESP3); SLOCK ASYNC is refused otherwise. */
  canReceivePush(): boolean;
  /** Sends one push message out of band. The engine calls it only for what this caller asked for. */
  push(message: DeferredReply): void;
}

export type SessionEventName = 'created' | 'destroyed' | 'expired' | 'evicted' | 'renamed' | 'locked' | 'unlocked';

/** What happened to a session. Buffers are the listener's to keep. */
export interface SessionEvent {
  readonly name: SessionEventName;
  readonly id: Buffer;
  /** The new id, of `renamed`. */
  readonly newId?: Buffer;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The data the session had, where the listener asked for data; null when it had none. */
  readonly data?: Buffer | null;
}

export interface SessionEventListener {
  readonly names: ReadonlySet<SessionEventName>;
  readonly wantsData: boolean;
  /** Called after the change, before its reply leaves; must not call back into the engine synchronously. */
  onEvent(event: SessionEvent): void;
}

export interface EngineStatistics {
  /** Live sessions, without sub-sessions and `globals`. */
  readonly sessions: number;
  readonly subSessions: number;
  readonly locksHeld: number;
  readonly lockWaiters: number;
  /** Logical bytes of all sessions: what `max-memory` counts. */
  readonly usedBytes: number;
  readonly created: number;
  readonly destroyed: number;
  readonly expired: number;
  readonly evicted: number;
  readonly locksGranted: number;
  readonly locksTimedOut: number;
  readonly indexedNames: number;
  /** More figures of this engine, by name, for INFO and metrics. */
  readonly more: Readonly<Record<string, number>>;
}

/** Limits that may change while the engine runs. Each has its default and its flag in the daemon's configuration. */
export interface EngineLimits {
  /** Seconds a session lives after its last access when nobody said otherwise; 0 never expires. */
  defaultTimeoutSeconds: number;
  maxWaitersPerLock: number;
  maxVariablesPerSession: number;
  maxSubSessionsPerSession: number;
  /** Names whose search is indexed at a time. */
  maxSearchedNames: number;
  maxValueBytes: number;
  /** Logical bytes; 0 is no limit. */
  maxMemoryBytes: number;
  /** What happens at `maxMemoryBytes`: writes get OOM, the least recently accessed go, or the soonest to expire go. */
  evict: 'none' | 'lru' | 'ttl';
  /** LOCKS shows ids as they are. */
  showIds: boolean;
}

export interface Engine {
  /** For INFO: `embedded`, `redis`. */
  readonly kind: string;
  readonly limits: EngineLimits;
  /** The clock it runs on, where a caller that runs on the same one may pass times along. */
  readonly clock?: Clock;
  /** Opens what it stands on; resolves when commands can be answered. */
  start(): Promise<void>;
  /** Makes everything durable and lets go of timers and files; waiting callers are answered `UNAVAILABLE`. */
  close(): Promise<void>;
  /**
   * Runs one engine command. The words are already counted and bound against the table by the engine itself: the
   * caller passes the request as it came. Either the reply is written to `sink` before this returns undefined, or a
   * promise of it is returned and `sink` is left untouched; the promise never rejects. `request` and its buffer may be
   * reused by the caller as soon as this returns. `nowMs` is the monotonic time where the caller has just looked at the
   * engine's own clock (`clock`); absent, the engine looks itself.
   */
  execute(
    command: CommandName,
    request: Request,
    sink: ReplySink,
    caller: Caller,
    nowMs?: number,
  ): undefined | Promise<DeferredReply>;
  /**
   * Says which requests will be executed next, in this order, unless something comes between: the first `count` of
   * `requests`. An engine may fetch what they need into the processor's cache; it changes nothing.
   */
  foresee?(requests: readonly Request[], count: number): void;
  /** Frees the locks bound to this caller and withdraws its waits, whose promises resolve unread; answers how many. */
  release(caller: Caller): number;
  /**
   * Undefined when everything executed so far may be acknowledged; otherwise a promise that resolves when it may
   * (durability `always`: after the commit). The server holds replies back until then.
   */
  barrier(): undefined | Promise<void>;
  subscribe(listener: SessionEventListener): () => void;
  statistics(): EngineStatistics;
  /** Whether commands can be answered now, and if not, why: for `/readyz`. */
  health(): { readonly isReady: boolean; readonly reason?: string };
}

/** An error that an in-process caller of an engine gets; `code` is one of the error table. */
export class EngineError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** The time, injected so that tests own it. */
export interface Clock {
  /** Milliseconds that only grow, with fractions; its zero means nothing. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Calls back once after at least `delayMs`; the handle cancels. The system clock's timers do not keep a process alive. */
  schedule(delayMs: number, callback: () => void): { cancel(): void };
}
