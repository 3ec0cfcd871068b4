// Time and chance as the client needs them, in one place so that tests can own both.

export interface ScheduledTimer {
  cancel(): void;
}

export interface ClientClock {
  /** Milliseconds that only grow; their zero means nothing. */
  nowMs(): number;
  /** Calls back once, after at least `delayMs`. */
  schedule(delayMs: number, callback: () => void, options?: { readonly keepsProcessAlive?: boolean }): ScheduledTimer;
  /** In [0, 1). */
  random(): number;
}

/** The longest delay node's timers take; more would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: ClientClock = {
  nowMs: () => performance.now(),
  schedule(delayMs, callback, options) {
    const timer = setTimeout(callback, Math.min(delayMs, longestTimerMs));
    if (options?.keepsProcessAlive !== true) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  random: Math.random,
};
