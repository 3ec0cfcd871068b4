// The engine on Redis: a front-end of any number that share one server or cluster. It holds nothing of the sessions itself;
// every command is a script, and every reply a promise.
import { randomBytes } from 'node:crypto';
import {
  type Caller,
  type Clock,
  defaultLimits,
  type Engine,
  EngineError,
  type EngineLimits,
  type EngineStatistics,
  type SessionEvent,
  type SessionEventListener,
  type SessionEventName,
} from '@msession/engine';
import {
  ArgumentFault,
  type Binder,
  type BoundArguments,
  type CommandName,
  type CommandSpec,
  commands,
  compileBinder,
  type DeferredReply,
  type ReplySink,
  type Request,
} from '@msession/protocol';
import { Buckets } from './buckets.js';
import { sessionHandlers } from './commands/index.js';
import { replyError } from './commands/replies.js';
import type { RedisServers } from './connection/redis-address.js';
import { RedisLink } from './connection/redis-link.js';
import { familyOfCall } from './connection/script-call.js';
import { type ScriptReply, ScriptRunner } from './connection/script-runner.js';
import { EngineClock } from './engine-clock.js';
import type { EngineFigures, EngineParts } from './engine-parts.js';
import { EventRelay } from './events/event-relay.js';
import { FarmStatistics } from './farm-statistics.js';
import { ensureGlobals } from './globals-session.js';
import { KeyNames } from './layout/key-names.js';
import { checkLayout } from './layout/layout-record.js';
import { placeOf } from './layout/place.js';
import { createLockService } from './locks/script-lock-service.js';
import { finishMove } from './moves.js';
import { Sweeper } from './sweeper.js';

export interface RedisEngineOptions {
  readonly servers: RedisServers;
  /** What all keys and channels begin with; default `msession`. Tenants of one server are told apart by it. */
  readonly prefix?: string;
  /** How long a command may take before it is answered `UNAVAILABLE`, in milliseconds; default 2000. */
  readonly timeoutMs?: number;
  /** Replicas that must have a change before its reply leaves; default 0. */
  readonly replicasAck?: number;
  /** What differs from `defaultLimits`. `maxMemoryBytes` and `evict` have no meaning: memory is Redis's. */
  readonly limits?: Partial<EngineLimits>;
  /** For tests: a clock in place of Redis's own. All front-ends must share it then. */
  readonly clock?: Clock;
  /** Told about what an operator should know: Redis is away, and that it is back. */
  readonly onNotice?: (message: string) => void;
}

/** An engine on Redis, with what its tests need to know beside the contract. */
export interface RedisEngine extends Engine {
  readonly kind: 'redis';
  /** Ends all sessions that are overdue now; answers when the next deadline may be over, milliseconds since 1970. */
  sweep(): Promise<number>;
}

/**
 * Makes an engine that keeps its sessions in Redis or Valkey. `start` rejects with an `EngineError` when Redis cannot be
 * reached, and with a `StoreFault` when what is there has another layout.
 *
 * @example
 * const engine = createRedisEngine({ servers: { topology: 'single', hosts: [{ host: '127.0.0.1', port: 6379 }] } });
 * await engine.start();
 */
export function createRedisEngine(options: RedisEngineOptions): RedisEngine {
  return new EngineOnRedis(options);
}

type AnyHandler = (
  engine: EngineParts,
  request: Request,
  args: BoundArguments<CommandSpec>,
  caller: Caller,
) => Promise<DeferredReply>;

interface Route {
  readonly bind: Binder;
  readonly handle: AnyHandler;
}

const defaultTimeoutMs = 2000;

class EngineOnRedis implements RedisEngine {
  readonly kind = 'redis';
  readonly limits: EngineLimits;
  readonly #parts: EngineParts;
  readonly #routes: Readonly<Record<string, Route | undefined>>;
  readonly #sweeper: Sweeper;
  readonly #statistics: FarmStatistics;
  readonly #figures: EngineFigures = { created: 0, destroyed: 0, expired: 0 };
  #state: 'new' | 'open' | 'closed' = 'new';

