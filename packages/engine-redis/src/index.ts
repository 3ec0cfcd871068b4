export type { RedisHost, RedisServers } from './connection/redis-address.js';
export { createRedisEngine, type RedisEngine, type RedisEngineOptions } from './redis-engine.js';
