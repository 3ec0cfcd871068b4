// The lock requests of this front-end: who asked and who waits. The queues are the engine's; a
// waiter here hears of its grant by message, and looks for itself at the end of the lease, and now and then, since a
// message may be lost. Only the engine's answer ends a wait, so a grant and a time-out never cross.
import { type Clock, EngineError } from '@msession/engine';
import { grouped, type LockOutcome, noSession, refusedLocked, ungroup } from '@msession/engine/shared';
import { type BoundLocks, retryMs } from './bound-locks.js';
import type { LeaseWatch } from './lease-watch.js';
import type { LockMessage } from './lock-messages.js';
import type { LockRequest } from './lock-request.js';
import type { LockScripts, TakeAnswer, WithdrawAnswer } from './lock-scripts.js';
import type { Presence } from './presence.js';

export interface LockDeskOptions {
  readonly clock: Clock;
  readonly scripts: LockScripts;
  readonly bound: BoundLocks;
  readonly presence: Presence;
  readonly leases: LeaseWatch;
  readonly bucketOf: (idText: string) => number;
  /** How long a waiter trusts in messages before it looks for itself. */
  readonly pollMs: number;
}

interface Asked {
  readonly number: number;
  readonly idText: string;
  readonly request: LockRequest;
  readonly settle: (outcome: LockOutcome) => void;
  state: 'asked' | 'queued' | 'ended';
  /** Its caller has gone: whatever comes is given back. */
  isAbandoned: boolean;
  waitTimer: { cancel(): void } | undefined;
  /** When it waits no longer, by the front-end's monotonic clock; 0 while it has not waited yet. */
  deadlineMs: number;
}

/** Requests of this front-end that wait for one lock. */
interface Group {
  readonly idText: string;
  readonly waiting: Set<Asked>;
  timer: { cancel(): void } | undefined;
  /** When the timer fires, and when somebody has to look, which is never before: by the front-end's monotonic clock. */
  timerMs: number;
  lookMs: number;
}

export class LockDesk {
  granted = 0;
  timedOut = 0;
  readonly #asked = new Map<number, Asked>();
  readonly #byCaller = new Map<number, Set<Asked>>();
  readonly #groups = new Map<string, Group>();
  readonly #options: LockDeskOptions;
  #waiting = 0;
  #lastNumber = 0;
  #isClosed = false;

  constructor(options: LockDeskOptions) {
    this.#options = options;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether somebody waits for this lock at this front-end; others may, elsewhere. */
  isAwaited(idText: string): boolean {
    return this.#groups.has(idText);
  }

  /**
   * Asks for a lock. Resolves when the engine has heard of it; `settle` is called once when the outcome is known, which
   * may be before or long after, and never when the caller was released meanwhile.
   */
  async ask(idText: string, request: LockRequest, settle: (outcome: LockOutcome) => void): Promise<void> {
    const asked: Asked = {
      number: ++this.#lastNumber,
      idText,
      request,
      settle,
      state: 'asked',
      isAbandoned: false,
      waitTimer: undefined,
      deadlineMs: 0,
    };
    this.#asked.set(asked.number, asked);
    grouped(this.#byCaller, request.caller.id).add(asked);
    await this.#take(asked, request.waitMs);
  }

  async #take(asked: Asked, waitMs: number): Promise<void> {
    const { idText, number, request } = asked;
    try {
      this.#onTaken(asked, await this.#options.scripts.take(idText, number, { ...request, waitMs }));
    } catch (error) {
      // it may have been done all the same
      this.#abandon(asked, request.leaseMs + request.waitMs);
      this.#end(asked, unavailable(error));
    }
  }

  #onTaken(asked: Asked, answer: TakeAnswer): void {
    if (asked.state === 'ended') {
      if (asked.isAbandoned && answer.kind !== 'refused') this.#abandon(asked, asked.request.leaseMs);
    } else if (answer.kind === 'granted') {
      this.#grant(asked, answer.key, answer.data);
    } else if (answer.kind === 'refused') {
      this.#end(asked, answer);
    } else {
      this.#wait(asked, answer.leftMs);
    }
  }

