// Refusals of scripts: a negative integer, or an array of that and a detail, in place of a value. Codes from -40 down are
// those of the locks, which have a table of their own in the same form.

import type { EngineLimits } from '@msession/engine';
import { type ErrorCode, maxIdBytes } from '@msession/protocol';
import type { ScriptReply } from './connection/script-runner.js';

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a code says; `detail` is the number that came with it, where one did. */
export type RefusalText = (detail: number, limits: EngineLimits) => readonly [ErrorCode, string];

export type RefusalTable = Readonly<Record<number, RefusalText>>;

const noSession = 'there is no session of that id';

export const sessionRefusals: RefusalTable = {
  [-1]: () => ['NOSESSION', noSession],
  [-2]: () => ['DUPSESSION', 'a session of that id exists already'],
  [-3]: () => ['NOWLOCK', 'the key does not hold the lock; nothing was written'],
  [-4]: () => ['STALE', 'the data has another revision; nothing was written'],
  [-5]: (count, limits) => [
    'BADLEN',
    `the session would have ${count} variables; max-variables is ${limits.maxVariablesPerSession}`,
  ],
  [-6]: (most) => [
    'BADLEN',
    `the session has ${most} sub-sessions, as many as max-sub-sessions allows; drop one first`,
  ],
  [-8]: () => ['NOSESSION', 'the parent of that sub-session does not live'],
  [-9]: () => ['UNAVAILABLE', 'the session is being renamed; try again'],
  [-10]: () => ['ERR', "TIMEOUT does not work on the built-in session 'globals'"],
  [-12]: () => ['BADLEN', `the id of a sub-session would have more than ${maxIdBytes} bytes; take a shorter id`],
  [-13]: () => ['NOSESSION', 'there is no sub-session of that id to clone'],
  [-14]: () => ['BADLEN', `the id of the sub-session would have more than ${maxIdBytes} bytes`],
  [-16]: () => ['DUPSESSION', 'the new id is taken'],
};

/** What a script refused, or undefined when its reply is a value. */
export function refusalIn(reply: ScriptReply, limits: EngineLimits, table: RefusalTable): Refusal | undefined {
  const [code, detail] = Array.isArray(reply) ? [reply[0], reply[1]] : [reply, 0];
  if (typeof code !== 'number' || code >= 0) return undefined;
  const text = table[code];
  if (text === undefined) return undefined;
  const [errorCode, message] = text(Number(detail ?? 0), limits);
  return { code: errorCode, message };
}
