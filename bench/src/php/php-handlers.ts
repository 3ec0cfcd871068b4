// The session handlers of PHP that are compared, and how each is set up.
import { startMemcached } from '../contenders/memcached.js';
import { startMsessiond } from '../contenders/msessiond.js';
import { startRedis } from '../contenders/redis-server.js';
import { removeFolder, type Server, temporaryFolder } from '../contenders/server-process.js';

export interface PhpHandler {
  readonly name: string;
  /** PHP's session.save_handler, or `msession`. */
  readonly handler: string;
  readonly path: string;
  readonly ini: Readonly<Record<string, string>>;
  /** The server's process, if there is one. */
  readonly pids: readonly number[];
}

export const phpNames = {
  none: 'msession, none',
  interval: 'msession, interval',
  redisNoLock: 'phpredis, no lock',
  redisDefault: 'phpredis, default waits',
  redisTuned: 'phpredis, tuned',
  memcachedDefault: 'php-memcached',
  memcachedTuned: 'php-memcached, tuned',
  files: 'files',
} as const;

export type PhpName = (typeof phpNames)[keyof typeof phpNames];

/** What each name means, for the pages. */
export const phpSettings: readonly string[] = [
  'persistent connections, opcache on as in php-fpm; 50 cycles of each process not counted',
  '*phpredis, no lock* is as it is installed: two pages at once overwrite each other; *default waits* has `redis.session.locking_enabled=1` alone; *tuned* also `lock_retries=-1` and `lock_wait_time=2000`',
  '*php-memcached* locks by default; *tuned* retries every millisecond, 100,000 times (`memcached.sess_lock_*`)',
  'Redis promises what msession `interval` promises (AOF everysec); memcached and files promise nothing',
];

const locking = { 'redis.session.locking_enabled': '1' };
const tunedLocking = { ...locking, 'redis.session.lock_retries': '-1', 'redis.session.lock_wait_time': '2000' };
const persistent = { 'memcached.sess_persistent': '1' };
const tunedMemcached = {
  ...persistent,
  'memcached.sess_lock_wait_min': '1',
  'memcached.sess_lock_wait_max': '1',
  'memcached.sess_lock_retries': '100000',
};

export interface PhpContest {
  readonly handlers: readonly PhpHandler[];
  readonly servers: readonly string[];
  stop(): Promise<void>;
}

/** Starts the servers that the named handlers need, in that order. */
export async function startPhpHandlers(names: readonly PhpName[]): Promise<PhpContest> {
  const servers: Server[] = [];
  const keep = async (starting: Promise<Server>) => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  const folder = temporaryFolder();
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    removeFolder(folder);
  };
  try {
    const needs = (start: string) => names.some((name) => name.startsWith(start));
    const none = names.includes(phpNames.none) ? await keep(startMsessiond('none')) : undefined;
    const interval = names.includes(phpNames.interval) ? await keep(startMsessiond('interval')) : undefined;
    const redis = needs('phpredis') ? await keep(startRedis('interval')) : undefined;
    const memcached = needs('php-memcached') ? await keep(startMemcached()) : undefined;
    const of = (server: Server | undefined, ini: Record<string, string>): Omit<PhpHandler, 'name'> => {
      if (server === undefined) return { handler: 'files', path: folder, ini, pids: [] };
      const address = `127.0.0.1:${server.port}`;
      const pids = [server.pid];
      if (server === redis) return { handler: 'redis', path: `tcp://${address}?persistent=1`, ini, pids };
      return { handler: server === memcached ? 'memcached' : 'msession', path: address, ini, pids };
    };
    const all: Readonly<Record<PhpName, Omit<PhpHandler, 'name'>>> = {
      [phpNames.none]: of(none, {}),
      [phpNames.interval]: of(interval, {}),
      [phpNames.redisNoLock]: of(redis, {}),
      [phpNames.redisDefault]: of(redis, locking),
      [phpNames.redisTuned]: of(redis, tunedLocking),
      [phpNames.memcachedDefault]: of(memcached, persistent),
      [phpNames.memcachedTuned]: of(memcached, tunedMemcached),
      [phpNames.files]: of(undefined, {}),
    };
    return {
      handlers: names.map((name) => ({ name, ...all[name] })),
      servers: servers.map(({ command }) => command),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
