// What holds the sessions, and what outlives a restart. All that an engine can and cannot promise stands here, and
// settings that ask for more are refused instead of taken and done less.
import { createEmbeddedEngine, type Engine, type EngineLimits } from '@msession/engine';
import type { Logger } from 'pino';
import { settingFacts } from '../settings/setting-facts.js';
import { SettingFault } from '../settings/setting-fault.js';
import { type SettingName, type Settings, settingsSchema } from '../settings/settings-schema.js';
import type { ExitSignals } from './exit-signals.js';
import { redisSettingFault, startEngineOnRedis } from './redis-storage.js';

type Given = ReadonlyMap<SettingName, string>;

const diskOfRedis =
  'sessions are kept by the Redis servers; leave it out, and set appendonly, appendfsync and save in their configuration';
const memoryOfRedis =
  'sessions are in the memory of the Redis servers; leave it out, and set maxmemory and maxmemory-policy noeviction in their configuration';

/** Settings of the embedded engine, and what to do instead where Redis holds the sessions. */
const embeddedOnly: readonly (readonly [SettingName, string])[] = [
  ['data-dir', diskOfRedis],
  ['durability', diskOfRedis],
  ['store-interval', diskOfRedis],
  ['hot-memory', memoryOfRedis],
  ['max-store-size', diskOfRedis],
  ['max-memory', memoryOfRedis],
  ['evict', memoryOfRedis],
  ['max-searched-names', 'all variables are indexed where Redis holds the sessions; leave it out'],
];

const redisOnly: readonly SettingName[] = [
  'engine-password',
  'engine-sentinel-password',
  'engine-tls-ca',
  'engine-tls-cert',
  'engine-tls-key',
  'engine-timeout',
  'engine-replicas-ack',
];

export function isOnRedis(settings: Settings): boolean {
  return settings.engine !== 'embedded';
}

/** @throws SettingFault for the first setting that asks for what its engine cannot do */
export function checkStorage(settings: Settings, origins: Given): void {
  if (isOnRedis(settings)) {
    for (const [name, reason] of embeddedOnly) if (origins.has(name)) refuse(settings, origins, name, reason);
    const fault = redisSettingFault(settings);
    if (fault !== undefined) refuse(settings, origins, fault.name, fault.reason);
    return;
  }
  for (const name of redisOnly)
    if (origins.has(name)) refuse(settings, origins, name, 'there is no Redis; set engine to its address');
  if (origins.has('durability') && settings.durability !== 'none' && settings['data-dir'] === undefined)
    refuse(
      settings,
      origins,
      'durability',
      'without setting data-dir sessions live in memory alone; name a folder to keep them in',
    );
}

function refuse(settings: Settings, origins: Given, name: SettingName, reason: string): never {
  const facts = settingFacts.get(settingsSchema.shape[name]);
  const value = String(settings[name]);
  const shown = facts?.isSecret === true ? 'given' : `"${facts?.shown?.(value) ?? value}"`;
  throw new SettingFault(`setting ${name} (${origins.get(name) ?? 'default'}) is ${shown}: ${reason}`);
}

/** An engine that answers commands, or undefined when the end came first. @throws what `startFault` explains */
export async function startEngine(settings: Settings, log: Logger, exit: ExitSignals): Promise<Engine | undefined> {
  if (isOnRedis(settings)) return await startEngineOnRedis({ settings, limits: engineLimits(settings), log, exit });
  const engine = createEmbedded(settings, (message) => log.warn(message));
  try {
    await engine.start();
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}

/** `onNotice` is told what an operator should know about the disk. */
function createEmbedded(settings: Settings, onNotice: (message: string) => void): Engine {
  const directory = settings['data-dir'];
  return createEmbeddedEngine({
    ...(directory === undefined
      ? {}
      : {
          store: {
            directory,
            durability: settings.durability,
            intervalMs: settings['store-interval'],
            hotMemoryBytes: settings['hot-memory'],
            maxStoreBytes: settings['max-store-size'],
            onNotice,
          },
        }),
    limits: engineLimits(settings),
  });
}

function engineLimits(settings: Settings): EngineLimits {
  return {
    defaultTimeoutSeconds: settings['default-timeout'],
    maxWaitersPerLock: settings['max-waiters'],
    maxVariablesPerSession: settings['max-variables'],
    maxSubSessionsPerSession: settings['max-sub-sessions'],
    maxSearchedNames: settings['max-searched-names'],
    maxValueBytes: settings['max-value-size'],
    maxMemoryBytes: settings['max-memory'],
    evict: settings.evict,
    showIds: settings['show-ids'],
  };
}
