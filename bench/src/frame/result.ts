// What benches measure, in one shape for all of them, so that pages, charts and the gate know nothing of what was
// measured. A row is one case; its figures are one for each contender; its ratios compare contenders round by round.
import { type Spread, spreadOf } from './spread.js';

export type Direction = 'higher' | 'lower';

/** What held a measurement back: whichever had no processor time left; `waiting` when nobody was short of it. */
export type Bottleneck = 'server' | 'generator' | 'machine' | 'waiting';

/** Processor use during a measurement, in cores: 1 is one core all the time. */
export interface ProcessorUse {
  readonly server: number;
  /** The server's thread that worked most. */
  readonly busiestThread: number;
  readonly generator: number;
  /** Microseconds of the server's processor time for one operation, where operations were counted. */
  readonly serverMicroseconds?: number;
}

export interface Figure {
  readonly contender: string;
  readonly rounds: readonly number[];
  readonly spread: Spread;
  readonly use?: ProcessorUse;
  readonly bottleneck?: Bottleneck;
  /** Medians of what was measured beside the figure, by column name: `p99 ms`. */
  readonly extras: Readonly<Record<string, number>>;
}

export interface Ratio {
  readonly of: string;
  readonly to: string;
  readonly rounds: readonly number[];
  readonly spread: Spread;
}

export interface Row {
  /** Stable from run to run: the gate finds it by this. */
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly better: Direction;
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
}

export interface Chart {
  /** Ends the file name: `throughput-headline.svg`. */
  readonly name: string;
  readonly title: string;
  readonly subtitle?: string;
  readonly kind: 'bars' | 'lines';
  readonly categories: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly valueAxis: string;
  readonly isLogarithmic?: boolean;
  /** Categories run down the page, for long names. */
  readonly isHorizontal?: boolean;
  /** A line across the chart, such as the target. */
  readonly mark?: { readonly value: number; readonly label: string };
}

export interface Section {
  readonly title: string;
  readonly text: readonly string[];
  readonly rows: readonly Row[];
  readonly charts?: readonly Chart[];
}

/** A line of a table of targets. */
export interface Verdict {
  readonly what: string;
  readonly against: string;
  readonly target: string;
  readonly reached: string;
  readonly isReached: boolean;
}

export interface BenchResult {
  readonly bench: string;
  readonly title: string;
  /** How it was measured, one fact each. */
  readonly settings: readonly string[];
  /** Command lines of the servers, without paths and ports. */
  readonly servers: readonly string[];
  readonly verdicts?: readonly Verdict[];
  readonly sections: readonly Section[];
}

/** Ratio of two lists of rounds, each round with its neighbour in time. */
export function ratioOf(of: Figure, to: Figure): Ratio {
  if (of.rounds.length !== to.rounds.length)
    throw new RangeError(`${of.contender} has ${of.rounds.length} rounds and ${to.contender} ${to.rounds.length}`);
  const rounds = of.rounds.map((value, round) => value / (to.rounds[round] as number));
  return { of: of.contender, to: to.contender, rounds, spread: spreadOf(rounds) };
}

/** A figure without processor use, from its rounds. */
export function figureOf(
  contender: string,
  rounds: readonly number[],
  extras: Readonly<Record<string, number>> = {},
): Figure {
  return { contender, rounds, spread: spreadOf(rounds), extras };
}

/** A row of figures, each pair of `ratios` compared round by round; pairs that were not measured are left out. */
export function rowOf(row: Omit<Row, 'ratios'> & { readonly ratios: readonly (readonly [string, string])[] }): Row {
  const named = (name: string) => row.figures.find((figure) => figure.contender === name);
  return {
    ...row,
    ratios: row.ratios.flatMap(([of, to]) => {
      const [first, second] = [named(of), named(to)];
      return first === undefined || second === undefined ? [] : [ratioOf(first, second)];
    }),
  };
}
