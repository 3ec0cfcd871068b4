// Rounds: every contender once, then all of them again, so that whatever slows the machine for a while slows all.
import { bottleneckOf, processorMoment, processorUse } from './processor-time.js';
import { type Direction, type Figure, type ProcessorUse, type Row, rowOf } from './result.js';
import { spreadOf } from './spread.js';
import { shortFigure } from './text.js';

export interface Measured {
  readonly value: number;
  /** What the server was asked for, to tell its processor time for each. */
  readonly operations?: number;
  readonly extras?: Readonly<Record<string, number>>;
}

export interface Entrant {
  readonly name: string;
  /** Processes whose processor time is the server's; absent where everything happens in this process. */
  readonly pids?: readonly number[];
  /** Load generators that run at once. */
  readonly generators?: number;
  /** Not counted: compiled code and warm caches. */
  readonly warmUp?: () => Promise<unknown>;
  readonly measure: () => Promise<Measured>;
}

export interface ContestOptions {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly better: Direction;
  readonly rounds: number;
  readonly entrants: readonly Entrant[];
  /** Which to divide by which. */
  readonly ratios: readonly (readonly [string, string])[];
  readonly progress: (line: string) => void;
}

interface Round {
  readonly measured: Measured;
  readonly use: ProcessorUse | undefined;
}

export async function runContest(options: ContestOptions): Promise<Row> {
  const { entrants, rounds, progress } = options;
  for (const entrant of entrants) await entrant.warmUp?.();
  const taken = new Map<string, Round[]>(entrants.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    const parts: string[] = [];
    for (const entrant of entrants) {
      taken.get(entrant.name)?.push(await measureOnce(entrant));
      parts.push(`${entrant.name} ${shortFigure(taken.get(entrant.name)?.at(-1)?.measured.value ?? 0)}`);
    }
    progress(`${options.label}  round ${round} of ${rounds}  ${parts.join('  ')}  ${options.unit}`);
  }
  const { id, label, unit, better, ratios } = options;
  const figures = entrants.map((entrant) => figureOfRounds(entrant, taken.get(entrant.name) ?? []));
  return rowOf({ id, label, unit, better, figures, ratios });
}

async function measureOnce({ pids, measure }: Entrant): Promise<Round> {
  if (pids === undefined) return { measured: await measure(), use: undefined };
  const before = processorMoment(pids);
  const measured = await measure();
  return { measured, use: processorUse(before, processorMoment(pids), measured.operations) };
}

function figureOfRounds(entrant: Entrant, rounds: readonly Round[]): Figure {
  const values = rounds.map(({ measured }) => measured.value);
  const median = (pick: (round: Round) => number | undefined) => {
    const known = rounds.map(pick).filter((value) => value !== undefined);
    return known.length === 0 ? undefined : spreadOf(known).median;
  };
  const names = new Set(rounds.flatMap(({ measured }) => Object.keys(measured.extras ?? {})));
  const extras = Object.fromEntries(
    [...names].map((name) => [name, median((one) => one.measured.extras?.[name]) ?? 0]),
  );
  const use = medianUse(rounds);
  return {
    contender: entrant.name,
    rounds: values,
    spread: spreadOf(values),
    ...(use === undefined ? {} : { use, bottleneck: bottleneckOf(use, entrant.generators) }),
    extras,
  };
}

function medianUse(rounds: readonly Round[]): ProcessorUse | undefined {
  const uses = rounds.map(({ use }) => use).filter((use) => use !== undefined);
  if (uses.length === 0) return undefined;
  const median = (pick: (use: ProcessorUse) => number) => spreadOf(uses.map(pick)).median;
  const isCounted = uses.every(({ serverMicroseconds }) => serverMicroseconds !== undefined);
  return {
    server: median((use) => use.server),
    busiestThread: median((use) => use.busiestThread),
    generator: median((use) => use.generator),
    ...(isCounted ? { serverMicroseconds: median((use) => use.serverMicroseconds ?? 0) } : {}),
  };
}
