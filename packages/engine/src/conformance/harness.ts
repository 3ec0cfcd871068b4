// What a conformance case is given: connections to an engine, however it is reached (in process, over a socket, behind
// a cluster), and a clock that the harness owns. The suite knows no test framework; whoever runs it wraps each case.
import type { ReplyValue } from '@msession/protocol';

/** One caller. Words are text (UTF-8), bytes or numbers; replies are decoded values, errors among them as `ReplyError`. */
export interface ConformancePeer {
  readonly protocol: 2 | 3;
  call(...words: readonly (string | Uint8Array | number)[]): Promise<ReplyValue>;
  /** The next push message's items, in order of arrival; waits for it. */
  nextPush(): Promise<readonly ReplyValue[]>;
  /** Push messages that have arrived and were not taken. */
  pendingPushes(): number;
  /** Hangs up; resolves when the engine has noticed. */
  close(): Promise<void>;
}

export interface ConformanceHarness {
  /** A new caller; RESP3 unless told otherwise. */
  connect(options?: { readonly protocol?: 2 | 3 }): Promise<ConformancePeer>;
  /** Lets time pass: leases, waits and deadlines that fall into it have happened when it resolves. */
  advance(milliseconds: number): Promise<void>;
  /** The engine's wall clock, milliseconds since 1970. */
  nowMs(): number;
  /** Changes engine limits, as CONFIG SET would; in force when it resolves. */
  configure(limits: Partial<import('../engine.js').EngineLimits>): Promise<void>;
  /** Ends everything that `connect` opened and the engine itself. */
  dispose(): Promise<void>;
}

export interface ConformanceCase {
  /** Stable: `S5.waiters-are-served-in-order`; the part before the dot names the section of the semantics. */
  readonly id: string;
  readonly title: string;
  /** What an engine may lack; a harness that lacks it skips the case with that reason. */
  readonly needs?: readonly ('resp2' | 'limits')[];
  run(harness: ConformanceHarness): Promise<void>;
}
