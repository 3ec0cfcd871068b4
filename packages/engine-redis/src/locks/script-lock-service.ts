// The lock service on Redis: wires the desk, the bindings and the presence of this front-end to the engine's scripts and
// to the channel on which other front-ends tell it what became of its requests.
import type { Caller } from '@msession/engine';
import type { ScriptReply } from '../connection/script-runner.js';
import type { EngineParts } from '../engine-parts.js';
import { bucketCount, placeOf } from '../layout/place.js';
import { waiterPollMs } from '../scripts/locks/lock-queue.js';
import { BoundLocks } from './bound-locks.js';
import { locksHandler } from './handlers/locks.js';
import { scancelHandler } from './handlers/scancel.js';
import { sextendHandler } from './handlers/sextend.js';
import { slockHandler } from './handlers/slock.js';
import { sunlockHandler } from './handlers/sunlock.js';
import { LeaseWatch } from './lease-watch.js';
import { LockCalls } from './lock-calls.js';
import { LockDesk } from './lock-desk.js';
import { parseLockMessage } from './lock-messages.js';
import type { LockFigures, LockService } from './lock-service.js';
import { Presence } from './presence.js';

export interface LockServiceOptions {
  /** How long a front-end that fell silent is taken to live: locks bound to it are free then. */
  readonly frontEndLifeMs?: number;
  /** How long a waiter trusts in messages before it looks for itself. */
  readonly pollMs?: number;
}

/** What belongs to an engine that runs. */
export interface LockParts {
  readonly calls: LockCalls;
  readonly desk: LockDesk;
  readonly bound: BoundLocks;
  readonly leases: LeaseWatch;
}

const defaultFrontEndLifeMs = 10_000;

export function createLockService(options: LockServiceOptions = {}): LockService {
  return new ScriptLockService(options);
}

class ScriptLockService implements LockService {
  readonly handlers: LockService['handlers'];
  readonly #frontEndLifeMs: number;
  readonly #pollMs: number;
  #engine: EngineParts | undefined;
  #parts: LockParts | undefined;
  #presence: Presence | undefined;
  #lastTicket = 0;

  constructor(options: LockServiceOptions) {
    this.#frontEndLifeMs = options.frontEndLifeMs ?? defaultFrontEndLifeMs;
    this.#pollMs = options.pollMs ?? waiterPollMs;
    const parts = (): LockParts => {
      if (this.#parts === undefined) throw new Error('the lock service was not started');
      return this.#parts;
    };
    this.handlers = {
      SLOCK: slockHandler(parts, () => ++this.#lastTicket),
      SUNLOCK: sunlockHandler(parts),
      SEXTEND: sextendHandler(parts),
      SCANCEL: scancelHandler(parts),
      LOCKS: locksHandler(parts),
    };
  }

  async start(engine: EngineParts): Promise<void> {
    const { clock } = engine.clock;
    const bucketOf = (idText: string): number => placeOf(Buffer.from(idText, 'latin1')).bucket;
    const { link, keys } = engine;
    const isSharded = link.hasShardedChannels;
    const calls = new LockCalls(engine, this.#frontEndLifeMs, isSharded);
    const presence = new Presence({
      clock,
      renewMs: this.#frontEndLifeMs / 3,
      renew: (idText) => calls.renew(idText),
      beforeRenewal: () => bound.prune(),
    });
    const bound = new BoundLocks({ clock, scripts: calls, presence, bucketOf });
    const leases = new LeaseWatch({
      clock: engine.clock,
      scripts: calls,
      lists: calls,
      isWanted: () => engine.events.isWanted('unlocked'),
    });
    const desk = new LockDesk({
      clock,
      leases,
      scripts: calls,
      bound,
      presence,
      bucketOf,
      pollMs: this.#pollMs,
    });
    this.#engine = engine;
    this.#presence = presence;
    this.#parts = { calls, desk, bound, leases };
    const onMessage = (message: Buffer): void => this.#onMessage(message);
    if (isSharded) {
      const channels = Array.from({ length: bucketCount }, (_, bucket) => keys.ofBucket(bucket, `f:${calls.frontEnd}`));
      await link.subscribeSharded(channels, onMessage);
    } else {
      await link.subscribe(keys.frontEndChannel(calls.frontEnd), onMessage);
    }
    link.onResubscribed(() => desk.lookEverywhere());
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    const parts = this.#parts;
    if (engine === undefined || parts === undefined) return;
    this.#engine = undefined;
    await Promise.all([parts.desk.close(), parts.bound.close()]);
    this.#parts?.leases.close();
    this.#presence?.close();
  }

  release(caller: Caller): number {
    return this.#parts?.desk.release(caller) ?? 0;
  }

  onNotice(notice: readonly ScriptReply[]): void {
    const [kind, text] = notice;
    if (Buffer.isBuffer(text) && String(kind) === 'lock') this.#onMessage(text);
  }

  #onMessage(bytes: Buffer): void {
    const message = parseLockMessage(bytes);
    if (message !== undefined) this.#parts?.desk.onMessage(message);
  }

  watchAll(): void {
    // what fails is left to the sweep
    this.#parts?.leases.watchAll().catch(() => undefined);
  }

  async sweep(bucket: number): Promise<void> {
    await this.#parts?.leases.sweep(bucket);
  }

  renamed(oldText: string, newText: string): void {
    this.#parts?.bound.renamed(oldText, newText);
    this.#parts?.leases.renamed(oldText, newText);
  }

  get figures(): LockFigures {
    const desk = this.#parts?.desk;
    return { granted: desk?.granted ?? 0, timedOut: desk?.timedOut ?? 0, waiting: desk?.waiting ?? 0 };
  }
}
