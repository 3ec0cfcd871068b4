// Every error this package throws: one base class, a closed table of codes of its own, and the server's codes passed on
// as they came. Callers match on `code`; messages never hold ids, values or passwords.
import { errorCodes } from '@msession/protocol';

export interface ClientErrorCodeRow {
  /** What happened, for the README's table. */
  readonly meaning: string;
  /** The same call may succeed later without a change by the caller, and nothing happened so far. */
  readonly isRetryable: boolean;
  /** Whether the server may have carried the call out all the same. */
  readonly isOutcomeUnknown: boolean;
}

/** The codes made by this package; all others come from the server. */
export const clientErrorCodes = {
  ARGUMENT: {
    meaning: 'An argument cannot be sent (wrong type, missing, not an integer); nothing was sent.',
    isRetryable: false,
    isOutcomeUnknown: false,
  },
  CONNECT_FAILED: {
    meaning: 'No connection could be made in all attempts; `cause` is the last reason.',
    isRetryable: true,
    isOutcomeUnknown: false,
  },
  CONNECTION_LOST: {
    meaning: 'The connection ended after the request left and before its reply came: it may have been carried out.',
    isRetryable: false,
    isOutcomeUnknown: true,
  },
  QUEUE_FULL: {
    meaning: '`maxQueuedCalls` calls wait for a connection already.',
    isRetryable: true,
    isOutcomeUnknown: false,
  },
  TIMEOUT: {
    meaning: 'No reply within `timeoutMs`; if the request had left, it may have been carried out.',
    isRetryable: false,
    isOutcomeUnknown: true,
  },
  ABORTED: {
    meaning:
      "The call's AbortSignal was aborted; `cause` is its reason. If the request had left, it may be carried out.",
    isRetryable: false,
    isOutcomeUnknown: true,
  },
  CLOSED: {
    meaning: 'The client was closed before the call could be answered.',
    isRetryable: false,
    isOutcomeUnknown: false,
  },
  BAD_REPLY: {
    meaning: 'The peer sent something that is no RESP, or no reply of this command; the connection was closed.',
    isRetryable: false,
    isOutcomeUnknown: true,
  },
  NEEDS_RESP3: {
    meaning: 'Events and waiting for locks need RESP3; the server or the option `protocol` allows RESP2 only.',
    isRetryable: false,
    isOutcomeUnknown: false,
  },
  LOCK_LOST: {
    meaning:
      'The lock ended before it was released: lease over and taken by another, or session gone. Nothing was written.',
    isRetryable: false,
    isOutcomeUnknown: false,
  },
  EVENTS_OVERFLOW: {
    meaning: 'A subscription holds `maxBuffered` unread events; it ended rather than drop some silently.',
    isRetryable: true,
    isOutcomeUnknown: false,
  },
} as const satisfies Record<string, ClientErrorCodeRow>;

export type ClientErrorCode = keyof typeof clientErrorCodes;

/** Base of every error of this package. */
export class MsessionError extends Error {
  /** A code of this package (`clientErrorCodes`) or of the server (`errorCodes` of @msession/protocol). */
  readonly code: string;
  /** The same call may succeed later, and asking again does no harm. */
  readonly isRetryable: boolean;
  /** Whether the server may have carried the call out although it failed here. */
  readonly isOutcomeUnknown: boolean;

  constructor(
    code: string,
    message: string,
    traits: { readonly cause?: unknown; readonly isRetryable?: boolean; readonly isOutcomeUnknown?: boolean } = {},
  ) {
    super(message, traits.cause === undefined ? undefined : { cause: traits.cause });
    const row: ClientErrorCodeRow | undefined = (clientErrorCodes as Record<string, ClientErrorCodeRow>)[code];
    this.name = new.target.name;
    this.code = code;
    this.isRetryable = traits.isRetryable ?? row?.isRetryable ?? false;
    this.isOutcomeUnknown = traits.isOutcomeUnknown ?? row?.isOutcomeUnknown ?? false;
  }
}

/** The server refused the command; `code` is a row of the protocol's error table, the connection goes on. */
export class ServerError extends MsessionError {
  /** Upper-case name of the command that was refused. */
  readonly command: string;

  constructor(code: string, message: string, command: string) {
    const row = (errorCodes as Record<string, { readonly isRetryable: boolean }>)[code];
    super(code, message, { isRetryable: row?.isRetryable ?? false });
    this.command = command;
  }
}

/** Something about the connection: CONNECT_FAILED, CONNECTION_LOST, QUEUE_FULL, CLOSED, BAD_REPLY, NEEDS_RESP3. */
export class ConnectionError extends MsessionError {}

/** The call's `timeoutMs` is over (code TIMEOUT). */
export class CallTimeoutError extends MsessionError {}

/** The call's AbortSignal was aborted (code ABORTED); `cause` is the signal's reason. */
export class CallAbortedError extends MsessionError {}

/** The caller gave an argument that cannot be sent (code ARGUMENT); nothing was sent. */
export class ArgumentError extends MsessionError {
  constructor(message: string) {
    super('ARGUMENT', message);
  }
}

/** The lock was gone before its holder released it (code LOCK_LOST); nothing was written. */
export class LockLostError extends MsessionError {
  constructor(message: string, cause?: unknown) {
    super('LOCK_LOST', message, { cause });
  }
}
