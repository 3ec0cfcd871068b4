// Giving a password, as AUTH and HELLO both do: a right one makes the connection that user, a wrong one is answered late,
// later each time, and keeps nobody else waiting.
import type { DeferredReply, Request } from '@msession/protocol';
import { failureDelayMs } from './authentication.js';
import type { Connection } from './connection.js';
import type { ServerContext } from './server-context.js';

/** Undefined when the connection is that user now; else the refusal, to come. */
export function authenticate(
  context: ServerContext,
  connection: Connection,
  userName: string,
  password: Uint8Array,
): undefined | Promise<DeferredReply> {
  const user = context.authenticator.verify(userName, password);
  if (user !== null) {
    connection.user = user;
    connection.failedPasswords = 0;
    connection.parser.limits = context.requestLimitsFor(user);
    return undefined;
  }
  context.statistics.failedPasswords++;
  context.logger.warn({ client: connection.id, address: connection.address }, 'a wrong password was given');
  const delayMs = failureDelayMs(connection.failedPasswords++);
  return new Promise((resolve) => {
    context.clock.schedule(delayMs, () => resolve((sink) => sink.error('WRONGPASS', 'user or password is wrong')));
  });
}

/** A client's name or library as it may be kept: printable ASCII without spaces, or null when it is none. */
export function clientWord(request: Request, index: number): string | null {
  const text = request.latin1(index);
  return text.length <= 128 && /^[\x21-\x7e]*$/.test(text) ? text : null;
}
