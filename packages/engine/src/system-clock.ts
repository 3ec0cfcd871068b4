import type { Clock } from './engine.js';

/** The machine's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), 0x7fffffff));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
