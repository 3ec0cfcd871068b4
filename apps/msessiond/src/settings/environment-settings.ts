// Settings from the environment: `MSESSION_MAX_CLIENTS` is max-clients. A variable of that prefix that is no setting is
// an error, since a misspelt limit would otherwise be no limit; names that the PHP and Node clients own are let be.

import type { GivenSettings, GivenValue } from './given-settings.js';
import { settingFacts } from './setting-facts.js';
import { nearestName, SettingFault } from './setting-fault.js';
import { type SettingName, settingNames, settingsSchema } from './settings-schema.js';

const prefix = 'MSESSION_';

/** Variables with our prefix that clients and their libraries read; the daemon lets them be. */
export const clientVariables: readonly string[] = [
  'MSESSION_URL',
  'MSESSION_READONLY',
  'MSESSION_BAREWORDS',
  'MSESSION_LEGACY',
  'MSESSION_PERSISTENT',
  'MSESSION_HISTORY',
];

/** The environment variable of a setting. */
export function environmentName(name: SettingName): string {
  return prefix + name.toUpperCase().replaceAll('-', '_');
}

/** @throws SettingFault for an unknown variable of the prefix */
export function environmentSettings(environment: Readonly<Record<string, string | undefined>>): GivenSettings {
  const names = new Map(
    settingNames
      .filter((name) => settingFacts.get(settingsSchema.shape[name])?.sources.includes('environment') === true)
      .map((name) => [environmentName(name), name]),
  );
  const given = new Map<SettingName, GivenValue>();
  for (const [variable, raw] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || raw === undefined || clientVariables.includes(variable)) continue;
    const name = names.get(variable);
    if (name === undefined) {
      const nearest = nearestName(variable, [...names.keys()]);
      throw new SettingFault(`unknown setting ${variable} in the environment${nearest}`);
    }
    given.set(name, { raw, origin: variable });
  }
  return given;
}
