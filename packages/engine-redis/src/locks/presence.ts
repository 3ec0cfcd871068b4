// Keeps this front-end alive in the buckets where it holds bound locks or waits: each bucket has the front-ends' own
// deadlines, and a front-end that does not renew its own counts as dead there. So the locks of a machine that lost its
// power are free soon, however long the leases that its clients asked for.
import type { Clock } from '@msession/engine';

export class Presence {
  readonly #uses = new Map<number, number>();
  readonly #clock: Clock;
  readonly #renewMs: number;
  readonly #renew: (bucket: number) => void;
  #timer: { cancel(): void } | undefined;

  /** `renew` makes the deadline of a bucket begin anew; called every `renewMs` for those in use. */
  constructor(options: { clock: Clock; renewMs: number; renew: (bucket: number) => void }) {
    this.#clock = options.clock;
    this.#renewMs = options.renewMs;
    this.#renew = options.renew;
  }

  /** One more lock or waiter in this bucket. The script that made it so has renewed the deadline. */
  enter(bucket: number): void {
    this.#uses.set(bucket, (this.#uses.get(bucket) ?? 0) + 1);
    this.#timer ??= this.#clock.schedule(this.#renewMs, () => this.#onTime());
  }

  /** One less. */
  leave(bucket: number): void {
    const uses = (this.#uses.get(bucket) ?? 0) - 1;
    if (uses > 0) this.#uses.set(bucket, uses);
    else this.#uses.delete(bucket);
  }

  /** Where something is held or waited for. */
  buckets(): number[] {
    return [...this.#uses.keys()];
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#uses.clear();
  }

  #onTime(): void {
    this.#timer = undefined;
    if (this.#uses.size === 0) return;
    this.#timer = this.#clock.schedule(this.#renewMs, () => this.#onTime());
    for (const bucket of this.#uses.keys()) this.#renew(bucket);
  }
}
