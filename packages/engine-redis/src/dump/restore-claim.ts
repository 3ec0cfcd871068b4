// The right to restore under a prefix: the sweeper's turn, which some front-end always has while any runs there, held until
// the end. So no front-end may be at work, and no other restore.
import { randomBytes } from 'node:crypto';
import { StoreFault } from '@msession/engine';
import type { RedisAccess } from './redis-access.js';

const leaseMs = 15_000;
const renewalMs = 3000;
const nameStart = 'restore-';

const takeOrKeep = `local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const giveBack = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

export class RestoreClaim {
  readonly #access: RedisAccess;
  readonly #name = `${nameStart}${randomBytes(8).toString('hex')}`;
  #timer: NodeJS.Timeout | undefined;

  private constructor(access: RedisAccess) {
    this.#access = access;
  }

  /** @throws {StoreFault} where somebody else is at work */
  static async take(access: RedisAccess): Promise<RestoreClaim> {
    const claim = new RestoreClaim(access);
    const owner = await claim.#ask();
    if (owner !== 1) throw new StoreFault(atWork(String(owner), access.keys.prefix));
    // where Redis is away for a moment, whoever writes hears of it
    claim.#timer = setInterval(() => claim.#ask().catch(() => undefined), renewalMs);
    claim.#timer.unref();
    return claim;
  }

  /** @throws {StoreFault} where somebody else has begun, since nothing was heard of us for too long */
  async check(): Promise<void> {
    if ((await this.#ask()) !== 1)
      throw new StoreFault(`somebody else is at work under the prefix '${this.#access.keys.prefix}' of Redis by now`);
  }

  async giveBack(): Promise<void> {
    clearInterval(this.#timer);
    const { link, keys } = this.#access;
    await link.runOn(keys.sweeper, ['EVAL', giveBack, 1, keys.sweeper, this.#name]);
  }

  async #ask(): Promise<unknown> {
    const { link, keys } = this.#access;
    return await link.runOn(keys.sweeper, ['EVAL', takeOrKeep, 1, keys.sweeper, this.#name, leaseMs]);
  }
}

function atWork(owner: string, prefix: string): string {
  return owner.startsWith(nameStart)
    ? `another restore is at work under the prefix '${prefix}' of Redis, or was cut off less than ${leaseMs / 1000} s ago`
    : `a daemon is at work under the prefix '${prefix}' of Redis, or died a moment ago; stop all that use it and restore again`;
}
