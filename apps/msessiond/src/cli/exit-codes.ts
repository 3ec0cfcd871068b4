// How `msession` ends, for scripts.
export const exitCodes = {
  /** The server answered. */
  good: 0,
  /** The server answered an error. */
  errorReply: 1,
  /** The command line is wrong; nothing was sent. */
  usage: 2,
  /** No server, or the connection was lost before it answered. */
  noConnection: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
