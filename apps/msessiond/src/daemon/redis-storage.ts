// The engine on Redis from the settings: where it is, who we are to it, and what is checked before anything is asked.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Engine, EngineError, type EngineLimits, StoreFault } from '@msession/engine';
import { createRedisEngine, type RedisEngineOptions, type RedisServers } from '@msession/engine-redis';
import type { Logger } from 'pino';
import { parseRedisAddress, type RedisAddress } from '../settings/redis-address.js';
import type { SettingName, Settings } from '../settings/settings-schema.js';
import type { ExitSignals } from './exit-signals.js';
import { settingsFolder } from './server-access.js';

const tlsFiles = ['engine-tls-ca', 'engine-tls-cert', 'engine-tls-key'] as const;

/** What is wrong with the settings of an engine on Redis, or undefined; reads the certificates to see that they are there. */
export function redisSettingFault(settings: Settings): { name: SettingName; reason: string } | undefined {
  let address: RedisAddress;
  try {
    address = parseRedisAddress(settings.engine);
  } catch (error) {
    return { name: 'engine', reason: error instanceof Error ? error.message : String(error) };
  }
  if (address.password !== undefined && settings['engine-password'] !== undefined)
    return { name: 'engine-password', reason: 'the address has a password already; give one of them' };
  if (address.topology !== 'sentinel' && settings['engine-sentinel-password'] !== undefined)
    return { name: 'engine-sentinel-password', reason: 'the address names no Sentinels (redis+sentinel://)' };
  const tlsFile = tlsFiles.find((name) => settings[name] !== undefined);
  if (tlsFile !== undefined && !address.isEncrypted)
    return { name: tlsFile, reason: 'the address does not ask for TLS; it does with rediss instead of redis' };
  if ((settings['engine-tls-cert'] === undefined) !== (settings['engine-tls-key'] === undefined))
    return settings['engine-tls-cert'] === undefined
      ? { name: 'engine-tls-key', reason: 'it needs setting engine-tls-cert, the certificate it belongs to' }
      : { name: 'engine-tls-cert', reason: 'it needs setting engine-tls-key, its key' };
  for (const name of tlsFiles)
    if (settings[name] !== undefined) {
      try {
        readPem(settings, name);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        const why =
          code === 'ENOENT' ? 'there is none' : code === 'EACCES' ? 'no permission' : (code ?? 'unknown reason');
        return { name, reason: `cannot read this file: ${why}` };
      }
    }
  return undefined;
}

function readPem(settings: Settings, name: (typeof tlsFiles)[number]): Buffer | undefined {
  const file = settings[name];
  return file === undefined ? undefined : readFileSync(path.resolve(settingsFolder(settings), file));
}

/** Pause between two attempts to start, in milliseconds. */
const retryMs = 1000;

export interface EngineStart {
  readonly settings: Settings;
  readonly limits: EngineLimits;
  readonly log: Logger;
  readonly exit: ExitSignals;
}

/**
 * Waits for Redis where it is away, until the daemon is to end. The settings must have been checked.
 * @throws what `startFault` explains
 */
export async function startEngineOnRedis({ settings, limits, log, exit }: EngineStart): Promise<Engine | undefined> {
  for (let tries = 1; !exit.isRequested; tries++) {
    const engine = createEngineOnRedis(settings, limits, log);
    try {
      await engine.start();
      return engine;
    } catch (error) {
      if (!(error instanceof EngineError) || error instanceof StoreFault) throw error;
      if (tries === 1) log.warn({ reason: error.message }, 'waiting for Redis');
    }
    const pause = new Promise((resolve) => setTimeout(resolve, retryMs));
    await Promise.race([pause, exit.requested]);
  }
  return undefined;
}

function createEngineOnRedis(settings: Settings, limits: EngineLimits, log: Logger): Engine {
  return createRedisEngine({ ...redisAccess(settings), limits, onNotice: (message) => log.warn(message) });
}

/** Where Redis is, who we are to it, and what is asked of it. The settings must have been checked. */
export function redisAccess(
  settings: Settings,
): Pick<RedisEngineOptions, 'servers' | 'prefix' | 'replicasAck'> & { readonly timeoutMs: number } {
  const { prefix, isEncrypted, hosts, topology, username, database, masterName, ...address } = parseRedisAddress(
    settings.engine,
  );
  const password = settings['engine-password'] ?? address.password;
  const sentinelPassword = settings['engine-sentinel-password'];
  const servers: RedisServers = {
    topology,
    hosts,
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(masterName === undefined ? {} : { masterName }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(isEncrypted ? { tls: tlsOf(settings) } : {}),
  };
  return {
    servers,
    timeoutMs: settings['engine-timeout'],
    replicasAck: settings['engine-replicas-ack'],
    ...(prefix === undefined ? {} : { prefix }),
  };
}

function tlsOf(settings: Settings): NonNullable<RedisServers['tls']> {
  const [ca, cert, key] = tlsFiles.map((name) => readPem(settings, name));
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
