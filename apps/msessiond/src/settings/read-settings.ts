// All settings from all sources: the file, over it the environment, over it the flags. Everything given is checked,
// also what a later source overrides, so that a mistake does not wait for the day its override goes away.
import { environmentSettings } from './environment-settings.js';
import { fileSettings } from './file-settings.js';
import type { GivenSettings, GivenValue } from './given-settings.js';
import { settingFacts } from './setting-facts.js';
import { quoted, SettingFault } from './setting-fault.js';
import { type SettingName, type Settings, settingsSchema } from './settings-schema.js';

export interface ReadSettings {
  readonly settings: Settings;
  /** Where each setting that is not at its default came from, for messages. */
  readonly origins: ReadonlyMap<SettingName, string>;
}

/** @throws SettingFault at the first setting that cannot be used */
export function readSettings(
  flags: GivenSettings,
  environment: Readonly<Record<string, string | undefined>>,
): ReadSettings {
  const fromEnvironment = environmentSettings(environment);
  const config = flags.get('config') ?? fromEnvironment.get('config');
  const fromFile: GivenSettings =
    config === undefined ? new Map() : fileSettings(checkSetting('config', config) as string);

  const values: Partial<Record<SettingName, unknown>> = {};
  const origins = new Map<SettingName, string>();
  for (const source of [fromFile, fromEnvironment, flags]) {
    for (const [name, given] of source) {
      checkSetting(name, given);
      values[name] = given.raw;
      origins.set(name, given.origin);
    }
  }
  return { settings: settingsSchema.parse(values), origins };
}

function checkSetting(name: SettingName, given: GivenValue): unknown {
  const schema = settingsSchema.shape[name];
  const result = schema.safeParse(given.raw);
  if (result.success) return result.data;
  const facts = settingFacts.get(schema);
  const shown = facts?.isSecret === true ? 'not usable' : quoted(facts?.shown?.(String(given.raw)) ?? given.raw);
  throw new SettingFault(
    `setting ${name} (${given.origin}) is ${shown}; it must be ${facts?.limits ?? 'something else'}`,
  );
}
