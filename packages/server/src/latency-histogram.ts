// Durations counted in buckets, four to each doubling from a microsecond to a quarter of a minute: a fixed amount of
// memory, a few instructions to record, and quantiles that are right within a fifth.
const bucketsPerOctave = 4;
const octaves = 24;
const bucketCount = bucketsPerOctave * octaves;

/** Upper bounds of the octaves in seconds: the buckets that metrics show. */
export const octaveBoundsSeconds: readonly number[] = Array.from({ length: octaves }, (_, i) => 2 ** (i + 1) / 1e6);

export class LatencyHistogram {
  readonly #counts = new Float64Array(bucketCount);
  #count = 0;
  #sumMs = 0;

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  record(milliseconds: number): void {
    const microseconds = Math.max(1, milliseconds * 1000);
    const bucket = Math.min(bucketCount - 1, Math.floor(Math.log2(microseconds) * bucketsPerOctave));
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    this.#sumMs += Math.max(0, milliseconds);
  }

  /** Durations up to each of `octaveBoundsSeconds`, each number including those before it. */
  cumulative(): readonly number[] {
    let sum = 0;
    return octaveBoundsSeconds.map((_, octave) => {
      for (let i = 0; i < bucketsPerOctave; i++) sum += this.#counts[octave * bucketsPerOctave + i] as number;
      return sum;
    });
  }

  /** Microseconds that a share (0 to 1) of the durations stayed within: the upper bound of its bucket; 0 for none. */
  quantileMicroseconds(share: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let sum = 0;
    let bucket = 0;
    while (bucket < bucketCount - 1) {
      sum += this.#counts[bucket] as number;
      if (sum >= rank) break;
      bucket++;
    }
    return 2 ** ((bucket + 1) / bucketsPerOctave);
  }

  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sumMs = 0;
  }
}
