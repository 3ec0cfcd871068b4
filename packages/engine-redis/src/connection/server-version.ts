// What a server says of itself, and whether this engine runs on it. Valkey gives a version of Redis, too, whose commands it
// has; that one decides.
import { StoreFault } from '@msession/engine';
import type { Redis } from 'ioredis';
import { engineError } from './link-fault.js';

export interface ServerVersion {
  readonly product: 'Redis' | 'Valkey';
  /** As the server counts itself; undefined when it does not say. */
  readonly version: string | undefined;
  /** The Redis whose commands it has: major and minor. */
  readonly redis: readonly [major: number, minor: number] | undefined;
}

/** The oldest Redis whose commands and rules for scripts and users suffice. */
const oldest = [6, 2] as const;
/** The first whose messages can stay with the node of a slot. */
const firstWithShardedChannels = 7;

/** @param info what `INFO server` answered */
export function readServerVersion(info: string): ServerVersion {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const asRedis = field('redis_version');
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(asRedis ?? '') ?? [];
  return {
    product: field('server_name') === 'valkey' ? 'Valkey' : 'Redis',
    version: field('valkey_version') ?? asRedis,
    redis: major === undefined ? undefined : [Number(major), Number(minor)],
  };
}

/** Says so where a server is too old. One that gives no version is let pass: it is none of those that are. */
export function tooOld({ product, version, redis }: ServerVersion, address: string): string | undefined {
  if (redis === undefined || redis[0] > oldest[0] || (redis[0] === oldest[0] && redis[1] >= oldest[1]))
    return undefined;
  return `${product} ${version} at ${address} is too old: msession needs Redis ${oldest.join('.')} or later, or Valkey`;
}

export function hasShardedChannels({ redis }: ServerVersion): boolean {
  return redis !== undefined && redis[0] >= firstWithShardedChannels;
}

/** @throws {StoreFault} for a server that is too old; an EngineError where it does not answer */
export async function askVersion(node: Redis): Promise<ServerVersion> {
  const info = await node.info('server').catch((error: unknown) => {
    throw engineError(error);
  });
  const version = readServerVersion(info);
  // behind Sentinels the options name none
  const { remoteAddress = '', remotePort } = node.stream;
  const host = remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress;
  const fault = tooOld(version, `${host}:${remotePort}`);
  if (fault !== undefined) throw new StoreFault(fault);
  return version;
}
