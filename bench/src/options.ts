// What `npm run bench --` may be told.
import { parseArgs } from 'node:util';
import type { Bench } from './frame/bench.js';

export interface BenchOptions {
  readonly benches: readonly Bench[];
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly openLoopSeconds: number;
  readonly maxSessions: number;
  readonly caseText?: string;
  /** Baseline to compare with. */
  readonly against?: string;
  /** File to write a baseline into. */
  readonly saveBaseline?: string;
  readonly outFolder?: string;
  readonly isWriting: boolean;
  readonly note?: string;
}

export class UsageError extends Error {}

export function usageText(benches: readonly Bench[]): string {
  const width = Math.max(...benches.map(({ name }) => name.length)) + 2;
  return `npm run bench -- [options]

  --only NAME[,NAME]    these benches; without it all but numbers
  --case TEXT           only cases whose id has that text: read-16, memory, php
  --quick               seconds instead of minutes; for looking and for the gate, writes no pages
  --rounds N            interleaved rounds of each case; default 5, with --quick 3
  --seconds N           length of the long open-loop measurement; default 120, with --quick 2
  --sessions N          largest number of sessions; default 1000000, with --quick 10000
  --against FILE        compares ratios with that baseline; exit code 1 when one fell
  --save-baseline FILE  keeps this run's ratios for --against
  --out FOLDER          for pages, JSON and charts; default docs/benchmarks
  --no-write            prints only
  --note TEXT           said on every page, such as that other work ran beside it
  --list                the benches

${benches.map(({ name, about, minutes }) => `  ${name.padEnd(width)}${about} (about ${minutes} min)`).join('\n')}`;
}

/** @throws UsageError that says what is wrong; undefined when only the usage is wanted */
export function parseOptions(words: readonly string[], all: readonly Bench[]): BenchOptions | undefined {
  const values = valuesOf(words);
  if (values.help || values.list) return undefined;
  const isQuick = values.quick;
  return {
    benches: chosenBenches(values.only, all),
    isQuick,
    rounds: wholeNumber('--rounds', values.rounds, isQuick ? 3 : 5, 1, 100),
    openLoopSeconds: wholeNumber('--seconds', values.seconds, isQuick ? 2 : 120, 1, 86_400),
    maxSessions: wholeNumber('--sessions', values.sessions, isQuick ? 10_000 : 1_000_000, 1000, 100_000_000),
    ...(values.case === undefined ? {} : { caseText: values.case }),
    ...(values.against === undefined ? {} : { against: values.against }),
    ...(values['save-baseline'] === undefined ? {} : { saveBaseline: values['save-baseline'] }),
    ...(values.out === undefined ? {} : { outFolder: values.out }),
    ...(values.note === undefined ? {} : { note: values.note }),
    // part of a bench must not replace the page of the whole, unless a place for it is named
    isWriting: values.write && (values.out !== undefined || (!isQuick && values.case === undefined)),
  };
}

function valuesOf(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        only: { type: 'string' },
        case: { type: 'string' },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        sessions: { type: 'string' },
        against: { type: 'string' },
        'save-baseline': { type: 'string' },
        out: { type: 'string' },
        write: { type: 'boolean', default: true },
        note: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function chosenBenches(only: string | undefined, all: readonly Bench[]): Bench[] {
  if (only === undefined) return all.filter(({ isInAll }) => isInAll);
  return only.split(',').map((name) => {
    const bench = all.find((one) => one.name === name);
    if (bench === undefined)
      throw new UsageError(`there is no bench ${name}; there are ${all.map((one) => one.name).join(', ')}`);
    return bench;
  });
}

function wholeNumber(flag: string, text: string | undefined, fallback: number, least: number, most: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`${flag} is a whole number from ${least} to ${most}, not ${text}`);
  return value;
}
