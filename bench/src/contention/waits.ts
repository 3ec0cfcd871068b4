// The arithmetic of a contest for one session. Times in nanoseconds in, milliseconds and plain ratios out.
import type { PhpOutcome } from '../php/php-client.js';

export interface ContestFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Longest wait over the mean: near 1 everybody waits alike. */
  readonly fairness: number;
  /** 99th percentile in a queue that loses no time: each waits for the holds of all others, as they were measured. */
  readonly idealP99Ms: number;
  /** Median in that queue. */
  readonly idealP50Ms: number;
  /** Wall time over the sum of all holds, which one after the other cannot beat. */
  readonly wallOverIdeal: number;
  /** Calls of session_start() that gave up. */
  readonly failed: number;
  /** Increments that another overwrote. */
  readonly lost: number;
}

export function contestFigures(outcomes: readonly PhpOutcome[]): ContestFigures {
  const waits = outcomes.flatMap((one) => one.waits);
  const holds = outcomes.flatMap((one) => one.holds);
  const held = outcomes.flatMap((one) => one.starts.map((at, index) => ({ at, hold: one.holds[index] ?? 0 })));
  const ideal = idealWaits(held, outcomes.length);
  const wall = Math.max(...outcomes.map((one) => one.ended)) - Math.min(...outcomes.map((one) => one.began));
  const milliseconds = (nanoseconds: number) => nanoseconds / 1e6;
  const longest = percentile(waits, 1);
  return {
    p50Ms: milliseconds(percentile(waits, 0.5)),
    p99Ms: milliseconds(percentile(waits, 0.99)),
    longestMs: milliseconds(longest),
    fairness: longest / mean(waits),
    idealP50Ms: milliseconds(percentile(ideal, 0.5)),
    idealP99Ms: milliseconds(percentile(ideal, 0.99)),
    wallOverIdeal: wall / (mean(holds) * holds.length),
    failed: outcomes.reduce((sum, one) => sum + one.failed, 0),
    lost: holds.length - Math.max(...outcomes.map((one) => one.count)),
  };
}

/** Waits of a perfect queue of so many processes: the holds of those in front, all but one's own. */
export function idealWaits(
  held: readonly { readonly at: number; readonly hold: number }[],
  processes: number,
): number[] {
  const inOrder = [...held].sort((a, b) => a.at - b.at).map(({ hold }) => hold);
  const others = processes - 1;
  let sum = 0;
  return inOrder.map((hold, index) => {
    const wait = sum;
    sum += hold;
    if (index >= others) sum -= inOrder[index - others] as number;
    return wait;
  });
}

/** The figure below which that part of all lies; 1 is the greatest. */
export function percentile(figures: readonly number[], part: number): number {
  if (figures.length === 0) return 0;
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] as number;
}

function mean(figures: readonly number[]): number {
  return figures.length === 0 ? 0 : figures.reduce((sum, one) => sum + one, 0) / figures.length;
}
