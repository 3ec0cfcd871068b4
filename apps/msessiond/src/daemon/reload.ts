// SIGHUP: the settings are read again from where they came. What changed there takes effect, users, addresses and
// certificates included; what CONFIG SET changed and the file did not stays. Anything wrong, and all stays as it was.
import type { MsessionServer } from '@msession/server';
import type { Logger } from 'pino';
import type { ReadSettings } from '../settings/read-settings.js';
import { settingFacts } from '../settings/setting-facts.js';
import { SettingFault } from '../settings/setting-fault.js';
import { type SettingName, type Settings, settingNames, settingsSchema } from '../settings/settings-schema.js';
import { accessFaultLine, accessOptions, tlsMaterial } from './server-access.js';

/** The settings as they were read last; a reload and a rewrite put others in their place. */
export interface CurrentSettings {
  settings: Settings;
}

export interface ReloadOptions {
  readonly server: MsessionServer;
  readonly log: Logger;
  readonly current: CurrentSettings;
  /** Reads and checks all sources anew. @throws SettingFault */
  readonly read: () => ReadSettings;
}

/** A setting's value as CONFIG takes and shows it. */
export function settingText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(',') : String(value ?? '');
}

export function reload({ server, log, current, read }: ReloadOptions): void {
  try {
    const { settings } = read();
    const changed = settingNames.filter(
      (name) => JSON.stringify(settings[name]) !== JSON.stringify(current.settings[name]),
    );
    const isOf = (fact: 'isChangeable' | 'isReloadable') => (name: SettingName) =>
      settingFacts.get(settingsSchema.shape[name])?.[fact] === true;
    const changeable = changed.filter(isOf('isChangeable'));
    const needsRestart = changed.filter((name) => !isOf('isChangeable')(name) && !isOf('isReloadable')(name));
    const certificates = tlsMaterial(settings);
    if (certificates !== undefined && server.address().tls !== undefined) server.setTls(certificates);
    server.setAccess(accessOptions(settings));
    server.configure(changeable.map((name) => [name, settingText(settings[name])]));
    // what needs a restart is told again at the next reload, until it has had one
    const kept = Object.fromEntries(needsRestart.map((name) => [name, current.settings[name]]));
    current.settings = { ...settings, ...kept };
    log.info({ changed: changed.filter((name) => !needsRestart.includes(name)) }, 'settings read again');
    if (needsRestart.length > 0) log.warn({ settings: needsRestart }, 'settings changed that need a restart');
  } catch (error) {
    const reason = error instanceof SettingFault ? error.message : accessFaultLine(error);
    if (reason === undefined) throw error;
    log.error({ reason }, 'settings not read again; all stay as they were');
  }
}
