// What becomes of calls that were sent when their connection ended: those that the command table lets be repeated are
// sent again, the others are told what is known of them, which is little.
import { ConnectionError, MsessionError } from './errors.js';
import type { PendingCall } from './pending-call.js';

export interface UnansweredFate {
  /** To be sent on the next connection, in this order. */
  readonly again: readonly PendingCall[];
  readonly failing: readonly { readonly call: PendingCall; readonly error: ConnectionError }[];
}

/** Decides for each call sent and not answered, in order. With `maxResends` 0 nothing is sent again. */
export function decideUnanswered(unanswered: readonly PendingCall[], cause: Error, maxResends: number): UnansweredFate {
  // the first in line got the reply that cannot be read: it would be no better the next time
  const unreadable = isBadReply(cause) ? unanswered[0] : undefined;
  const again: PendingCall[] = [];
  const failing: { call: PendingCall; error: ConnectionError }[] = [];
  for (const call of unanswered) {
    if (call.isSettled) continue;
    if (call === unreadable) failing.push({ call, error: unreadableError(call, cause) });
    else if (call.request.isIdempotent && call.resends < maxResends) again.push(call);
    else failing.push({ call, error: lostError(call, cause) });
  }
  for (const call of again) {
    call.resends++;
    call.isSent = false;
  }
  return { again, failing };
}

export function isBadReply(error: Error): boolean {
  return error instanceof MsessionError && error.code === 'BAD_REPLY';
}

function unreadableError(call: PendingCall, cause: Error): ConnectionError {
  return new ConnectionError('BAD_REPLY', `the reply to ${call.request.command} cannot be read: ${cause.message}`, {
    cause,
  });
}

function lostError(call: PendingCall, cause: Error): ConnectionError {
  return new ConnectionError(
    'CONNECTION_LOST',
    `the connection was lost after ${call.request.command} was sent and before its reply came; whether it was carried out is unknown`,
    { cause, isRetryable: call.request.isIdempotent },
  );
}
