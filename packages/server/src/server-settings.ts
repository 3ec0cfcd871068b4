// The settings that the server itself offers to CONFIG: its limits, those of its engine, and the two names that Redis
// tools ask for before they begin.
import type { EngineLimits } from '@msession/engine';
import type { ServerLimits } from './options.js';
import {
  booleanSetting,
  integerSetting,
  type SettingsRegistry,
  sizeSetting,
  wordSetting,
} from './settings-registry.js';

type NumericLimit<Limits> = {
  [Name in keyof Limits]: Limits[Name] extends number ? Name : never;
}[keyof Limits];

/** Registers every limit under the name its flag has in the daemon's configuration. */
export function registerServerSettings(
  settings: SettingsRegistry,
  limits: ServerLimits,
  engine: EngineLimits,
  onRequestLimit: () => void,
): void {
  const size = (name: string, limit: NumericLimit<ServerLimits>, minimum: number) =>
    settings.register(
      name,
      sizeSetting(
        minimum,
        () => limits[limit],
        (value) => {
          limits[limit] = value;
        },
      ),
    );
  const integer = (name: string, limit: NumericLimit<ServerLimits>, minimum: number) =>
    settings.register(
      name,
      integerSetting(
        { minimum },
        () => limits[limit],
        (value) => {
          limits[limit] = value;
        },
      ),
    );
  const engineInteger = (name: string, limit: NumericLimit<EngineLimits>, minimum: number) =>
    settings.register(
      name,
      integerSetting(
        { minimum },
        () => engine[limit],
        (value) => {
          engine[limit] = value;
        },
      ),
    );
  const engineSize = (name: string, limit: NumericLimit<EngineLimits>, minimum: number) =>
    settings.register(
      name,
      sizeSetting(
        minimum,
        () => engine[limit],
        (value) => {
          engine[limit] = value;
        },
      ),
    );

  settings.register(
    'max-request-size',
    sizeSetting(
      64 * 1024,
      () => limits.maxRequestBytes,
      (value) => {
        limits.maxRequestBytes = value;
        onRequestLimit();
      },
    ),
  );
  integer('pipeline-depth', 'pipelineDepth', 1);
  integer('max-clients', 'maxClients', 1);
  integer('idle-timeout', 'idleTimeoutSeconds', 0);
  integer('request-timeout', 'requestTimeoutSeconds', 0);
  size('output-buffer', 'outputBufferBytes', 16 * 1024);
  size('push-backlog', 'pushBacklogBytes', 16 * 1024);
  integer('slow-reader-timeout', 'slowReaderTimeoutMs', 1);
  integer('pre-auth-timeout', 'preAuthTimeoutSeconds', 0);
  integer('max-password-failures', 'maxPasswordFailures', 1);
  integer('slowlog-threshold', 'slowlogThresholdMs', -1);
  integer('slowlog-length', 'slowlogLength', 0);
  integer('slowlog-lock-threshold', 'slowlogLockThresholdMs', -1);
  engineInteger('default-timeout', 'defaultTimeoutSeconds', 0);
  engineInteger('max-waiters', 'maxWaitersPerLock', 0);
  engineInteger('max-variables', 'maxVariablesPerSession', 1);
  engineInteger('max-sub-sessions', 'maxSubSessionsPerSession', 0);
  engineInteger('max-searched-names', 'maxSearchedNames', 1);
  engineSize('max-value-size', 'maxValueBytes', 1);
  engineSize('max-memory', 'maxMemoryBytes', 0);
  settings.register(
    'evict',
    wordSetting(
      ['none', 'lru', 'ttl'],
      () => engine.evict,
      (value) => {
        engine.evict = value;
      },
    ),
  );
  settings.register(
    'show-ids',
    booleanSetting(
      () => engine.showIds,
      (value) => {
        engine.showIds = value;
      },
    ),
  );
  // redis-benchmark and some clients read these two before anything else.
  settings.register('save', { get: () => '' });
  settings.register('appendonly', { get: () => 'no' });
}
