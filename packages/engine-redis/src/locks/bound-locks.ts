// What becomes of the locks that are bound to connections of this front-end: a hang-up frees them, and until then the
// front-end is present in their buckets.
import type { Clock } from '@msession/engine';
import { type Binding, Bindings } from './bindings.js';
import type { LockScripts } from './lock-scripts.js';
import type { Presence } from './presence.js';

export interface BoundLocksOptions {
  readonly clock: Clock;
  readonly scripts: LockScripts;
  readonly presence: Presence;
  readonly bucketOf: (idText: string) => number;
}

/** How soon what could not be told to Redis is told again. */
export const retryMs = 1000;
/** More ended bindings of unknown whereabouts than that are looked through for those that are over. */
const mostMoving = 256;

export class BoundLocks {
  readonly #bindings = new Bindings();
  /** Keys whose binding ended while they moved to another id, and until when that matters. */
  readonly #moving = new Map<number, number>();
  readonly #options: BoundLocksOptions;
  #isClosed = false;

  constructor(options: BoundLocksOptions) {
    this.#options = options;
  }

  /** A connection was granted a lock that ends with it. */
  add(callerId: number, key: number, idText: string, leaseMs: number): void {
    const { clock, presence, bucketOf } = this.#options;
    this.#bindings.add(callerId, { key, idText, untilMs: clock.monotonicMs() + leaseMs });
    presence.enter(bucketOf(idText), idText);
  }

  /** A connection has gone: frees its locks; answers how many of them were held. */
  release(callerId: number): number {
    const { clock, presence, bucketOf } = this.#options;
    const nowMs = clock.monotonicMs();
    let held = 0;
    for (const binding of this.#bindings.take(callerId)) {
      presence.leave(bucketOf(binding.idText));
      if (binding.untilMs <= nowMs) continue;
      held++;
      this.#unbind(binding);
    }
    return held;
  }

  #unbind(binding: Binding): void {
    const { clock, scripts } = this.#options;
    const attempt = (): void => {
      scripts.unbind(binding.idText, binding.key).then(
        (isDone) => {
          // where a rename was under way a message says where to
          if (!isDone) this.#moving.set(binding.key, binding.untilMs);
          if (this.#moving.size > mostMoving) this.prune();
        },
        () => {
          if (!this.#isClosed && clock.monotonicMs() < binding.untilMs) clock.schedule(retryMs, attempt);
        },
      );
    };
    attempt();
  }

  /** A lock was given back, or is not bound any more. */
  freed(key: number): void {
    const binding = this.#bindings.remove(key);
    if (binding !== undefined) this.#options.presence.leave(this.#options.bucketOf(binding.idText));
  }

  /** A lock was extended; `isBound`: it still ends with its connection. */
  extended(key: number, leaseMs: number, isBound: boolean): void {
    const binding = this.#bindings.get(key);
    if (!isBound) this.freed(key);
    else if (binding !== undefined) binding.untilMs = this.#options.clock.monotonicMs() + leaseMs;
  }

  /** A session was renamed through this front-end: its locks and those of its sub-sessions go along. */
  renamed(oldText: string, newText: string): void {
    for (const binding of this.#bindings.all()) {
      const { idText } = binding;
      if (idText === oldText || idText.startsWith(`${oldText}/`))
        this.#move(binding, newText + idText.slice(oldText.length));
    }
  }

  /** A lock has another id, by whoever's doing. */
  moved(key: number, idText: string): void {
    const binding = this.#bindings.get(key);
    const movingUntilMs = this.#moving.get(key);
    if (binding !== undefined) this.#move(binding, idText);
    if (movingUntilMs === undefined) return;
    this.#moving.delete(key);
    this.#unbind({ key, idText, untilMs: movingUntilMs });
  }

  #move(binding: Binding, idText: string): void {
    const { presence, bucketOf } = this.#options;
    presence.enter(bucketOf(idText), idText);
    presence.leave(bucketOf(binding.idText));
    binding.idText = idText;
  }

  /** Forgets locks whose lease was over without a word. */
  prune(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const { key, untilMs } of [...this.#bindings.all()]) if (untilMs <= nowMs) this.freed(key);
    for (const [key, untilMs] of this.#moving) if (untilMs <= nowMs) this.#moving.delete(key);
  }

  /** Frees them all; resolves when Redis knows. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { scripts } = this.#options;
    const bound = [...this.#bindings.all()];
    for (const { key } of bound) this.#bindings.remove(key);
    await Promise.allSettled(bound.map(({ idText, key }) => scripts.unbind(idText, key)));
  }
}
