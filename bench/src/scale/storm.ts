// Expiry storm: all sessions end within the same second while others are being read. How long until all are gone, and
// what the readers notice of it.
import { replyText } from '@msession/protocol';
import { fill, longSessionId } from '../contenders/fill.js';
import { RespConnection } from '../contenders/resp-connection.js';
import type { Server } from '../contenders/server-process.js';
import { load } from '../generator/load.js';

export interface StormTimes {
  /** From the moment of expiry until the last one is gone. */
  readonly goneMs: number;
  /** Of reads at a fixed rate during that time. */
  readonly readP999Ms: number;
  readonly readMaxMs: number;
}

export interface StormOptions {
  readonly server: Server;
  readonly kind: 'own' | 'peer';
  readonly sessions: number;
  readonly ratePerSecond: number;
  /** How long the readers read, from a second before the moment of expiry. */
  readonly seconds: number;
}

const bystanders = 100;

export async function expiryStorm(options: StormOptions): Promise<StormTimes> {
  const { server, kind, sessions, ratePerSecond, seconds } = options;
  const isOwn = kind === 'own';
  await fill(server.port, bystanders, (index) => {
    const id = `by:${String(index).padStart(12, '0')}`;
    return isOwn
      ? [
          ['CREATE', id, 'TIMEOUT', 0],
          ['SETVAL', id, 'name', 'bystander'],
        ]
      : [['HSET', id, 'name', 'bystander']];
  });
  const connection = await RespConnection.open(server.port);
  try {
    const before = await expiredKeys(connection);
    // whole seconds are what TIMEOUT knows, so that each gets what is left until the same moment
    const atMs = Date.now() + 4000 + sessions / 40;
    await fill(server.port, sessions, (index) => {
      const id = longSessionId(index);
      return isOwn ? [['TIMEOUT', id, Math.ceil((atMs - Date.now()) / 1000)]] : [['PEXPIREAT', id, Math.round(atMs)]];
    });
    const leftMs = atMs - Date.now();
    if (leftMs < 0) throw new Error('the sessions expired before all of them were told when to');
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, leftMs - 1500)));
    const reads = load({
      port: server.port,
      connections: 20,
      seconds,
      warmUpSeconds: 0.5,
      ratePerSecond,
      traffic: {
        kind: 'resp',
        mix: [{ weight: 1, words: [isOwn ? 'GETVAL' : 'HGET', '{id}', 'name'] }],
        sessions: bystanders,
        idPattern: 'by:{id}',
        dataBytes: 0,
      },
    });
    const gone = untilGone(connection, before + sessions, atMs);
    const [outcome, goneMs] = await Promise.all([reads, gone]);
    return { goneMs, readP999Ms: outcome.p999Ms, readMaxMs: outcome.maxMs };
  } finally {
    connection.close();
  }
}

async function untilGone(connection: RespConnection, target: number, atMs: number): Promise<number> {
  for (;;) {
    const expired = await expiredKeys(connection);
    if (expired >= target) return Date.now() - atMs;
    if (Date.now() > atMs + 180_000)
      throw new Error(`three minutes after the storm ${target - expired} sessions are left`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function expiredKeys(connection: RespConnection): Promise<number> {
  const info = replyText(await connection.ask('INFO', 'stats')) ?? '';
  return Number(/^expired_keys:(\d+)/m.exec(info)?.[1] ?? 0);
}
