// Who made whom wait: waits for a lock that took longer than `slowlog-lock-threshold`, newest last. Only commands that
// do wait pass through here, so it costs nothing where locks are free. A ring of `slowlogLength` entries.
import { type Caller, type Clock, type Engine, hiddenId } from '@msession/engine';
import {
  ArgumentFault,
  commands,
  compileBinder,
  type DeferredReply,
  ReplyCollector,
  ReplyError,
  ReplyMap,
  ReplyPush,
  type ReplyValue,
  Request,
  replyText,
} from '@msession/protocol';
import type { Connection } from './connection.js';
import { type ConnectionRegistry, nextCallerId } from './connection-registry.js';
import type { ServerLimits } from './options.js';
import { withoutUrlQueries } from './redaction.js';

/** Fields in the order in which SLOWLOG LOCKS shows them. */
export interface LockWait {
  /** Grows by one with each entry. */
  readonly number: number;
  /** When the wait ended, in milliseconds since 1970. */
  readonly atMs: number;
  readonly waitedMs: number;
  readonly id: string;
  /** OK, or the code of the error. */
  readonly outcome: string;
  readonly waiter: string;
  readonly waiterName: string;
  readonly waiterNote: string;
  /** Who held the lock when the wait began. */
  readonly holder: string;
  readonly holderName: string;
  readonly holderNote: string;
}

type Holder = Pick<LockWait, 'holder' | 'holderName' | 'holderNote'>;

/** A wait under way. */
export interface Wait {
  readonly waiter: Connection;
  readonly id: Buffer;
  readonly isAsync: boolean;
  readonly startMs: number;
  readonly note: string;
  /** Undefined until it was asked for. */
  holder: Holder | Promise<Holder> | undefined;
  timer: { cancel(): void } | undefined;
}

interface Parts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  readonly connections: ConnectionRegistry;
}

const bind = compileBinder(commands.SLOCK);
const nobody: Holder = { holder: '', holderName: '', holderNote: '' };
const longestNote = 256;
/** What an engine on a network has not answered by then is taken to wait. */
const longestGuessMs = 20;
/** Waits of one connection that are watched at a time. */
const mostTickets = 1024;

export class LockWaits {
  readonly #parts: Parts;
  /** Asks the engine who holds a lock. */
  readonly #asker: Caller = { id: nextCallerId(), canReceivePush: () => false, push: () => undefined };
  #entries: LockWait[] = [];
  #nextNumber = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** All there ever were. */
  get total(): number {
    return this.#nextNumber;
  }

  /** A SLOCK was not answered at once. The request is read before this returns. */
  watch(waiter: Connection, request: Request, reply: Promise<DeferredReply>): void {
    const wait = this.#begin(waiter, request);
    if (wait === undefined) return;
    reply.then((deferred) => {
      const value = collected(deferred);
      // the answer of ASYNC is a ticket, and no end of the wait
      if (wait.isAsync && typeof value === 'number') this.#await(waiter, wait, value);
      else void this.#end(wait, value instanceof ReplyError ? value.code : 'OK');
    }, ignoreFailure);
  }

  /** A SLOCK with ASYNC was answered by a ticket and has not got its push yet. The request is read before this returns. */
  watchTicket(waiter: Connection, request: Request, ticket: number): void {
    const wait = this.#begin(waiter, request, true);
    if (wait !== undefined) this.#await(waiter, wait, ticket);
  }

