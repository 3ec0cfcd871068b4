// TERM, INT and HUP end the daemon in good order; a second one ends it at once.

export interface ExitSignals {
  /** Resolves when the daemon should end, with who asked. */
  readonly requested: Promise<string>;
  /** Asks as a signal does: the command SHUTDOWN. */
  request(reason: string): void;
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export function watchExitSignals(process: NodeJS.Process): ExitSignals {
  let isRequested = false;
  let resolve: (reason: string) => void = () => {};
  const requested = new Promise<string>((done) => {
    resolve = done;
  });
  const request = (reason: string) => {
    isRequested = true;
    resolve(reason);
  };
  for (const [signal, number] of Object.entries(signalNumbers))
    process.on(signal, () => {
      if (isRequested) process.exit(128 + number);
      request(signal);
    });
  return { requested, request };
}
