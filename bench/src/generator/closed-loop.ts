// Closed loop: every connection begins its next operation when the last one is answered. Finds the highest rate; its
// latencies say little, since a server that stalls is asked less.
import type { Carrier } from './open-loop.js';

export interface ClosedLoopOptions {
  readonly carriers: readonly Carrier[];
  readonly endMs: number;
  readonly recordFromMs: number;
  readonly now: () => number;
  readonly record: (latencyMs: number) => void;
}

export interface ClosedLoopResult {
  readonly completed: number;
  readonly failed: number;
}

/** Ends when each connection's last operation is answered; counts those that began and ended while recording. */
export async function runClosedLoop(options: ClosedLoopOptions): Promise<ClosedLoopResult> {
  const { carriers, endMs, recordFromMs, now, record } = options;
  let completed = 0;
  let failed = 0;
  await Promise.all(
    carriers.map(
      (carrier) =>
        new Promise<void>((resolve) => {
          const begin = () => {
            const startMs = now();
            if (startMs >= endMs) return resolve();
            carrier.begin((isGood) => {
              const doneMs = now();
              if (!isGood) failed++;
              if (startMs >= recordFromMs && doneMs <= endMs) {
                completed++;
                record(doneMs - startMs);
              }
              begin();
            });
          };
          begin();
        }),
    ),
  );
  return { completed, failed };
}
