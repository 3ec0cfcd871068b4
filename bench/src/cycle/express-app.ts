// An Express application that counts visits in its session: `express-app.ts STORE PORT`, where PORT is that of the store's
// server. Prints `ready PORT`. STORE: msession-lock, msession-merge, connect-redis, memory.
import type { AddressInfo } from 'node:net';
import { createClient } from '@msession/client';
import { MsessionStore } from '@msession/express';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session, { type Store } from 'express-session';
import { createClient as createRedisClient } from 'redis';

declare module 'express-session' {
  interface SessionData {
    visits: number;
    cart: string;
  }
}

const [kind = '', serverPort = ''] = process.argv.slice(2);
const app = express();
app.disable('x-powered-by').disable('etag');
const store = await storeOf(kind, Number(serverPort));
app.use(session({ store, secret: 'a bench', resave: false, saveUninitialized: false }));
app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1;
  req.session.cart ??= 'x'.repeat(150);
  res.type('text').send(String(req.session.visits));
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`);
});

async function storeOf(name: string, port: number): Promise<Store> {
  if (name === 'memory') return new session.MemoryStore();
  if (name === 'connect-redis') {
    const client = createRedisClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    return new RedisStore({ client }) as unknown as Store;
  }
  const own = new MsessionStore({ client: createClient({ port }) });
  app.use(own.scope({ mode: name === 'msession-lock' ? 'lock' : 'merge' }));
  return own as unknown as Store;
}
