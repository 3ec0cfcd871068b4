// The lines of MONITOR, on a connection of their own: they are no replies, and would be taken for some on a shared one.
import { encodeRequest, replyText } from '@msession/protocol';
import { AsyncBuffer } from './async-buffer.js';
import { CallQueue } from './call-queue.js';
import { Connection } from './connection.js';
import { ConnectionError } from './errors.js';
import { shakeHands } from './handshake.js';
import type { ResolvedOptions } from './options.js';
import { PendingCall } from './pending-call.js';

/** Unread lines kept before the loop ends with EVENTS_OVERFLOW. */
const maxBufferedLines = 100_000;

/** Starts MONITOR; the loop ends with the signal, by leaving it, or with an error when the connection ends. */
export async function openMonitor(
  options: ResolvedOptions,
  signal: AbortSignal | undefined,
): Promise<AsyncIterableIterator<string>> {
  signal?.throwIfAborted();
  const attempt = AbortSignal.timeout(options.connectTimeoutMs);
  let connection: Connection | undefined;
  const lines = new AsyncBuffer<string>(maxBufferedLines, () =>
    connection?.destroy(new ConnectionError('CLOSED', 'the monitor is closed')),
  );
  const queue = new CallQueue<PendingCall>();
  const opened = await Connection.open(
    options.transport,
    {
      onPush: () => {},
      onUnasked: (value) => lines.push(replyText(value) ?? ''),
      onClose: (cause, unanswered) => {
        const error = new ConnectionError('CONNECTION_LOST', `the monitor's connection ended: ${cause.message}`, {
          cause,
        });
        for (const call of unanswered) call.fail(error);
        lines.end(error);
      },
    },
    { maxReplyBytes: options.maxReplyBytes },
    attempt,
  );
  connection = opened;
  opened.sendFrom(queue);
  try {
    await shakeHands(opened, queue, { ...options, protocol: 2 });
    await new Promise<void>((resolve, reject) => {
      const request = {
        command: 'MONITOR',
        bytes: encodeRequest(['MONITOR']),
        isIdempotent: false,
        isBlocking: false,
        timeoutMs: options.timeoutMs,
        onReply: () => resolve(),
        onError: reject,
      };
      queue.push(new PendingCall(request, options.clock, () => {}));
      opened.scheduleFlush();
    });
  } catch (error) {
    lines.end();
    throw error;
  }
  signal?.addEventListener('abort', () => lines.end(), { once: true });
  return lines;
}
