// The errors that this package adds to those of the client. `statusCode` and `headers` are what Express and Fastify look
// for, so an error that nobody handles becomes the right answer. Messages hold no ids and no data.

/**
 * - `LOCK_TIMEOUT`: another request holds the session, and `waitMs` is over
 * - `LOCK_BUSY`: as many as may wait for this session wait already
 * - `LOCK_LOST`: the lease was over and another request took the session; nothing was saved
 * - `LOCK_RELEASED`: saved after the response was finished, when the lock was given back; nothing was saved
 * - `CONFLICT`: other requests changed the session at each of the tries to merge; nothing was saved
 * - `BAD_ID`: this cannot be the id of a session
 * - `BAD_OPTION`: an option is wrong; the message says which and what it may be
 * - `NO_SESSION`: there is no session in which a sub-session could live
 */
export type StoreErrorCode =
  | 'LOCK_TIMEOUT'
  | 'LOCK_BUSY'
  | 'LOCK_LOST'
  | 'LOCK_RELEASED'
  | 'CONFLICT'
  | 'BAD_ID'
  | 'BAD_OPTION'
  | 'NO_SESSION';

const statusCodes: Readonly<Record<StoreErrorCode, number>> = {
  LOCK_TIMEOUT: 503,
  LOCK_BUSY: 503,
  LOCK_LOST: 409,
  LOCK_RELEASED: 500,
  CONFLICT: 409,
  BAD_ID: 400,
  BAD_OPTION: 500,
  NO_SESSION: 409,
};

/** Passed to callbacks and rejected with; match on `code`. */
export class SessionStoreError extends Error {
  readonly code: StoreErrorCode;
  readonly statusCode: number;
  /** Headers of the answer, where the error becomes one. */
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SessionStoreError';
    this.code = code;
    this.statusCode = statusCodes[code];
    this.headers = this.statusCode === 503 ? { 'Retry-After': '1' } : undefined;
  }
}

/** The code of a client's or server's error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
