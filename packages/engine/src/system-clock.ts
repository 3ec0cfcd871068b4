import type { Clock } from './engine.js';

/** The machine's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  schedule(delayMs, callback) {
    let isOver = false;
    const run = () => {
      isOver = true;
      callback();
    };
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), 0x7fffffff));
    timer.unref();
    return {
      cancel() {
        if (isOver) return;
        isOver = true;
        // Node files timers by their delay, and drops an empty file at once only for timers that keep a process alive: the
        // others' stay until their time has come, one for each delay that was ever asked for
        clearTimeout(timer.ref());
      },
    };
  },
};
