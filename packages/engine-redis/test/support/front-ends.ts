// Several engines in one process over one Redis, as front-ends on several machines would be, and what can befall them.
import { type Clock, connectLocally, type Engine, type LocalCaller } from '@msession/engine';
import { RedisLink } from '../../src/connection/redis-link.js';
import { createRedisEngine, type RedisServers } from '../../src/index.js';

export interface FrontEnd {
  readonly engine: Engine;
  /** A connection to it. */
  connect(): LocalCaller;
  /** Loses its power, as far as Redis can tell: nothing more is sent, nothing is taken back. */
  cut(): void;
  /** From now on no message of another front-end reaches it. */
  loseMessages(): void;
}

let made = 0;

const links: RedisLink[] = [];
const { open, subscribe } = RedisLink.prototype;
const deaf = new WeakSet<RedisLink>();
Object.assign(RedisLink.prototype, {
  open(this: RedisLink) {
    links.push(this);
    return open.call(this);
  },
  subscribe(this: RedisLink, channel: string, listener: (message: Buffer) => void) {
    return subscribe.call(this, channel, (message) => {
      if (!deaf.has(this)) listener(message);
    });
  },
});

/** Starts so many front-ends of one farm, which no test had before. */
export async function startFrontEnds(servers: RedisServers, count: number, clock?: Clock): Promise<FrontEnd[]> {
  const prefix = `farm${++made}`;
  const frontEnds: FrontEnd[] = [];
  for (let i = 0; i < count; i++) {
    const engine = createRedisEngine({ servers, prefix, ...(clock === undefined ? {} : { clock }) });
    await engine.start();
    const link = links.at(-1) as RedisLink;
    frontEnds.push({
      engine,
      connect: () => connectLocally(engine),
      cut: () => link.close(),
      loseMessages: () => void deaf.add(link),
    });
  }
  return frontEnds;
}
