// CONFIG REWRITE of the daemon: which settings differ from what was read last, and where they are written.
import type { MsessionServer } from '@msession/server';
import type { Logger } from 'pino';
import { rewriteFile } from '../settings/rewrite-file.js';
import { settingFacts } from '../settings/setting-facts.js';
import { settingNames, settingsSchema } from '../settings/settings-schema.js';
import { type CurrentSettings, settingText } from './reload.js';

export interface RewriteOptions {
  readonly server: MsessionServer;
  readonly current: CurrentSettings;
  readonly file: string;
  readonly log: Logger;
}

/** @throws Error whose message says why the file was not written */
export function rewriteConfig({ server, current, file, log }: RewriteOptions): void {
  const changes = new Map<string, string>();
  for (const name of settingNames) {
    if (settingFacts.get(settingsSchema.shape[name])?.isChangeable !== true) continue;
    const value = server.setting(name);
    if (value !== undefined && value !== settingText(current.settings[name])) changes.set(name, value);
  }
  if (changes.size > 0) rewriteFile(file, changes);
  // a later reload finds in the file what is in force already
  const values = [...changes].map(([name, value]) => [
    name,
    settingsSchema.shape[name as keyof typeof settingsSchema.shape].parse(value),
  ]);
  current.settings = { ...current.settings, ...Object.fromEntries(values) };
  log.info({ settings: [...changes.keys()] }, 'configuration file rewritten');
}
