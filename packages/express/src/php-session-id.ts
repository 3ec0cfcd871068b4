// The ids of PHP's sessions.
import { randomBytes } from 'node:crypto';

/** What PHP's handler accepts as an id from a cookie. */
const pattern = /^[A-Za-z0-9,-]{22,250}$/;

export function isPhpSessionId(value: string): boolean {
  return pattern.test(value);
}

/**
 * An id as PHP makes them by default, 32 hexadecimal characters: for express-session's `genid` and the `idGenerator` of
 * \@fastify/session.
 */
export function phpSessionId(): string {
  return randomBytes(16).toString('hex');
}
