import { describe, expect, test } from 'vitest';
import { WriterPauses } from './writer-pauses.js';

/** A thread whose pieces of work take so long each; what it slept is added up. */
function threadOf(intervalMs: number, pieceMs: number, lateMs = 0) {
  let nowMs = 0;
  let sleptMs = 0;
  const pauses = new WriterPauses(intervalMs, {
    nowMs: () => nowMs,
    sleep: (milliseconds) => {
      nowMs += milliseconds + lateMs;
      sleptMs += milliseconds + lateMs;
    },
  });
  const work = (untilMs: number) => {
    let longestMs = 0;
    for (let beganMs = nowMs; nowMs < untilMs; ) {
      nowMs += pieceMs;
      longestMs = Math.max(longestMs, nowMs - beganMs);
      const before = sleptMs;
      pauses.take();
      if (sleptMs > before) beganMs = nowMs;
    }
    return longestMs;
  };
  return { pauses, work, slept: () => sleptMs };
}

describe('the thread that writes', () => {
  test('works for no longer than a stretch and a piece without a pause', () => {
    const thread = threadOf(1000, 0.01);
    expect(thread.work(300)).toBeLessThan(0.15);
    expect(thread.slept()).toBeGreaterThan(100);
  });

  test.each([0, 0.1])('spends half of an interval in pauses at most, though each is %s ms late', (lateMs) => {
    const thread = threadOf(20, 0.01, lateMs);
    thread.work(20);
    // one that is late may go past it by that
    expect(thread.slept()).toBeLessThanOrEqual(10 + lateMs + 1e-9);
    expect(thread.slept()).toBeGreaterThan(9);
    thread.work(40);
    expect(thread.slept()).toBeGreaterThan(18);
    expect(thread.slept()).toBeLessThanOrEqual(20 + 2 * lateMs + 0.3);
  });

  test('does not pause for work that somebody waits for', () => {
    const thread = threadOf(1000, 0.01);
    thread.pauses.isAllowed = false;
    thread.work(300);
    expect(thread.slept()).toBe(0);
    thread.pauses.isAllowed = true;
    thread.work(600);
    expect(thread.slept()).toBeGreaterThan(0);
  });
});

test('a pause ends by itself', () => {
  const pauses = new WriterPauses(1000);
  for (let i = 0; i < 100; i++) pauses.take();
});
