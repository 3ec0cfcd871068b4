// What holds the sessions, and what outlives a restart. All that this version can and cannot promise stands here: it
// keeps sessions in memory, and refuses settings that ask for more instead of taking them and doing less.
import { createEmbeddedEngine, type Engine } from '@msession/engine';
import { SettingFault } from '../settings/setting-fault.js';
import type { SettingName, Settings } from '../settings/settings-schema.js';

const refusals: readonly {
  readonly name: SettingName;
  readonly asksForMore: (settings: Settings) => boolean;
  readonly reason: string;
}[] = [
  {
    name: 'engine',
    asksForMore: (settings) => settings.engine !== 'embedded',
    reason: 'this version has the embedded engine only; use embedded',
  },
  {
    name: 'durability',
    asksForMore: (settings) => settings.durability !== 'none',
    reason: 'this version keeps sessions in memory and cannot promise more; use none',
  },
  {
    name: 'admin-port',
    asksForMore: (settings) => settings['admin-port'] !== undefined,
    reason: 'this version has no admin page; leave the setting out and use INFO',
  },
];

/** @throws SettingFault for the first setting that asks for what this version cannot do */
export function checkStorage(settings: Settings, origins: ReadonlyMap<SettingName, string>): void {
  for (const { name, asksForMore, reason } of refusals)
    if (asksForMore(settings))
      throw new SettingFault(`setting ${name} (${origins.get(name) ?? 'default'}) is "${settings[name]}": ${reason}`);
}

/** What the log should say about storage when the daemon starts, or undefined. */
export function storageNote(settings: Settings): string | undefined {
  if (settings['data-dir'] === undefined) return undefined;
  return 'sessions live in memory and end with this process; nothing is written to data-dir in this version';
}

export function createEngine(settings: Settings): Engine {
  return createEmbeddedEngine({
    limits: {
      defaultTimeoutSeconds: settings['default-timeout'],
      maxWaitersPerLock: settings['max-waiters'],
      maxVariablesPerSession: settings['max-variables'],
      maxSubSessionsPerSession: settings['max-sub-sessions'],
      maxValueBytes: settings['max-value-size'],
      maxMemoryBytes: settings['max-memory'],
      evict: settings.evict,
      showIds: settings['show-ids'],
    },
  });
}
