// The one table of error codes: the word behind the `-` on the wire, what it means, whether the connection goes on and
// whether asking again can help. Names come from the original where it had one, from Redis where clients know them.

export interface ErrorCodeRow {
  /** What happened, for the reference page. */
  readonly meaning: string;
  /** The server closes the connection after sending it. */
  readonly closesConnection: boolean;
  /** The same request may succeed later without a change by the caller. */
  readonly isRetryable: boolean;
  readonly origin: 'msession' | 'Redis' | 'new';
}

export const errorCodes = {
  ERR: {
    meaning: 'The request is wrong: unknown command, bad argument, wrong count; the message says which.',
    closesConnection: false,
    isRetryable: false,
    origin: 'msession',
  },
  NOSESSION: {
    meaning: 'There is no session of that id, or it has expired.',
    closesConnection: false,
    isRetryable: false,
    origin: 'msession',
  },
  DUPSESSION: {
    meaning: 'A session of that id exists already.',
    closesConnection: false,
    isRetryable: false,
    origin: 'msession',
  },
  NOWLOCK: {
    meaning: 'The key does not hold the lock; nothing was written.',
    closesConnection: false,
    isRetryable: false,
    origin: 'msession',
  },
  LOCKED: {
    meaning: 'Another holds the lock, and the time given to wait is over.',
    closesConnection: false,
    isRetryable: true,
    origin: 'msession',
  },
  BUSY: {
    meaning: 'As many as `max-waiters` wait for this lock already, or too many passwords are being checked.',
    closesConnection: false,
    isRetryable: true,
    origin: 'new',
  },
  STALE: {
    meaning: 'The data has another revision than IFREV names; nothing was written.',
    closesConnection: false,
    isRetryable: false,
    origin: 'new',
  },
  NOTANUMBER: {
    meaning: 'The variable or an operand is not a number; the variable was kept.',
    closesConnection: false,
    isRetryable: false,
    origin: 'new',
  },
  NOFN: {
    meaning: 'No plugin offers this function or escape.',
    closesConnection: false,
    isRetryable: false,
    origin: 'msession',
  },
  PLUGIN: {
    meaning: 'A plugin function failed; the message is its own.',
    closesConnection: false,
    isRetryable: false,
    origin: 'msession',
  },
  BADLEN: {
    meaning: 'A value, id, name or list is longer than its limit; the message names both.',
    closesConnection: false,
    isRetryable: false,
    origin: 'msession',
  },
  PROTO: {
    meaning: 'The bytes are no RESP; nothing after them can be understood.',
    closesConnection: true,
    isRetryable: false,
    origin: 'new',
  },
  NOAUTH: { meaning: 'A password is needed first.', closesConnection: false, isRetryable: false, origin: 'Redis' },
  WRONGPASS: { meaning: 'User or password is wrong.', closesConnection: false, isRetryable: false, origin: 'Redis' },
  NOPERM: {
    meaning: 'This user may not run this command.',
    closesConnection: false,
    isRetryable: false,
    origin: 'Redis',
  },
  NOPROTO: {
    meaning: 'This protocol version is not spoken; 2 and 3 are.',
    closesConnection: false,
    isRetryable: false,
    origin: 'Redis',
  },
  DENIED: {
    meaning: 'The server does not accept this connection; the message says why.',
    closesConnection: true,
    isRetryable: false,
    origin: 'msession',
  },
  MAXCLIENTS: {
    meaning: 'As many as `max-clients` are connected.',
    closesConnection: true,
    isRetryable: true,
    origin: 'Redis',
  },
  OOM: {
    meaning: 'The memory limit is reached; reads go on, this write was refused.',
    closesConnection: false,
    isRetryable: true,
    origin: 'Redis',
  },
  UNAVAILABLE: {
    meaning: 'The engine cannot answer now (its store or network is gone); nothing was changed.',
    closesConnection: false,
    isRetryable: true,
    origin: 'new',
  },
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCode = keyof typeof errorCodes;
