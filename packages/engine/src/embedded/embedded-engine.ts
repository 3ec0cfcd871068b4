// The embedded engine: sessions in slab memory of this process, answered synchronously.
import {
  ArgumentFault,
  type ArgumentLimits,
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
import { defaultLimits } from '../default-limits.js';
import type { Caller, Clock, Engine, EngineLimits, EngineStatistics, SessionEventListener } from '../engine.js';
import { systemClock } from '../system-clock.js';
import type { EngineCommandName, EngineParts } from './commands/handler.js';
import { handlers } from './commands/index.js';
import { EventHub } from './event-hub.js';
import { Foresight } from './foresight.js';
import { KeySource } from './key-source.js';
import { LockTable } from './lock-table.js';
import { MemoryLimit } from './memory-limit.js';
import { Sessions } from './sessions.js';
import { ColdSessions } from './store/cold-sessions.js';
import { FamilyStore } from './store/family-store.js';
import type { StoreOptions } from './store/store-options.js';
import { Sweeper } from './sweeper.js';

export interface EmbeddedEngineOptions {
  /** What differs from `defaultLimits`. */
  readonly limits?: Partial<EngineLimits>;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Keeps sessions beyond memory and, unless its durability is `none`, beyond this process. */
  readonly store?: StoreOptions;
}

/**
 * Makes an engine that keeps its sessions in the memory of this process and, with `store`, on disk. `start` rejects with
 * a `StoreFault` when the store cannot be opened.
 *
 * @example
 * const engine = createEmbeddedEngine({ limits: { defaultTimeoutSeconds: 600 } });
 * await engine.start();
 */
export function createEmbeddedEngine(options: EmbeddedEngineOptions = {}): Engine {
  return new EmbeddedEngine(options.clock ?? systemClock, { ...defaultLimits, ...options.limits }, options.store);
}

type AnyHandler = (
  engine: EngineParts,
  request: Request,
  args: BoundArguments<CommandSpec>,
  sink: ReplySink,
  caller: Caller,
  // biome-ignore lint/suspicious/noConfusingVoidType: most handlers answer at once and return nothing
) => void | Promise<DeferredReply>;

interface Route {
  readonly bind: Binder;
  readonly handle: AnyHandler;
  /** Whether it can make the sessions larger, so that `max-memory` has a say. */
  readonly grows: boolean;
}

const routes = Object.fromEntries(
  (Object.keys(handlers) as EngineCommandName[]).map((name): [string, Route] => {
    const spec: CommandSpec = commands[name];
    return [
      name,
      {
        bind: compileBinder(spec),
        handle: handlers[name] as unknown as AnyHandler,
        grows: spec.errors.includes('OOM'),
      },
    ];
  }),
) as Readonly<Record<string, Route | undefined>>;

class EmbeddedEngine implements Engine {
  readonly kind = 'embedded';
  readonly limits: EngineLimits;
  readonly clock: Clock;
  #parts: EngineParts;
  readonly #events = new EventHub();
  readonly #argumentLimits: ArgumentLimits;
  readonly #clock: Clock;
  readonly #storeOptions: StoreOptions | undefined;
  #isClosed = false;

  constructor(clock: Clock, limits: EngineLimits, storeOptions: StoreOptions | undefined) {
    this.limits = limits;
    this.clock = clock;
    this.#clock = clock;
    this.#storeOptions = storeOptions;
    // bound by reference: limits may change while running
    this.#argumentLimits = limits;
    this.#parts = this.#build();
  }

  #build(keys = new KeySource(this.#clock)): EngineParts {
    const clock = this.#clock;
    const { limits } = this;
    const sessions = new Sessions({ clock, limits, keys, events: this.#events });
    const locks = new LockTable({ sessions, keys, clock, limits, events: this.#events });
    const sweeper = new Sweeper(sessions, locks, clock);
    const memoryLimit = new MemoryLimit(sessions);
    const foresight = new Foresight(sessions);
    return { sessions, locks, sweeper, limits, clock, memoryLimit, foresight, store: undefined, cold: undefined };
  }

  async start(): Promise<void> {
    if (this.#storeOptions !== undefined) await this.#openStore(this.#storeOptions);
    this.#isClosed = false;
    this.#parts.sweeper.start();
  }

  /** What the store has is all there is: nothing of an earlier life of this engine stays in memory. */
  async #openStore(options: StoreOptions): Promise<void> {
    const keys = new KeySource(this.#clock);
    const parts = this.#build(keys);
    parts.locks.lastTicket = this.#parts.locks.lastTicket;
    const store = await FamilyStore.open({ ...parts, keys }, options);
    const cold = new ColdSessions(store, parts.sessions);
    parts.sweeper.cold = cold;
    parts.memoryLimit.cold = cold;
    this.#parts = { ...parts, store, cold };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const { sweeper, locks, store } = this.#parts;
    sweeper.close();
    locks.close();
    // closed once; what it had in memory stays for whoever asks for figures
    this.#parts = { ...this.#parts, store: undefined, cold: undefined };
    await store?.close();
  }

  execute(
    command: CommandName,
    request: Request,
    sink: ReplySink,
    caller: Caller,
    nowMs?: number,
  ): undefined | Promise<DeferredReply> {
    const route = routes[command];
    if (route === undefined || this.#isClosed) {
      if (route === undefined) sink.error('ERR', `'${command}' is no command of an engine`);
      else sink.error('UNAVAILABLE', 'the engine is closed');
      return undefined;
    }
    const bound = route.bind(request, this.#argumentLimits);
    if (bound instanceof ArgumentFault) {
      sink.error(bound.code, bound.message);
      return undefined;
    }
    const { sessions, store } = this.#parts;
    if (nowMs === undefined) sessions.refreshNow();
    else sessions.advanceTo(nowMs);
    if (store !== undefined) {
      store.relieve();
      if (route.grows && !canBeKept(store, sink)) return undefined;
    }
    if (route.grows && this.limits.maxMemoryBytes !== 0 && !this.#hasRoom(command, request)) {
      sink.error(
        'OOM',
        `sessions use ${sessions.usedBytes} bytes; max-memory is ${this.limits.maxMemoryBytes}: raise it, evict or drop sessions`,
      );
      return undefined;
    }
    return route.handle(this.#parts, request, bound, sink, caller) ?? undefined;
  }

  foresee(requests: readonly Request[], count: number): void {
    this.#parts.foresight.foresee(requests, count);
  }

  #hasRoom(command: CommandName, request: Request): boolean {
    // a lock may always be given back, when nothing is written with it
    if (command === 'SUNLOCK' && request.count === 3) return true;
    let bytes = 0;
    for (let i = 1; i < request.count; i++) bytes += request.length(i);
    return this.#parts.memoryLimit.makeRoom(bytes);
  }

  release(caller: Caller): number {
    this.#parts.sessions.refreshNow();
    return this.#parts.locks.release(caller.id);
  }

  barrier(): undefined | Promise<void> {
    return this.#parts.store?.cycle.barrier();
  }

  subscribe(listener: SessionEventListener): () => void {
    const unsubscribe = this.#events.subscribe(listener);
    this.#parts.locks.watchAll();
    return unsubscribe;
  }

  statistics(): EngineStatistics {
    const { sessions, locks, store, cold } = this.#parts;
    sessions.refreshNow();
    return {
      sessions: sessions.count,
      subSessions: sessions.subSessionCount + (store?.coldSubSessionCount ?? 0),
      locksHeld: [...locks.held()].length,
      lockWaiters: locks.waiting,
      usedBytes: sessions.usedBytes,
      created: sessions.createdCount,
      destroyed: sessions.ended.destroyed,
      expired: sessions.ended.expired,
      evicted: sessions.ended.evicted,
      locksGranted: locks.granted,
      locksTimedOut: locks.timedOut,
      indexedNames: sessions.index.size,
      more: {
        slabReservedBytes: sessions.memory.reservedBytes,
        slabUsedBytes: sessions.memory.usedBytes,
        ...(store === undefined ? {} : storeFigures(store)),
        ...(cold === undefined ? {} : { damagedRecords: cold.damagedCount }),
      },
    };
  }

  health(): { readonly isReady: boolean; readonly reason?: string } {
    if (this.#isClosed) return { isReady: false, reason: 'the engine is closed' };
    const fault = this.#parts.store?.cycle.fault;
    return fault === undefined ? { isReady: true } : { isReady: false, reason: `writes are refused: ${fault}` };
  }
}

/** Refuses a write that could not be kept. */
function canBeKept(store: FamilyStore, sink: ReplySink): boolean {
  const { fault } = store.cycle;
  if (fault === undefined && store.hasKeys()) return true;
  sink.error('UNAVAILABLE', `the store cannot be written: ${fault ?? 'its disk is full'}; make room, reads go on`);
  return false;
}

function storeFigures(store: FamilyStore): Record<string, number> {
  return {
    coldSessions: store.coldCount,
    hotMemoryBytes: store.hotMemoryBytes,
    sessionsLoaded: store.loads,
    sessionsUnloaded: store.evictions,
    batchesWritten: store.cycle.batchesWritten,
    batchesInJournal: store.cycle.batchesInJournal,
    bytesWritten: store.cycle.bytesWritten,
    isStoreFaulty: store.cycle.fault === undefined ? 0 : 1,
  };
}
