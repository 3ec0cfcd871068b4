// Giving a password, as AUTH and HELLO both do: a right one makes the connection that user, a wrong one is answered late,
// later each time, and keeps nobody else waiting. After a number of wrong ones the connection is closed.
import type { DeferredReply, Request } from '@msession/protocol';
import { failureDelayMs, type Verdict } from './authentication.js';
import type { Connection } from './connection.js';
import type { ServerContext } from './server-context.js';

/** Undefined when the connection is that user now; else the reply to come: `welcome`, or a refusal. */
export function authenticate(
  context: ServerContext,
  connection: Connection,
  userName: string,
  password: Uint8Array,
  welcome: DeferredReply,
): undefined | Promise<DeferredReply> {
  const startMs = context.clock.monotonicMs();
  const verdict = context.authenticator.verify(userName, password, hostOf(connection.address));
  if (!(verdict instanceof Promise))
    return become(context, connection, verdict) ? undefined : refuse(context, connection, verdict, startMs);
  return verdict.then((known) =>
    become(context, connection, known) ? welcome : refuse(context, connection, known, startMs),
  );
}

function become(context: ServerContext, connection: Connection, verdict: Verdict): boolean {
  if (verdict === null || verdict === 'busy') return false;
  connection.user = verdict;
  connection.failedPasswords = 0;
  connection.parser.limits = context.requestLimitsFor(verdict);
  return true;
}

function refuse(
  context: ServerContext,
  connection: Connection,
  verdict: Verdict,
  startMs: number,
): Promise<DeferredReply> {
  const { clock, statistics, limits, logger } = context;
  const isBusy = verdict === 'busy';
  if (!isBusy) {
    statistics.failedPasswords++;
    logger.warn({ client: connection.id, address: connection.address }, 'a wrong password was given');
  }
  const delayMs = failureDelayMs(connection.failedPasswords++) - (clock.monotonicMs() - startMs);
  const isLast = connection.failedPasswords >= limits.maxPasswordFailures;
  const answer: DeferredReply = (sink) => {
    if (isBusy) sink.error('BUSY', 'too many passwords are being checked; try again');
    else sink.error('WRONGPASS', 'user or password is wrong');
    if (!isLast) return;
    connection.isEnding = true;
    connection.endingSinceMs = clock.monotonicMs();
  };
  return new Promise((resolve) => {
    clock.schedule(Math.max(0, delayMs), () => resolve(answer));
  });
}

/** The peer's address without its port. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}

/** A client's name or library as it may be kept: printable ASCII without spaces, or null when it is none. */
export function clientWord(request: Request, index: number): string | null {
  const text = request.latin1(index);
  return text.length <= 128 && /^[\x21-\x7e]*$/.test(text) ? text : null;
}
