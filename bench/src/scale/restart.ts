// A restart with everything in place: from the start of the process to the first right answer.
import { replyText } from '@msession/protocol';
import { longSessionId } from '../contenders/fill.js';
import { startMsessiond } from '../contenders/msessiond.js';
import { startRedis } from '../contenders/redis-server.js';
import { RespConnection } from '../contenders/resp-connection.js';
import type { Server } from '../contenders/server-process.js';
import { nameOf } from './sessions.js';

export interface Restarted {
  readonly server: Server;
  readonly tookMs: number;
}

export async function restartOwn(server: Server, folder: string, sessions: number): Promise<Restarted> {
  await server.stop();
  const beganMs = performance.now();
  const next = await startMsessiond('interval', { folder });
  await untilRight(next.port, sessions, 'GETVAL');
  return { server: next, tookMs: performance.now() - beganMs };
}

/** Redis's own way: it wrote its RDB file and loads it. */
export async function restartPeer(server: Server, folder: string, sessions: number): Promise<Restarted> {
  const connection = await RespConnection.open(server.port);
  await connection.ask('SAVE');
  connection.close();
  await server.stop();
  const beganMs = performance.now();
  const next = await startRedis('none', { folder });
  await untilRight(next.port, sessions, 'HGET');
  return { server: next, tookMs: performance.now() - beganMs };
}

/** Redis listens before it has loaded and answers LOADING till then. */
async function untilRight(port: number, sessions: number, command: string): Promise<void> {
  const index = Math.floor(sessions / 3);
  const giveUpMs = performance.now() + 120_000;
  for (;;) {
    const connection = await RespConnection.open(port);
    try {
      const name = replyText(await connection.ask(command, longSessionId(index), 'name'));
      if (name === nameOf(index)) return;
      throw new Error(`behind a restart a session has the wrong content`);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('LOADING') || performance.now() > giveUpMs) throw error;
    } finally {
      connection.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
