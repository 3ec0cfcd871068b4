export type { RedisHost, RedisServers } from './connection/redis-address.js';
