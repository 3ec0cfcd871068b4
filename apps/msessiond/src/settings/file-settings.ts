// Settings from the configuration file: TOML, one key a setting, no tables.
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { GivenSettings, GivenValue } from './given-settings.js';
import { settingFacts } from './setting-facts.js';
import { nearestName, SettingFault } from './setting-fault.js';
import { type SettingName, settingNames, settingsSchema } from './settings-schema.js';

const fileNames: readonly string[] = settingNames.filter(
  (name) => settingFacts.get(settingsSchema.shape[name])?.sources.includes('file') === true,
);

/** @throws SettingFault when the file cannot be read, is no TOML, or has an unknown key */
export function fileSettings(file: string): GivenSettings {
  const given = new Map<SettingName, GivenValue>();
  for (const [key, raw] of Object.entries(parseToml(file, readText(file)))) {
    if (!fileNames.includes(key)) {
      const what = isTable(raw)
        ? `unknown table [${key}]; settings stand at the top of the file`
        : `unknown setting ${key}`;
      throw new SettingFault(`${what} in ${file}${nearestName(key, fileNames)}`);
    }
    given.set(key as SettingName, { raw, origin: `${key} in ${file}` });
  }
  return given;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingFault(`cannot read the configuration file ${file}: ${readFault(error)} (setting config)`);
  }
}

function readFault(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is none';
  if (code === 'EACCES') return 'no permission';
  if (code === 'EISDIR') return 'it is a folder';
  return code ?? 'unknown reason';
}

function parseToml(file: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'invalid';
    throw new SettingFault(`${file} is no TOML at line ${error.line}, column ${error.column}: ${reason}`);
  }
}

function isTable(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !(raw instanceof Date);
}
