// The stores that the shared specification runs on: ours in its three modes, connect-redis with a real redis-server, and
// express-session's own MemoryStore. Each says how time passes for it.
import { RedisStore } from 'connect-redis';
import type { RequestHandler } from 'express';
import session from 'express-session';
import { vi } from 'vitest';
import { MsessionStore, type SessionMode } from '../../src/index.js';
import { startMsession } from './msession.js';
import { startRedis } from './redis.js';

export interface StoreSubject {
  readonly store: session.Store;
  /** Mounted before express-session. */
  readonly before: readonly RequestHandler[];
  /** Another store on the same server, with a prefix of its own where it has prefixes. */
  another(): session.Store;
  advance(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

export type MakeSubject = () => Promise<StoreSubject>;

export const subjects: Readonly<Record<string, MakeSubject>> = {
  'msession, mode lock': () => msessionSubject('lock'),
  'msession, mode merge': () => msessionSubject('merge'),
  'msession, mode overwrite': () => msessionSubject('overwrite'),
  'connect-redis': redisSubject,
  MemoryStore: memorySubject,
};

async function msessionSubject(mode: SessionMode): Promise<StoreSubject> {
  const server = await startMsession({ ownsTime: true });
  const store = new MsessionStore({ client: server.client, resolve: { counter: 'sum', cart: 'append' } });
  return {
    store,
    before: [store.scope({ mode })],
    another: () => new MsessionStore({ client: server.client, prefix: 'other:' }),
    async advance(milliseconds) {
      server.advance(milliseconds);
    },
    close: () => server.close(),
  };
}

async function redisSubject(): Promise<StoreSubject> {
  const server = await startRedis();
  return {
    store: new RedisStore({ client: server.client }),
    before: [],
    another: () => new RedisStore({ client: server.client, prefix: 'other:' }),
    async advance(milliseconds) {
      // redis has no clock to move: every key gets that much nearer to its end instead
      for (const key of await server.client.keys('*')) {
        const left = await server.client.pTTL(key);
        if (left >= 0) await server.client.pExpire(key, left - milliseconds);
      }
    },
    close: () => server.close(),
  };
}

async function memorySubject(): Promise<StoreSubject> {
  vi.useFakeTimers({ toFake: ['Date'] });
  return {
    store: new session.MemoryStore(),
    before: [],
    another: () => new session.MemoryStore(),
    async advance(milliseconds) {
      vi.setSystemTime(Date.now() + milliseconds);
    },
    async close() {
      vi.useRealTimers();
    },
  };
}
