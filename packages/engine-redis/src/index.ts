export type { RedisHost, RedisServers } from './connection/redis-address.js';
export type { RedisAccessOptions } from './dump/redis-access.js';
export { redisSource } from './dump/redis-source.js';
export { type RedisTargetOptions, redisTarget } from './dump/redis-target.js';
export { createRedisEngine, type RedisEngine, type RedisEngineOptions } from './redis-engine.js';
