// How the client library is told to reach Redis: one server, a Sentinel's, or a Cluster. Nothing is sent twice by it, and
// nothing waits in it: what becomes of a command that could not be sent is decided by the link.
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { linkConnector } from './link-connector.js';
import { refusedWith } from './link-fault.js';
import type { RedisServers } from './redis-address.js';

/** A client that connects when it is told to; `isSubscriber`: it subscribes, and queues what it is asked meanwhile. */
export function connect(servers: RedisServers, timeoutMs: number, isSubscriber = false): Redis | Cluster {
  const { username, password, tls } = servers;
  const shared: Omit<RedisOptions, 'replyMapping'> = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    connectTimeout: Math.max(timeoutMs, 1000),
    // a machine that lost its power closes no connection
    ...(tls === undefined && servers.topology !== 'sentinel'
      ? { Connector: linkConnector(3 * timeoutMs) }
      : { socketTimeout: 3 * timeoutMs }),
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: isSubscriber ? null : 0,
    enableReadyCheck: true,
    connectionName: 'msession',
  };
  if (servers.topology === 'cluster') {
    const options = {
      redisOptions: shared,
      enableOfflineQueue: false,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 50,
      retryDelayOnTryAgain: 20,
      maxRedirections: 64,
      slotsRefreshInterval: 5000,
      clusterRetryStrategy: reconnectDelay,
      scaleReads: 'master' as const,
      shardedSubscribers: true,
      lazyConnect: true,
    };
    return new Cluster([...servers.hosts], options);
  }
  const { database, masterName, sentinelPassword } = servers;
  const own: Omit<RedisOptions, 'replyMapping'> = {
    ...shared,
    enableOfflineQueue: isSubscriber,
    db: database ?? 0,
    retryStrategy: reconnectDelay,
    reconnectOnError: (error) => refusedWith(error).startsWith('READONLY'),
    lazyConnect: true,
  };
  if (servers.topology === 'sentinel') {
    return new Redis({
      ...own,
      sentinels: [...servers.hosts],
      name: masterName ?? 'mymaster',
      sentinelRetryStrategy: reconnectDelay,
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    });
  }
  const [first] = servers.hosts;
  if (first === undefined) throw new RangeError('an address of Redis needs a host');
  return new Redis({ ...own, host: first.host, port: first.port });
}

function reconnectDelay(times: number): number {
  return Math.min(25 * 2 ** Math.min(times, 6), 1000);
}