  #await(waiter: Connection, wait: Wait, ticket: number): void {
    waiter.lockTickets ??= new Map();
    const { lockTickets } = waiter;
    lockTickets.set(ticket, wait);
    // those that were withdrawn get no push
    if (lockTickets.size > mostTickets) for (const oldest of lockTickets.keys()) return void lockTickets.delete(oldest);
  }

  /** A push is on its way to a connection that waits for locks. */
  notePush(waiter: Connection, message: DeferredReply): void {
    const value = collected(message);
    if (!(value instanceof ReplyPush) || replyText(value.items[0] ?? '') !== 'lock') return;
    const ticket = Number(value.items[1]);
    const wait = waiter.lockTickets?.get(ticket);
    if (wait === undefined) return;
    waiter.lockTickets?.delete(ticket);
    void this.#end(wait, replyText(value.items[3] ?? '') ?? '');
  }

  #begin(waiter: Connection, request: Request, isForAsync = false): Wait | undefined {
    const { engine, clock, limits } = this.#parts;
    if (limits.slowlogLockThresholdMs < 0 || limits.slowlogLength === 0) return undefined;
    const bound = bind(request, engine.limits);
    if (bound instanceof ArgumentFault || (isForAsync && !bound.async)) return undefined;
    const id = request.bytes(bound.id);
    const wait: Wait = {
      waiter,
      id,
      isAsync: bound.async,
      startMs: clock.monotonicMs(),
      note: bound.note > 0 ? shownNote(request.text(bound.note)) : '',
      holder: undefined,
      timer: undefined,
    };
    if (engine.kind === 'embedded') wait.holder = this.#holderOf(id);
    else this.#askSoon(wait);
    return wait;
  }

  /** An engine on a network answers every SLOCK later: who holds the lock is asked only where that takes its time. */
  #askSoon(wait: Wait): void {
    const { clock, limits } = this.#parts;
    wait.timer = clock.schedule(Math.min(longestGuessMs, limits.slowlogLockThresholdMs / 2), () => {
      wait.timer = undefined;
      wait.holder = this.#holderOf(wait.id);
    });
  }

  async #end(wait: Wait, outcome: string): Promise<void> {
    const { waiter, id, startMs, note } = wait;
    const { engine, clock, limits } = this.#parts;
    wait.timer?.cancel();
    const waitedMs = clock.monotonicMs() - startMs;
    if (waitedMs < limits.slowlogLockThresholdMs) return;
    this.#add({
      number: this.#nextNumber++,
      atMs: Math.floor(clock.wallMs()),
      waitedMs: Math.round(waitedMs),
      id: engine.limits.showIds ? id.toString('utf8') : hiddenId(id),
      outcome,
      waiter: waiter.address,
      waiterName: waiter.name,
      waiterNote: note,
      ...((await wait.holder) ?? nobody),
    });
  }

  /** The newest entries, newest first; below 0 all of them. */
  latest(count: number): readonly LockWait[] {
    const newestFirst = [...this.#entries].reverse();
    return count < 0 ? newestFirst : newestFirst.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }

  #add(entry: LockWait): void {
    this.#entries.push(entry);
    const surplus = this.#entries.length - this.#parts.limits.slowlogLength;
    if (surplus > 0) this.#entries.splice(0, surplus);
  }

  #holderOf(id: Buffer): Holder | Promise<Holder> {
    const collector = new ReplyCollector(3);
    const late = this.#parts.engine.execute('LOCKS', Request.of(['LOCKS', id]), collector, this.#asker);
    if (late === undefined) return this.#read(collector.take());
    return late.then((deferred) => {
      deferred(collector);
      return this.#read(collector.take());
    });
  }

  #read(locks: ReplyValue): Holder {
    const lock = Array.isArray(locks) ? locks[0] : undefined;
    if (!(lock instanceof ReplyMap)) return nobody;
    const connection = this.#parts.connections.get(Number(lock.get('connection')));
    return {
      holder: connection?.address ?? '',
      holderName: connection?.name ?? '',
      holderNote: shownNote(replyText(lock.get('note') ?? '') ?? ''),
    };
  }
}

function collected(deferred: DeferredReply): ReplyValue {
  const collector = new ReplyCollector(3);
  deferred(collector);
  return collector.take();
}

function shownNote(note: string): string {
  return withoutUrlQueries(note).slice(0, longestNote);
}

/** The promise of a reply fails only where the delivery of the reply tells so. */
function ignoreFailure(): void {}
