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

class SystemTimer implements ScheduledTimer {
  private readonly timer: NodeJS.Timeout;

  constructor(timer: NodeJS.Timeout) {
    this.timer = timer;
  }

  cancel(): void {
    clearTimeout(this.timer);
  }
}

/** The longest delay node's timers take; more would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: ClientClock = {
  nowMs: () => performance.now(),
  schedule(delayMs, callback, options) {
    const timer = setTimeout(callback, Math.min(delayMs, longestTimerMs));
    if (options?.keepsProcessAlive !== true) timer.unref();
    return new SystemTimer(timer);
  },
  random: Math.random,
};
