// What holds the sessions, and what outlives a restart. All that this version can and cannot promise stands here, and
// settings that ask for more are refused instead of taken and done less.
import { createEmbeddedEngine, type Engine } from '@msession/engine';
import { SettingFault } from '../settings/setting-fault.js';
import type { SettingName, Settings } from '../settings/settings-schema.js';

const refusals: readonly {
  readonly name: SettingName;
  readonly asksForMore: (settings: Settings, isGiven: boolean) => boolean;
  readonly reason: string;
}[] = [
  {
    name: 'engine',
    asksForMore: (settings) => settings.engine !== 'embedded',
    reason: 'this version has the embedded engine only; use embedded',
  },
  {
    name: 'durability',
    asksForMore: (settings, isGiven) => isGiven && settings.durability !== 'none' && settings['data-dir'] === undefined,
    reason: 'without setting data-dir sessions live in memory alone; name a folder to keep them in',
  },
];

/** @throws SettingFault for the first setting that asks for what this version cannot do */
export function checkStorage(settings: Settings, origins: ReadonlyMap<SettingName, string>): void {
  for (const { name, asksForMore, reason } of refusals)
    if (asksForMore(settings, origins.has(name)))
      throw new SettingFault(`setting ${name} (${origins.get(name) ?? 'default'}) is "${settings[name]}": ${reason}`);
}

/** `onNotice` is told what an operator should know about the disk. */
export function createEngine(settings: Settings, onNotice: (message: string) => void): Engine {
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
    limits: {
      defaultTimeoutSeconds: settings['default-timeout'],
      maxWaitersPerLock: settings['max-waiters'],
      maxVariablesPerSession: settings['max-variables'],
      maxSubSessionsPerSession: settings['max-sub-sessions'],
      maxSearchedNames: settings['max-searched-names'],
      maxValueBytes: settings['max-value-size'],
      maxMemoryBytes: settings['max-memory'],
      evict: settings.evict,
      showIds: settings['show-ids'],
    },
  });
}
