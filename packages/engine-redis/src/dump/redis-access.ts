// A way to the sessions under a prefix for whoever reads or writes all of them: a front-end without commands, locks, events
// and sweeping.
import { defaultLimits } from '@msession/engine';
import type { RedisServers } from '../connection/redis-address.js';
import { RedisLink } from '../connection/redis-link.js';
import { ScriptRunner } from '../connection/script-runner.js';
import { EngineClock } from '../engine-clock.js';
import { KeyNames } from '../layout/key-names.js';

export interface RedisAccessOptions {
  readonly servers: RedisServers;
  /** What all keys begin with; default `msession`. */
  readonly prefix?: string;
  /** How long one step may take, in milliseconds; default 30,000. */
  readonly timeoutMs?: number;
}

export interface RedisAccess {
  readonly link: RedisLink;
  readonly keys: KeyNames;
  readonly scripts: ScriptRunner;
}

const defaultTimeoutMs = 30_000;

/** @throws {EngineError} where Redis cannot be reached; a StoreFault where it does not let us in */
export async function openAccess(
  { servers, prefix = 'msession', timeoutMs = defaultTimeoutMs }: RedisAccessOptions,
  replicasAck = 0,
): Promise<RedisAccess> {
  const keys = new KeyNames(prefix);
  const link = new RedisLink({ servers, timeoutMs, replicasAck });
  const scripts = new ScriptRunner({
    link,
    keys,
    limits: defaultLimits,
    clock: new EngineClock(),
    // the scripts of dumps make no events and go past moves
    hooks: { onNotice: () => undefined, eventLetter: () => '', finishMove: () => Promise.resolve() },
  });
  try {
    await link.open();
  } catch (error) {
    link.close();
    throw error;
  }
  return { link, keys, scripts };
}

/** What the clock of Redis says: milliseconds since 1970. */
export async function redisTimeMs({ link, keys }: RedisAccess): Promise<number> {
  const [seconds, microseconds] = (await link.runOn(keys.layout, ['TIME'])) as readonly Buffer[];
  return Number(String(seconds)) * 1000 + Math.floor(Number(String(microseconds)) / 1000);
}
