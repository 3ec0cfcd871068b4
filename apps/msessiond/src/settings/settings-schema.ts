// Every setting of msessiond, once: its type, default, unit, limits and description. Flags (`--max-clients`),
// environment variables (`MSESSION_MAX_CLIENTS`), keys of the configuration file (`max-clients`), `--help`, the table
// in docs/operations.md, CONFIG GET and error messages are all made from here.
import { defaultLimits } from '@msession/engine';
import { defaultPort, defaultServerLimits } from '@msession/server';
import { z } from 'zod';
import { accessSettings, adminSettings, tlsSettings } from './access-settings.js';
import { engineSettings } from './engine-settings.js';
import {
  choiceSetting,
  integerSetting,
  listSetting,
  optionalTextSetting,
  sizeSetting,
  switchSetting,
  textSetting,
  timeSetting,
} from './setting-kinds.js';

const isChangeable = true;
const tib = 1024 ** 4;
const year = 366 * 86_400;

export const settingsSchema = z.object({
  host: textSetting({
    group: 'Listening',
    placeholder: '<address>',
    default: '127.0.0.1',
    limits: 'an address or host name to listen on, without port',
    pattern: /^[A-Za-z0-9_.:%-]+$/,
    description: 'Address to listen on; another than loopback needs a password',
  }),
  port: integerSetting({
    group: 'Listening',
    placeholder: '<port>',
    minimum: 0,
    maximum: 65_535,
    default: defaultPort,
    description: 'TCP port; 0 takes a free one',
  }),
  'unix-socket': optionalTextSetting({
    group: 'Listening',
    placeholder: '<path>',
    limits: 'a path of 1 to 107 bytes',
    pattern: /^.{1,107}$/,
    description: 'Path of a Unix socket to listen on as well',
  }),
  ...tlsSettings,
  ...adminSettings,
  config: optionalTextSetting({
    group: 'Listening',
    placeholder: '<file>',
    limits: 'a path of a TOML file',
    sources: ['environment', 'flag'],
    description: 'Configuration file (TOML); the environment overrides it, flags override both',
  }),
  password: optionalTextSetting({
    group: 'Access',
    isReloadable: true,
    placeholder: '<text>',
    limits: 'some text without line breaks',
    pattern: /^[^\r\n]+$/,
    isSecret: true,
    description:
      'Password of the user default, given by AUTH; better in the environment than in a flag that `ps` shows',
  }),
  ...accessSettings,
  'pre-auth-timeout': timeSetting({
    group: 'Access',
    isChangeable,
    unit: 'seconds',
    minimum: 0,
    maximum: year,
    default: defaultServerLimits.preAuthTimeoutSeconds,
    description: 'How long a connection may stay without the password, where there is one; 0 for ever',
  }),
  'default-timeout': timeSetting({
    group: 'Sessions',
    isChangeable,
    unit: 'seconds',
    minimum: 0,
    maximum: 100 * year,
    default: defaultLimits.defaultTimeoutSeconds,
    description: 'How long a session lives after its last access when nobody said otherwise; 0 for ever',
  }),
  'max-waiters': integerSetting({
    group: 'Sessions',
    isChangeable,
    minimum: 0,
    maximum: 1_000_000,
    default: defaultLimits.maxWaitersPerLock,
    description: 'Clients that may wait for one lock; one more gets BUSY',
  }),
  'max-variables': integerSetting({
    group: 'Sessions',
    isChangeable,
    minimum: 1,
    maximum: 1_000_000,
    default: defaultLimits.maxVariablesPerSession,
    description: 'Variables of one session',
  }),
  'max-sub-sessions': integerSetting({
    group: 'Sessions',
    isChangeable,
    minimum: 0,
    maximum: 1_000_000,
    default: defaultLimits.maxSubSessionsPerSession,
    description: 'Sub-sessions of one session',
  }),
  'max-searched-names': integerSetting({
    group: 'Sessions',
    isChangeable,
    minimum: 1,
    maximum: 4096,
    default: defaultLimits.maxSearchedNames,
    description: 'Variables whose search is indexed; one more takes the place of the one searched longest ago',
  }),
  'max-value-size': sizeSetting({
    group: 'Sessions',
    isChangeable,
    minimum: 1,
    maximum: 512 * 1024 ** 2,
    default: defaultLimits.maxValueBytes,
    description: 'Longest value or data',
  }),
  'max-memory': sizeSetting({
    group: 'Sessions',
    isChangeable,
    minimum: 0,
    maximum: tib,
    default: defaultLimits.maxMemoryBytes,
    description: 'Bytes that all sessions together may take; 0 is no limit',
  }),
  evict: choiceSetting({
    group: 'Sessions',
    isChangeable,
    words: ['none', 'lru', 'ttl'],
    default: defaultLimits.evict,
    description:
      'What happens at max-memory: writes are refused (none), the least recently used sessions go (lru), or the soonest to expire (ttl)',
  }),
  ...engineSettings,
  'data-dir': optionalTextSetting({
    group: 'Storage',
    placeholder: '<folder>',
    limits: 'a path of a folder',
    description: 'Folder of its own for what is to outlive a restart; without one sessions live in memory alone',
  }),
  durability: choiceSetting({
    group: 'Storage',
    words: ['none', 'interval', 'always'],
    default: 'interval',
    description:
      'When a change is on disk, where there is a data-dir: once in a store-interval, before its reply leaves (always), or never for good (none)',
  }),
  'store-interval': timeSetting({
    group: 'Storage',
    unit: 'milliseconds',
    minimum: 10,
    maximum: 3_600_000,
    default: 1000,
    description: 'With durability interval: how often changes are written; a crash loses what came since',
  }),
  'hot-memory': sizeSetting({
    group: 'Storage',
    minimum: 64 * 1024,
    maximum: tib,
    default: 512 * 1024 ** 2,
    description:
      'Bytes of sessions held in memory, where there is a data-dir; those used least lately are read from disk',
  }),
  'max-store-size': sizeSetting({
    group: 'Storage',
    minimum: 0,
    maximum: 1024 * tib,
    default: 0,
    description: 'Bytes that sessions may take in data-dir; beyond it writes are refused; 0 is no limit but the disk',
  }),
  'max-clients': integerSetting({
    group: 'Connections',
    isChangeable,
    minimum: 1,
    maximum: 1_000_000,
    default: defaultServerLimits.maxClients,
    description: 'Connections at a time; one more is answered MAXCLIENTS and closed',
  }),
  'max-request-size': sizeSetting({
    group: 'Connections',
    isChangeable,
    minimum: 64 * 1024,
    maximum: 1024 ** 3,
    default: defaultServerLimits.maxRequestBytes,
    description: 'Longest request, all its arguments together; a longer one closes its connection',
  }),
  'pipeline-depth': integerSetting({
    group: 'Connections',
    isChangeable,
    minimum: 1,
    maximum: 1_000_000,
    default: defaultServerLimits.pipelineDepth,
    description: 'Replies of one connection that may wait for an earlier one before reading pauses',
  }),
  'idle-timeout': timeSetting({
    group: 'Connections',
    isChangeable,
    unit: 'seconds',
    minimum: 0,
    maximum: year,
    default: defaultServerLimits.idleTimeoutSeconds,
    description: 'Closes connections without a request for so long; 0 never',
  }),
  'request-timeout': timeSetting({
    group: 'Connections',
    isChangeable,
    unit: 'seconds',
    minimum: 0,
    maximum: year,
    default: defaultServerLimits.requestTimeoutSeconds,
    description: 'How long a request may stay unfinished; 0 for ever',
  }),
  'output-buffer': sizeSetting({
    group: 'Connections',
    isChangeable,
    minimum: 16 * 1024,
    maximum: 1024 ** 3,
    default: defaultServerLimits.outputBufferBytes,
    description: 'Replies that a reader may leave untaken before the server stops reading from it',
  }),
  'push-backlog': sizeSetting({
    group: 'Connections',
    isChangeable,
    minimum: 16 * 1024,
    maximum: 1024 ** 3,
    default: defaultServerLimits.pushBacklogBytes,
    description: 'Events and monitor lines that a reader may leave untaken before it is closed',
  }),
  'slow-reader-timeout': timeSetting({
    group: 'Connections',
    isChangeable,
    unit: 'milliseconds',
    minimum: 1,
    maximum: 86_400_000,
    default: defaultServerLimits.slowReaderTimeoutMs,
    description: 'How long a reader may take nothing of what is due to it before it is closed',
  }),
  'slowlog-threshold': timeSetting({
    group: 'Observation',
    isChangeable,
    unit: 'milliseconds',
    minimum: -1,
    maximum: 86_400_000,
    default: defaultServerLimits.slowlogThresholdMs,
    description: 'How long a command must take to enter the slow log; 0 logs all, -1 none',
  }),
  'slowlog-length': integerSetting({
    group: 'Observation',
    isChangeable,
    minimum: 0,
    maximum: 1_000_000,
    default: defaultServerLimits.slowlogLength,
    description: 'Entries that the slow log keeps',
  }),
  'slowlog-lock-threshold': timeSetting({
    group: 'Observation',
    isChangeable,
    unit: 'milliseconds',
    minimum: -1,
    maximum: 86_400_000,
    default: defaultServerLimits.slowlogLockThresholdMs,
    description: 'How long a wait for a lock must take to be listed by SLOWLOG LOCKS; 0 lists all, -1 none',
  }),
  'show-ids': switchSetting({
    group: 'Observation',
    isChangeable,
    description: 'MONITOR, SLOWLOG and LOCKS show session ids as they are instead of hashed',
  }),
  'log-level': choiceSetting({
    group: 'Observation',
    isChangeable,
    words: ['silent', 'fatal', 'error', 'warn', 'info', 'debug'],
    default: 'info',
    description: 'Least severe messages that the log (standard error) has',
  }),
  'log-format': choiceSetting({
    group: 'Observation',
    words: ['auto', 'json', 'pretty'],
    default: 'auto',
    description: 'Log lines as JSON or for people; auto is pretty on a terminal',
  }),
  plugin: listSetting({
    group: 'Plugins',
    placeholder: '<module>',
    limits: 'paths or names of ES modules',
    description: 'ES module with a plugin, a path or a package name; may be given several times',
  }),
});

/** All settings with their values. */
export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof Settings;

export const settingNames = Object.keys(settingsSchema.shape) as readonly SettingName[];
