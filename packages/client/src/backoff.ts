// How long to wait before the next attempt to connect. Pure: randomness is handed in.

export interface ReconnectOptions {
  /** Attempts in a row before waiting calls are told CONNECT_FAILED; default 10. 1 makes no second attempt. */
  readonly maxAttempts?: number;
  /** Wait before the second attempt; doubles with each one after it. Default 50. */
  readonly initialDelayMs?: number;
  /** Longest wait between two attempts; default 5000. */
  readonly maxDelayMs?: number;
  /** Share of each wait that is random, 0 to 1, so that a farm does not come back in one instant; default 0.5. */
  readonly jitter?: number;
}

export type ResolvedReconnect = Required<ReconnectOptions>;

export const defaultReconnect: ResolvedReconnect = {
  maxAttempts: 10,
  initialDelayMs: 50,
  maxDelayMs: 5000,
  jitter: 0.5,
};

/** Wait before attempt `failures + 1`, after `failures` failed ones (1 or more); `random` is in [0, 1). */
export function backoffDelayMs(options: ResolvedReconnect, failures: number, random: number): number {
  // the exponent is capped so that a long outage does not overflow to Infinity times zero
  const grown = options.initialDelayMs * 2 ** Math.min(failures - 1, 30);
  const ceiling = Math.min(grown, options.maxDelayMs);
  return Math.round(ceiling * (1 - options.jitter * random));
}
