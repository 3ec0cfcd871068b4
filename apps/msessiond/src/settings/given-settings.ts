// Values as they were given, each with the words that say where: `flag --port`, `MSESSION_PORT`, `port in farm.toml`.
import type { SettingName } from './settings-schema.js';

export interface GivenValue {
  readonly raw: unknown;
  /** For messages: `flag --port`. */
  readonly origin: string;
}

/** What one source gave. */
export type GivenSettings = ReadonlyMap<SettingName, GivenValue>;
