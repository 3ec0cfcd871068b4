// Why a port or a Unix socket cannot be listened on, in words that say what to do.

/** Why the server cannot listen. `code`: `PROTECTED`, or the system's (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, ...). */
export class ListenFault extends Error {
  readonly code: string;
  /** What could not be listened on: `host:port` or a path. */
  readonly address: string;

  constructor(code: string, address: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenFault';
    this.code = code;
    this.address = address;
  }
}

/** The system's refusal in words. */
export function listenFault(error: NodeJS.ErrnoException, shown: string): ListenFault {
  const code = error.code ?? 'ERR';
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another process listens there already; choose another port or socket, or stop that process',
    EACCES: 'this user may not listen there; ports below 1024 and folders of others need more rights',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this name has no address',
  };
  return new ListenFault(code, shown, `cannot listen on ${shown}: ${reasons[code] ?? error.message}`, { cause: error });
}
