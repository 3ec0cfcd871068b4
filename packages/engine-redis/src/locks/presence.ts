// Keeps this front-end alive in the buckets where it holds bound locks or waits: each bucket has the front-ends' own
// deadlines, and a front-end that does not renew its own counts as dead there. So the locks of a machine that lost its
// power are free soon, however long the leases that its clients asked for.
import type { Clock } from '@msession/engine';

export class Presence {
  readonly #uses = new Map<number, { count: number; idText: string }>();
  readonly #clock: Clock;
  readonly #renewMs: number;
  readonly #renew: (idText: string) => Promise<void>;
  readonly #beforeRenewal: () => void;
  #timer: { cancel(): void } | undefined;
  #underWay = 0;
  #isLate = false;
  #isClosed = false;

  /** `renew` makes the deadline begin anew in the bucket of an id; called every `renewMs` for buckets in use. */
  constructor(options: {
    clock: Clock;
    renewMs: number;
    renew: (idText: string) => Promise<void>;
    beforeRenewal: () => void;
  }) {
    this.#clock = options.clock;
    this.#renewMs = options.renewMs;
    this.#renew = options.renew;
    this.#beforeRenewal = options.beforeRenewal;
  }

  /** One more lock or waiter in a bucket, of this id. The script that made it so has renewed the deadline. */
  enter(bucket: number, idText: string): void {
    const use = this.#uses.get(bucket);
    if (use === undefined) this.#uses.set(bucket, { count: 1, idText });
    else use.count++;
    if (this.#isClosed || this.#isLate) return;
    this.#timer ??= this.#clock.schedule(this.#renewMs, () => this.#onTime());
  }

  /** One less. */
  leave(bucket: number): void {
    const use = this.#uses.get(bucket);
    if (use !== undefined && --use.count <= 0) this.#uses.delete(bucket);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#uses.clear();
  }

  #onTime(): void {
    this.#timer = undefined;
    this.#beforeRenewal();
    if (this.#uses.size === 0) return;
    // what was sent last time is still under way: Redis is behind, and more would not help
    if (this.#underWay > 0) this.#isLate = true;
    else this.#renewAll();
  }

  #renewAll(): void {
    this.#isLate = false;
    this.#timer = this.#clock.schedule(this.#renewMs, () => this.#onTime());
    for (const { idText } of this.#uses.values()) {
      this.#underWay++;
      const done = () => {
        this.#underWay--;
        if (this.#underWay === 0 && this.#isLate && !this.#isClosed) this.#renewAll();
      };
      // one that fails is tried again next time, twice before the deadline
      this.#renew(idText).then(done, done);
    }
  }
}
