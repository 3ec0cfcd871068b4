// The ids of sub-sessions: 40 hexadecimal characters when made here; what an application chooses itself may differ.
import { randomBytes } from 'node:crypto';
import { SessionStoreError } from './errors.js';

/** As the PHP package has it, so that an id that one side accepts is one for the other. */
const pattern = /^[A-Za-z0-9,_-]{1,128}$/;

export function newSubSessionId(): string {
  return randomBytes(20).toString('hex');
}

/** Whether this can be the id of a sub-session; all else from a URL or form counts as none. */
export function isSubSessionId(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** @throws SessionStoreError BAD_ID */
export function checkSubSessionId(value: unknown): string {
  if (isSubSessionId(value)) return value;
  throw new SessionStoreError(
    'BAD_ID',
    'the id of a sub-session is 1 to 128 of A-Z, a-z, 0-9, comma, hyphen and underscore',
  );
}

/** The id that a request asks for by query or form, under this name; undefined for what cannot be one. */
export function requestedSubSessionId(url: string, body: unknown, parameter: string): string | undefined {
  const query = url.indexOf('?');
  const fromQuery = query < 0 ? null : new URLSearchParams(url.slice(query + 1)).get(parameter);
  if (isSubSessionId(fromQuery)) return fromQuery;
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, parameter)) return undefined;
  const fromBody = (body as Record<string, unknown>)[parameter];
  return isSubSessionId(fromBody) ? fromBody : undefined;
}
