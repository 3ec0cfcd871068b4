// The engine as the semantics tell it and no more: plain Maps, every question answered by looking at everything. It is
// what other engines are judged by, and it serves where speed is no concern; `max-memory` is not enforced.
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
import {
  type Caller,
  type Clock,
  type Engine,
  EngineError,
  type EngineLimits,
  type EngineStatistics,
  type SessionEventListener,
} from '../engine.js';
import { contentHandlers } from './content-handlers.js';
import { lockHandlers } from './lock-handlers.js';
import type { EngineCommandName, Handler, HandlerContext } from './model-handler.js';
import { parentOf } from './model-session.js';
import { ModelState } from './model-state.js';
import { searchHandlers } from './search-handlers.js';
import { sessionHandlers } from './session-handlers.js';

const handlers: { readonly [Name in EngineCommandName]: Handler<Name> } = {
  ...sessionHandlers,
  ...contentHandlers,
  ...lockHandlers,
  ...searchHandlers,
};

type Runner = (context: HandlerContext) => DeferredReply | Promise<DeferredReply>;

function compileRunner<Name extends EngineCommandName>(name: Name): Runner {
  const bind = compileBinder(commands[name] as CommandSpec) as Binder;
  const handle = handlers[name] as unknown as (
    args: BoundArguments<CommandSpec>,
    context: HandlerContext,
  ) => DeferredReply | Promise<DeferredReply>;
  return (context) => {
    const bound = bind(context.request, { maxValueBytes: context.state.limits.maxValueBytes });
    if (bound instanceof ArgumentFault) throw new EngineError(bound.code, bound.message);
    return handle(bound, context);
  };
}

const runners = new Map<CommandName, Runner>(
  (Object.keys(handlers) as EngineCommandName[]).map((name) => [name, compileRunner(name)]),
);

/** Limits of an engine that was told none. */
export const modelLimits: EngineLimits = {
  defaultTimeoutSeconds: 1440,
  maxWaitersPerLock: 64,
  maxVariablesPerSession: 10_000,
  maxSubSessionsPerSession: 1000,
  maxSearchedNames: 1000,
  maxValueBytes: 8 * 1024 * 1024,
  maxMemoryBytes: 0,
  evict: 'none',
  showIds: false,
};

export interface ModelEngineOptions {
  readonly clock: Clock;
  readonly limits?: Partial<EngineLimits>;
}

/** Makes a model engine; it answers as soon as it is made. */
export function createModelEngine(options: ModelEngineOptions): Engine {
  return new ModelEngine(options.clock, { ...modelLimits, ...options.limits });
}

class ModelEngine implements Engine {
  readonly kind = 'model';
  readonly limits: EngineLimits;
  readonly #state: ModelState;
  #timer: { cancel(): void } | null = null;
  #isClosed = false;

  constructor(clock: Clock, limits: EngineLimits) {
    this.limits = limits;
    this.#state = new ModelState(clock, limits);
  }

  async start(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const lock of this.#state.locks.values()) {
      for (const waiter of lock.waiters.splice(0)) waiter.answer({ code: 'UNAVAILABLE' });
    }
  }

  execute(command: CommandName, request: Request, sink: ReplySink, caller: Caller): undefined | Promise<DeferredReply> {
    const runner = runners.get(command);
    const afterReply: (() => void)[] = [];
    try {
      if (this.#isClosed) throw new EngineError('UNAVAILABLE', 'the engine is closed');
      if (runner === undefined) throw new EngineError('ERR', `'${command}' is no command of an engine`);
      this.#state.settle();
      const reply = runner({
        state: this.#state,
        request,
        caller,
        afterReply: (action) => afterReply.push(action),
      });
      if (reply instanceof Promise) return reply;
      reply(sink);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      sink.error(error.code, error.message);
    } finally {
      this.#wakeInTime();
    }
    for (const action of afterReply) action();
    return undefined;
  }

  release(caller: Caller): number {
    this.#state.settle();
    const freed = this.#state.release(caller);
    this.#wakeInTime();
    return freed;
  }

  barrier(): undefined {
    return undefined;
  }

  subscribe(listener: SessionEventListener): () => void {
    this.#state.listeners.add(listener);
    return () => this.#state.listeners.delete(listener);
  }

  statistics(): EngineStatistics {
    this.#state.settle();
    const locks = [...this.#state.locks];
    const sessions = [...this.#state.sessions.values()];
    const bytesOf = (session: (typeof sessions)[number]) =>
      [...session.variables].reduce(
        (sum, [name, value]) => sum + name.length + value.length,
        session.id.length + session.className.length + (session.data?.length ?? 0),
      );
    return {
      sessions: this.#state.counted().length,
      subSessions: sessions.filter((session) => parentOf(session.id) !== null).length,
      locksHeld: locks.filter(([id]) => this.#state.isLocked(id)).length,
      lockWaiters: locks.reduce((sum, [, lock]) => sum + lock.waiters.length, 0),
      usedBytes: sessions.reduce((sum, session) => sum + bytesOf(session), 0),
      evicted: 0,
      indexedNames: 0,
      more: {},
      ...this.#state.counts,
    };
  }

  health(): { readonly isReady: boolean; readonly reason?: string } {
    return this.#isClosed ? { isReady: false, reason: 'closed' } : { isReady: true };
  }

  #wakeInTime(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const atMs = this.#state.nextDueAtMs();
    if (this.#isClosed || !Number.isFinite(atMs)) return;
    // a real clock's timers hold 2^31 - 1 ms at most; waking early does no harm
    const delayMs = Math.min(Math.max(0, atMs - this.#state.now()), 2 ** 31 - 1);
    this.#timer = this.#state.clock.schedule(delayMs, () => {
      this.#timer = null;
      this.#state.settle();
      this.#wakeInTime();
    });
  }
}