  #wait(asked: Asked, leftMs: number): void {
    const { clock, presence, bucketOf } = this.#options;
    asked.state = 'queued';
    this.#waiting++;
    presence.enter(bucketOf(asked.idText), asked.idText);
    const nowMs = clock.monotonicMs();
    if (asked.deadlineMs === 0) asked.deadlineMs = nowMs + asked.request.waitMs;
    asked.waitTimer = clock.schedule(asked.deadlineMs - nowMs, () => void this.#stopWaiting(asked));
    let group = this.#groups.get(asked.idText);
    if (group === undefined) {
      group = { idText: asked.idText, waiting: new Set(), timer: undefined, timerMs: 0, lookMs: 0 };
      this.#groups.set(asked.idText, group);
    }
    group.waiting.add(asked);
    this.#watch(group, leftMs);
  }

  /** The wait is over, or its place in the queue was lost: the engine says how it ended. Answers that. */
  async #stopWaiting(asked: Asked): Promise<WithdrawAnswer['kind'] | 'failed'> {
    const { idText, number, request } = asked;
    let answer: WithdrawAnswer;
    try {
      answer = await this.#options.scripts.withdraw(idText, number, request.withData, 'end');
    } catch (error) {
      if (asked.state !== 'ended') {
        this.#abandon(asked, request.leaseMs + request.waitMs);
        this.#end(asked, unavailable(error));
      }
      return 'failed';
    }
    if (asked.state === 'ended') return answer.kind;
    if (answer.kind === 'granted') {
      this.#grant(asked, answer.key, answer.data);
    } else if (answer.kind === 'gone' && !answer.hasSession && !request.create) {
      this.#end(asked, noSession);
    } else if (answer.kind === 'gone' && asked.deadlineMs > this.#options.clock.monotonicMs()) {
      // this front-end was taken for dead, or Redis forgot: it joins the queue anew
      this.#unqueue(asked);
      void this.#take(asked, Math.ceil(asked.deadlineMs - this.#options.clock.monotonicMs()));
    } else {
      this.timedOut++;
      this.#end(asked, refusedLocked(`the lock was not free within ${request.waitMs} ms`));
    }
    return answer.kind;
  }

  /** The lock is said to be this request's: fetches key and data. */
  async #claim(asked: Asked): Promise<void> {
    const { idText, number, request } = asked;
    try {
      const answer = await this.#options.scripts.withdraw(idText, number, request.withData, 'claim');
      if (asked.state !== 'ended' && answer.kind === 'granted') this.#grant(asked, answer.key, answer.data);
    } catch {
      // it waits on, and looks again
    }
  }

  #grant(asked: Asked, key: number, data: Buffer | null): void {
    const { bound, leases } = this.#options;
    const { caller, bind, leaseMs } = asked.request;
    this.granted++;
    leases.begin(asked.idText, leaseMs);
    if (bind) bound.add(caller.id, key, asked.idText, leaseMs);
    this.#end(asked, { kind: 'granted', key, data });
  }

  /** It waits no longer, for the time being or for ever. */
  #unqueue(asked: Asked): void {
    if (asked.state !== 'queued') return;
    asked.state = 'asked';
    asked.waitTimer?.cancel();
    this.#waiting--;
    this.#options.presence.leave(this.#options.bucketOf(asked.idText));
    const group = this.#groups.get(asked.idText);
    group?.waiting.delete(asked);
    if (group?.waiting.size !== 0) return;
    group.timer?.cancel();
    this.#groups.delete(asked.idText);
  }

  #end(asked: Asked, outcome: LockOutcome | undefined): void {
    if (asked.state === 'ended') return;
    this.#unqueue(asked);
    asked.state = 'ended';
    this.#asked.delete(asked.number);
    ungroup(this.#byCaller, asked.request.caller.id, asked);
    if (outcome !== undefined) asked.settle(outcome);
  }

  /** Nobody wants this request's lock any more: it leaves the queue, or gives back what it got. Insists on it. */
  #abandon(asked: Asked, forMs: number): void {
    const { clock, scripts } = this.#options;
    asked.isAbandoned = true;
    const untilMs = clock.monotonicMs() + forMs;
    const attempt = (): void => {
      scripts.withdraw(asked.idText, asked.number, false, 'abandon').catch(() => {
        if (!this.#isClosed && clock.monotonicMs() < untilMs) clock.schedule(retryMs, attempt);
      });
    };
    attempt();
  }

  /** Withdraws an ASYNC request of a caller; false when there is none waiting under that ticket. */
  async cancel(callerId: number, ticket: number): Promise<boolean> {
    for (const asked of this.#byCaller.get(callerId) ?? []) {
      if (asked.request.ticket !== ticket || ticket === 0) continue;
      const { settle } = asked;
      const { scripts } = this.#options;
      const answer = await scripts.withdraw(asked.idText, asked.number, asked.request.withData, 'end');
      if (asked.state === 'ended') return false;
      if (answer.kind === 'granted') this.#grant(asked, answer.key, answer.data);
      else this.#end(asked, undefined);
      if (answer.kind === 'gone') settle(answer.hasSession ? refusedLocked('the wait was withdrawn') : noSession);
      return answer.kind === 'withdrawn';
    }
    return false;
  }

  /** A caller hung up: its waits are withdrawn and its bound locks freed. Answers how many there were of both. */
  release(caller: { readonly id: number }): number {
    const waits = [...(this.#byCaller.get(caller.id) ?? [])];
    for (const asked of waits) {
      this.#abandon(asked, asked.request.leaseMs + asked.request.waitMs);
      this.#end(asked, asked.request.ticket === 0 ? refusedLocked('the wait was withdrawn') : undefined);
    }
    return waits.length + this.#options.bound.release(caller.id);
  }

  /** What another front-end's script had to say, or one of this front-end to itself. */
  onMessage(message: LockMessage): void {
    if (message.kind === 'leased') {
      const group = this.#groups.get(message.idText);
      if (group !== undefined) this.#watch(group, message.leftMs);
    } else if (message.kind === 'unbound') {
      this.#options.bound.freed(message.key);
    } else if (message.kind === 'moved') {
      this.#options.bound.moved(message.key, message.idText);
    } else {
      const asked = this.#asked.get(message.number);
      if (asked === undefined) return;
      if (message.kind === 'refused') this.#end(asked, noSession);
      else if (message.data === 'to be fetched') void this.#claim(asked);
      else this.#grant(asked, message.key, message.data);
    }
  }

  /** Messages may have been lost: everybody who waits looks. */
  lookEverywhere(): void {
    for (const group of this.#groups.values()) void this.#look(group);
  }

  /** Looks at the lock when its lease is over, or when nothing was heard of it for long. */
  #watch(group: Group, leftMs: number): void {
    const { clock, pollMs } = this.#options;
    group.lookMs = clock.monotonicMs() + Math.min(Math.ceil(leftMs), pollMs);
    // one who joins seldom makes it earlier: a timer that fires too soon costs less than a new one for each
    if (group.timer !== undefined && group.timerMs <= group.lookMs) return;
    group.timer?.cancel();
    this.#setTimer(group);
  }

  #setTimer(group: Group): void {
    const { clock } = this.#options;
    group.timerMs = group.lookMs;
    group.timer = clock.schedule(Math.ceil(group.lookMs - clock.monotonicMs()), () => {
      group.timer = undefined;
      if (clock.monotonicMs() < group.lookMs) this.#setTimer(group);
      else void this.#look(group);
    });
  }

  async #look(group: Group): Promise<void> {
    const { clock, scripts, pollMs } = this.#options;
    group.timer?.cancel();
    group.timer = undefined;
    // those who join meanwhile are none of this look's business
    const waiting = [...group.waiting];
    const sentMs = clock.monotonicMs();
    let leftMs = retryMs;
    try {
      const answer = await scripts.look(group.idText);
      leftMs = answer.leftMs === 0 ? pollMs : answer.leftMs - (clock.monotonicMs() - sentMs);
      for (const asked of waiting) {
        if (asked.state === 'ended' || answer.queued.includes(asked.number)) continue;
        if (answer.holder === asked.number) void this.#claim(asked);
        else void this.#stopWaiting(asked);
      }
    } catch {
      // it is not known how things stand: looks again soon
    }
    if (this.#groups.get(group.idText) !== group) return;
    if (leftMs > 0) this.#watch(group, leftMs);
    else void this.#look(group);
  }

  /** Answers everyone who waits and leaves all queues; resolves when Redis knows. */
  async close(): Promise<void> {
    const { scripts } = this.#options;
    this.#isClosed = true;
    const closing: LockOutcome = { kind: 'refused', code: 'UNAVAILABLE', message: 'the server is shutting down' };
    const told: Promise<unknown>[] = [];
    for (const asked of [...this.#asked.values()]) {
      told.push(scripts.withdraw(asked.idText, asked.number, false, 'abandon'));
      asked.isAbandoned = true;
      this.#end(asked, closing);
    }
    await Promise.allSettled(told);
  }
}

function unavailable(error: unknown): LockOutcome {
  if (error instanceof EngineError) return { kind: 'refused', code: error.code, message: error.message };
  return { kind: 'refused', code: 'UNAVAILABLE', message: 'the engine cannot be reached now; ask again' };
}
