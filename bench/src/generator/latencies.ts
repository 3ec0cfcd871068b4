// Latencies in an HDR histogram of microseconds, three digits exact.
import { build, decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';

export function newLatencies(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: 3 });
}

export function recordMs(latencies: Histogram, milliseconds: number): void {
  latencies.recordValue(Math.max(1, Math.round(milliseconds * 1000)));
}

export function percentileMs(latencies: Histogram, percentile: number): number {
  return latencies.totalCount === 0 ? 0 : latencies.getValueAtPercentile(percentile) / 1000;
}

/** One histogram of several runs. */
export function addedUp(encoded: readonly string[]): Histogram {
  const all = newLatencies();
  for (const one of encoded) all.add(decodeFromCompressedBase64(one));
  return all;
}
