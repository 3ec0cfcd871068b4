// Ends sessions whose time is over, once a second, by one front-end at a time: whoever has the sweeper's lease. When it
// dies another takes the lease over; so indexes hold nothing dead for long, and an event of expiry is made once.
import type { Buckets } from './buckets.js';
import type { RedisLink } from './connection/redis-link.js';
import type { KeyNames } from './layout/key-names.js';
import { bucketCount } from './layout/place.js';

const roundMs = 1000;
const leaseMs = 5000;
/** Buckets that are asked at once: a round is no burst. */
const bucketsAtOnce = 64;
/** A bucket in which nothing is known to be due is asked in one of so many rounds: others may have filed something there. */
const roundsBetween = 4;

export interface SweeperOptions {
  readonly link: RedisLink;
  readonly keys: KeyNames;
  readonly buckets: Buckets;
  readonly frontEnd: string;
  /** What else is looked after once a round, and for each bucket. */
  readonly onRound: () => Promise<void>;
  readonly onBucket: (bucket: number) => Promise<void>;
}

export class Sweeper {
  rounds = 0;
  /** By bucket: when its first deadline may be over, as of the last look. */
  readonly #nextDueMs = new Float64Array(bucketCount);
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isClosed = true;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isClosed = false;
    this.#arm();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#round;
    const { link, keys, frontEnd } = this.#options;
    await link.runOn(keys.sweeper, ['EVAL', giveBack, 1, keys.sweeper, frontEnd]).catch(() => undefined);
  }

  async #sweep(): Promise<void> {
    const { buckets, onBucket } = this.#options;
    for (let first = 0; first < bucketCount && !this.#isClosed; first += bucketsAtOnce) {
      const some = Array.from({ length: Math.min(bucketsAtOnce, bucketCount - first) }, (_, i) => first + i);
      const nowMs = Date.now();
      const due = some.filter(
        (bucket) => (this.#nextDueMs[bucket] as number) <= nowMs || (bucket + this.rounds) % roundsBetween === 0,
      );
      await Promise.all(
        due.map(async (bucket) => {
          this.#nextDueMs[bucket] = (await buckets.settled(bucket)).nextDueMs;
        }),
      );
      await Promise.all(some.map((bucket) => onBucket(bucket)));
    }
  }

  #arm(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#sweepWithLease()
        .catch(() => undefined)
        .finally(() => {
          this.#round = undefined;
          this.#arm();
        });
    }, roundMs);
    this.#timer.unref();
  }

  async #sweepWithLease(): Promise<void> {
    const { link, keys, frontEnd, onRound } = this.#options;
    const isOurs = await link.runOn(keys.sweeper, ['EVAL', takeOrKeep, 1, keys.sweeper, frontEnd, leaseMs]);
    if (isOurs !== 1) return;
    await onRound();
    await this.#sweep();
    this.rounds++;
  }
}

const takeOrKeep = `local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const giveBack = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;