  constructor(options: RedisEngineOptions) {
    const { servers, prefix = 'msession', timeoutMs = defaultTimeoutMs, replicasAck = 0, onNotice } = options;
    this.limits = { ...defaultLimits, ...options.limits };
    const { limits } = this;
    const frontEnd = randomBytes(8).toString('hex');
    const clock = new EngineClock(options.clock);
    const keys = new KeyNames(prefix);
    const link = new RedisLink({ servers, timeoutMs, replicasAck, ...(onNotice === undefined ? {} : { onNotice }) });
    const events = new EventRelay({ link, keys, frontEnd });
    const locks = createLockService();
    const scripts: ScriptRunner = new ScriptRunner({
      link,
      keys,
      limits,
      clock,
      hooks: {
        onNotice: (notice) => this.#onNotice(notice),
        eventLetter: () => events.letter(),
        finishMove: (call, intent) => finishMove(scripts, keys, placeOf(familyOfCall(call, keys)), intent),
      },
    });
    const buckets = new Buckets({ scripts, link, keys });
    this.#parts = { frontEnd, limits, clock, keys, link, scripts, events, locks, buckets, figures: this.#figures };
    this.#statistics = new FarmStatistics({ link, keys, buckets });
    this.#sweeper = new Sweeper({
      link,
      keys,
      buckets,
      frontEnd,
      onRound: () => ensureGlobals(scripts),
      onBucket: (bucket) => locks.sweep(bucket),
    });
    const handlers = { ...sessionHandlers, ...locks.handlers };
    this.#routes = Object.fromEntries(
      (Object.keys(handlers) as (keyof typeof handlers)[]).map((name): [string, Route] => [
        name,
        { bind: compileBinder(commands[name] as CommandSpec), handle: handlers[name] as unknown as AnyHandler },
      ]),
    );
  }

  async start(): Promise<void> {
    const { link, keys, scripts, events, locks } = this.#parts;
    try {
      await link.open();
      await checkLayout(link, keys);
      await ensureGlobals(scripts);
      await events.start();
      await locks.start(this.#parts);
    } catch (error) {
      link.close();
      throw error;
    }
    link.expectReplicas();
    this.#sweeper.start();
    this.#state = 'open';
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    const { link, events, locks } = this.#parts;
    await this.#sweeper.close();
    events.close();
    await locks.close();
    link.close();
  }

  execute(command: CommandName, request: Request, sink: ReplySink, caller: Caller): undefined | Promise<DeferredReply> {
    const route = this.#routes[command];
    if (route === undefined || this.#state !== 'open') {
      if (route === undefined) sink.error('ERR', `'${command}' is no command of an engine`);
      else sink.error('UNAVAILABLE', 'the engine is closed');
      return undefined;
    }
    const bound = route.bind(request, this.limits);
    if (bound instanceof ArgumentFault) {
      sink.error(bound.code, bound.message);
      return undefined;
    }
    return route.handle(this.#parts, request, bound, caller).catch(replyFailure);
  }

  release(caller: Caller): number {
    return this.#parts.locks.release(caller);
  }

  barrier(): undefined {
    return undefined;
  }

  subscribe(listener: SessionEventListener): () => void {
    const unsubscribe = this.#parts.events.subscribe(listener);
    if (this.#state === 'open') this.#parts.locks.watchAll();
    return unsubscribe;
  }

  statistics(): EngineStatistics {
    const { locks, scripts } = this.#parts;
    const farm = this.#state === 'open' ? this.#statistics.latest() : noFigures;
    const { granted, timedOut, waiting } = locks.figures;
    return {
      ...farm,
      ...this.#figures,
      lockWaiters: waiting,
      evicted: 0,
      locksGranted: granted,
      locksTimedOut: timedOut,
      indexedNames: 0,
      more: { roundTrips: scripts.roundTrips, sweeps: this.#sweeper.rounds },
    };
  }

  health(): { readonly isReady: boolean; readonly reason?: string } {
    if (this.#state !== 'open') return { isReady: false, reason: 'the engine is closed' };
    const { fault } = this.#parts.link;
    return fault === undefined ? { isReady: true } : { isReady: false, reason: fault };
  }

  async sweep(): Promise<number> {
    return (await this.#parts.buckets.allSettled()).nextDueMs;
  }

  #onNotice(notice: readonly ScriptReply[]): void {
    const [kind, name, id, atMs, data, newId] = notice;
    if (String(kind) !== 'event') {
      this.#parts.locks.onNotice(notice);
      return;
    }
    const event: SessionEvent = {
      name: String(name) as SessionEventName,
      id: id as Buffer,
      atMs: Number(atMs),
      ...(newId === undefined ? {} : { newId: newId as Buffer }),
      ...(this.#parts.events.isDataWanted(String(name) as SessionEventName)
        ? { data: (data ?? null) as Buffer | null }
        : {}),
    };
    if (event.name === 'expired' || event.name === 'destroyed') this.#figures[event.name]++;
    this.#parts.events.emit(event);
  }
}

function replyFailure(error: unknown): DeferredReply {
  if (error instanceof EngineError) return replyError(error.code, error.message);
  return replyError('UNAVAILABLE', `the engine failed: ${error instanceof Error ? error.message : String(error)}`);
}

const noFigures = { sessions: 0, subSessions: 0, locksHeld: 0, usedBytes: 0 };
