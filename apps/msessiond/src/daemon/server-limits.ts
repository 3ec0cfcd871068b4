// The limits of the server from the settings of the same meaning, and what CONFIG GET shows beside them.
import type { ServerLimits, Setting } from '@msession/server';
import type { Logger } from 'pino';
import { settingFacts } from '../settings/setting-facts.js';
import { type Settings, settingNames, settingsSchema } from '../settings/settings-schema.js';
import { type CurrentSettings, settingText } from './reload.js';
import { isOnRedis } from './storage.js';

export function serverLimits(settings: Settings): Partial<ServerLimits> {
  return {
    maxRequestBytes: settings['max-request-size'],
    pipelineDepth: settings['pipeline-depth'],
    maxClients: settings['max-clients'],
    idleTimeoutSeconds: settings['idle-timeout'],
    requestTimeoutSeconds: settings['request-timeout'],
    outputBufferBytes: settings['output-buffer'],
    pushBacklogBytes: settings['push-backlog'],
    slowReaderTimeoutMs: settings['slow-reader-timeout'],
    preAuthTimeoutSeconds: settings['pre-auth-timeout'],
    maxPasswordFailures: settings['max-password-failures'],
    slowlogThresholdMs: settings['slowlog-threshold'],
    slowlogLength: settings['slowlog-length'],
    slowlogLockThresholdMs: settings['slowlog-lock-threshold'],
  };
}

/** Settings that the server itself does not know: fixed ones to be read, and the log's level, which may change. */
export function daemonSettings(current: CurrentSettings, log: Logger): Record<string, Setting> {
  const shown: Record<string, Setting> = {};
  for (const name of settingNames) {
    const facts = settingFacts.get(settingsSchema.shape[name]);
    if (facts === undefined || facts.isSecret || facts.isChangeable) continue;
    const { shown: show = (text: string) => text } = facts;
    shown[name] = { get: () => show(settingText(current.settings[name])) };
  }
  // with another engine they would be taken and do nothing
  if (isOnRedis(current.settings))
    for (const name of ['max-memory', 'evict', 'max-searched-names'] as const)
      shown[name] = { get: () => settingText(current.settings[name]) };
  shown['log-level'] = {
    get: () => log.level,
    set(value) {
      const level = settingsSchema.shape['log-level'].safeParse(value);
      if (!level.success) throw new Error(`must be ${settingFacts.get(settingsSchema.shape['log-level'])?.limits}`);
      log.level = level.data;
    },
  };
  return shown;
}
