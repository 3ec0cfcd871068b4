// TERM and INT end the daemon, and HUP where it would outlive its terminal, in good order; a second one ends it at once.

export interface ExitSignals {
  /** Resolves when the daemon should end, with who asked. */
  readonly requested: Promise<string>;
  readonly isRequested: boolean;
  /** Asks as a signal does: the command SHUTDOWN. */
  request(reason: string): void;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 };

export function watchExitSignals(process: NodeJS.Process, endsWithTerminal: boolean): ExitSignals {
  let isRequested = false;
  let resolve: (reason: string) => void = () => {};
  const requested = new Promise<string>((done) => {
    resolve = done;
  });
  const request = (reason: string) => {
    isRequested = true;
    resolve(reason);
  };
  for (const [signal, number] of Object.entries({ ...signalNumbers, ...(endsWithTerminal ? { SIGHUP: 1 } : {}) }))
    process.on(signal, () => {
      if (isRequested) process.exit(128 + number);
      request(signal);
    });
  return {
    requested,
    get isRequested() {
      return isRequested;
    },
    request,
  };
}
