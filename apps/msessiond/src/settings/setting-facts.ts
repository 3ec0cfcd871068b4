// What is known of a setting beside its value: the words of help, documentation and error messages. Facts are
// registered on the zod schema of the setting itself, so that a setting has one place and nothing lists it again.
import { z } from 'zod';

export type SettingGroup = 'Listening' | 'Access' | 'Sessions' | 'Storage' | 'Connections' | 'Observation' | 'Plugins';

export type SettingSource = 'file' | 'environment' | 'flag';

export interface SettingFacts {
  readonly group: SettingGroup;
  /** One sentence without its full stop. */
  readonly description: string;
  /** What stands behind the flag in help: `<bytes>`, `<seconds>`. */
  readonly placeholder: string;
  /** What a value must be, as the end of a sentence that begins with "must be". */
  readonly limits: string;
  /** How the default is written in help and documentation; empty where there is none. */
  readonly defaultText: string;
  /** CONFIG SET may change it while the server runs. */
  readonly isChangeable: boolean;
  /** SIGHUP may change it, though CONFIG SET may not. */
  readonly isReloadable: boolean;
  /** Never shown again: not in messages, logs or CONFIG GET. */
  readonly isSecret: boolean;
  /** How a value is shown that may hold a secret among other things; absent, it is shown as it is. */
  readonly shown?: (value: string) => string;
  /** May be given several times; the values add up within one source. */
  readonly isRepeatable: boolean;
  /** A flag without a value means yes. */
  readonly isSwitch: boolean;
  /** Where it may be given. */
  readonly sources: readonly SettingSource[];
}

/** The facts of every setting, by its schema. */
export const settingFacts: z.core.$ZodRegistry<SettingFacts> = z.registry<SettingFacts>();
