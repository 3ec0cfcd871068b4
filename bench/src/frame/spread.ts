/** The middle of some figures, and how far the others are from it. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** @throws RangeError for no figures at all */
export function spreadOf(figures: readonly number[]): Spread {
  if (figures.length === 0) throw new RangeError('a spread needs figures');
  const sorted = [...figures].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] as number;
  return { median: (lower + upper) / 2, lowest: sorted[0] as number, highest: sorted.at(-1) as number };
}
