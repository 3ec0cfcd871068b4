// What Redis keeps as a place that sessions are dumped from and restored into: reached as `msessiond --engine` reaches it, by
// settings from options, the environment and a configuration file.
import type { SessionSource, SessionTarget } from '@msession/engine';
import { type RedisAccessOptions, type RedisTargetOptions, redisSource, redisTarget } from '@msession/engine-redis';
import { redisAccess, redisSettingFault } from '../daemon/redis-storage.js';
import type { GivenValue } from '../settings/given-settings.js';
import { readSettings } from '../settings/read-settings.js';
import { withoutPassword } from '../settings/redis-address.js';
import { SettingFault } from '../settings/setting-fault.js';
import type { SettingName } from '../settings/settings-schema.js';
import { camelCase, type RedisFlags, redisSettings } from './store-tools.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingFault for an address or a setting that cannot be used; what `redisSource` throws */
export async function openRedisSource(
  address: string,
  flags: RedisFlags,
  environment: Environment,
): Promise<SessionSource> {
  return await redisSource(accessOptions(address, flags, environment));
}

/** @throws SettingFault for an address or a setting that cannot be used */
export function openRedisTarget(
  address: string,
  flags: RedisFlags,
  environment: Environment,
  meanwhile: 'passes' | 'stands',
): SessionTarget {
  return redisTarget({ ...accessOptions(address, flags, environment), meanwhile });
}

function accessOptions(
  address: string,
  flags: RedisFlags,
  environment: Environment,
): RedisAccessOptions & RedisTargetOptions {
  const given = new Map<SettingName, GivenValue>([['engine', { raw: address, origin: 'address' }]]);
  for (const [name] of redisSettings) {
    const raw = flags[camelCase(name) as keyof RedisFlags];
    if (raw !== undefined) given.set(name, { raw, origin: `flag --${name}` });
  }
  const { settings, origins } = readSettings(given, environment);
  const fault = redisSettingFault(settings);
  if (fault !== undefined)
    throw new SettingFault(
      fault.name === 'engine'
        ? `the address ${withoutPassword(address)} cannot be used: ${fault.reason}`
        : `setting ${fault.name} (${origins.get(fault.name) ?? 'default'}): ${fault.reason}`,
    );
  const { timeoutMs, ...access } = redisAccess(settings);
  // what a front-end waits for an answer is short for a large session
  return origins.has('engine-timeout') ? { ...access, timeoutMs } : access;
}
