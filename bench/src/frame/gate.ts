// The regression gate: ratios of this run against those of a baseline, never times, since machines differ and ratios
// between neighbours on one machine differ much less. How far a ratio may fall follows from how far it strayed by itself.
import type { BenchResult, Direction } from './result.js';
import type { Spread } from './spread.js';
import { markdownTable, ratioText } from './text.js';

export interface BaselineRatio {
  /** Bench, row and the two contenders. */
  readonly id: string;
  readonly better: Direction;
  readonly spread: Spread;
}

export interface Baseline {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly note?: string;
  readonly ratios: readonly BaselineRatio[];
}

export interface GateLine extends BaselineRatio {
  readonly now: Spread | undefined;
  readonly tolerance: number;
  readonly verdict: 'held' | 'fell' | 'rose' | 'not measured';
}

/** Below this a change is noise whatever the rounds say; above the other the figure says nothing. */
const leastTolerance = 0.15;
const mostTolerance = 0.6;

/** All ratios of a run, one line for each, as a baseline keeps them. */
export function ratiosOf(results: readonly BenchResult[]): BaselineRatio[] {
  return results.flatMap(({ bench, sections }) =>
    sections.flatMap(({ rows }) =>
      rows.flatMap((row) =>
        row.ratios.map(({ of, to, spread }) => ({
          id: `${bench}/${row.id}: ${of} / ${to}`,
          better: row.better,
          spread,
        })),
      ),
    ),
  );
}

/** Half of both ranges, relative to their medians: what the rounds strayed by themselves, then and now. */
export function toleranceOf(then: Spread, now: Spread): number {
  const stray = (spread: Spread) => (spread.highest - spread.lowest) / 2 / spread.median;
  return Math.min(mostTolerance, Math.max(leastTolerance, stray(then) + stray(now)));
}

/**
 * Compares what the chosen benches measured with the baseline. A ratio that the baseline has of a chosen bench and the
 * run has not counts against the run: a case that stopped being measured must not look like one that held.
 */
export function compareRatios(
  baseline: readonly BaselineRatio[],
  now: readonly BaselineRatio[],
  chosen: (id: string) => boolean,
): GateLine[] {
  const found = new Map(now.map((ratio) => [ratio.id, ratio.spread]));
  return baseline
    .filter(({ id }) => chosen(id))
    .map((then) => {
      const current = found.get(then.id);
      if (current === undefined) return { ...then, now: undefined, tolerance: 0, verdict: 'not measured' };
      const tolerance = toleranceOf(then.spread, current);
      const change = current.median / then.spread.median;
      const gain = then.better === 'higher' ? change : 1 / change;
      const verdict = gain < 1 - tolerance ? 'fell' : gain > 1 / (1 - tolerance) ? 'rose' : 'held';
      return { ...then, now: current, tolerance, verdict };
    });
}

export function isPassed(lines: readonly GateLine[]): boolean {
  return lines.length > 0 && lines.every(({ verdict }) => verdict === 'held' || verdict === 'rose');
}

/** What fell, and how many held. */
export function gateReport(lines: readonly GateLine[]): string {
  const bad = lines.filter(({ verdict }) => verdict === 'fell' || verdict === 'not measured');
  const rose = lines.filter(({ verdict }) => verdict === 'rose').length;
  const sum = `${lines.length - bad.length} of ${lines.length} ratios held${rose > 0 ? `, ${rose} of them rose` : ''}`;
  if (lines.length === 0) return 'the baseline has no ratio of the benches that ran: nothing was compared';
  if (bad.length === 0) return sum;
  const table = markdownTable(
    ['ratio', 'better', 'baseline', 'now', 'may change by', ''],
    bad.map(({ id, better, spread, now, tolerance, verdict }) => [
      id,
      better,
      spreadText(spread),
      now === undefined ? '' : spreadText(now),
      now === undefined ? '' : `${Math.round(tolerance * 100)} %`,
      verdict,
    ]),
  );
  return `${sum}; these did not:\n\n${table}`;
}

function spreadText({ median, lowest, highest }: Spread): string {
  return `${ratioText(median)} (${ratioText(lowest)} to ${ratioText(highest)})`;
}
