// What a bench is, and what it is told. Adding one: implement `Bench` in a folder of its own and name it in catalogue.ts.
import type { BenchResult } from './result.js';

export interface BenchContext {
  /** Seconds instead of minutes; for looking and for the gate, not for quoting. */
  readonly isQuick: boolean;
  /** Interleaved rounds of each case. */
  readonly rounds: number;
  /** Only cases whose id has this text. */
  readonly caseText?: string;
  /** Length of the long open-loop measurements. */
  readonly openLoopSeconds: number;
  /** Largest number of sessions. */
  readonly maxSessions: number;
  /** Tells how far it is, on standard error. */
  readonly progress: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  /** One line for `--list`. */
  readonly about: string;
  /** Rough length of a full run on two cores, for `--list`. */
  readonly minutes: number;
  /** Runs with the others when nothing is chosen. */
  readonly isInAll: boolean;
  run(context: BenchContext): Promise<BenchResult>;
}

/** Whether `--case` lets this one through. */
export function isWanted(context: BenchContext, id: string): boolean {
  return context.caseText === undefined || id.includes(context.caseText);
}
