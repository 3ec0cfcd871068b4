// The first words on a connection: HELLO 3 with password and name, or what RESP2 servers understand instead.
import { encodeRequest, type ReplyValue } from '@msession/protocol';
import type { CallQueue } from './call-queue.js';
import type { ClientClock } from './client-clock.js';
import type { Connection } from './connection.js';
import { MsessionError } from './errors.js';
import type { ResolvedOptions } from './options.js';
import { PendingCall } from './pending-call.js';

/** Makes the connection ready for calls; answers the protocol version in force. Rejects with the server's error. */
export async function shakeHands(
  connection: Connection,
  queue: CallQueue<PendingCall>,
  options: ResolvedOptions,
): Promise<2 | 3> {
  const ask = (words: readonly string[]) => exchange(connection, queue, options.clock, words);
  if (options.protocol === 3) {
    const words = ['HELLO', '3'];
    if (options.password !== undefined) words.push('AUTH', options.user ?? 'default', options.password);
    if (options.name !== undefined) words.push('SETNAME', options.name);
    try {
      await ask(words);
      return 3;
    } catch (error) {
      if (!speaksNoHello(error)) throw error;
    }
  }
  if (options.password !== undefined)
    await ask(options.user === undefined ? ['AUTH', options.password] : ['AUTH', options.user, options.password]);
  if (options.name !== undefined) await ask(['CLIENT', 'SETNAME', options.name]);
  // a server that accepts the connection and never answers is found out here, not by the first call
  if (options.password === undefined && options.name === undefined) await ask(['PING']);
  return 2;
}

/** Servers without RESP3 answer NOPROTO; those before HELLO call it an unknown command. */
function speaksNoHello(error: unknown): boolean {
  if (!(error instanceof MsessionError)) return false;
  return error.code === 'NOPROTO' || (error.code === 'ERR' && /unknown command/i.test(error.message));
}

function exchange(
  connection: Connection,
  queue: CallQueue<PendingCall>,
  clock: ClientClock,
  words: readonly string[],
): Promise<ReplyValue> {
  return new Promise((resolve, reject) => {
    const request = {
      command: words[0] as string,
      bytes: encodeRequest(words),
      isIdempotent: false,
      isBlocking: false,
      // the attempt as a whole has its own time limit
      timeoutMs: 0,
      onReply: resolve,
      onError: reject,
    };
    queue.push(new PendingCall(request, clock, () => {}));
    connection.scheduleFlush();
  });
}
