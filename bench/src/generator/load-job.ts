// What the load generator is told and what it tells, as JSON between processes.

/**
 * A request of the mix, chosen by weight. In its words `{id}` is the id of a random session below `sessions`, written
 * into `idPattern`; `{new}` an id that nobody had before; `{data}` text of `dataBytes`; `{number}` a number that changes.
 */
export interface MixedRequest {
  readonly weight: number;
  readonly words: readonly string[];
}

export type Traffic =
  | {
      readonly kind: 'resp';
      readonly mix: readonly MixedRequest[];
      readonly sessions: number;
      /** Has `{id}` replaced by twelve digits, as redis-benchmark does with `__rand_int__`. */
      readonly idPattern: string;
      readonly dataBytes: number;
    }
  /** A page's session: takes the lock with the data, then writes and frees it. */
  | { readonly kind: 'page'; readonly sessions: number; readonly dataBytes: number }
  /** GET / with the cookie of a random visitor; their sessions are made first. */
  | { readonly kind: 'http'; readonly visitors: number };

export interface LoadJob {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Not recorded, in front of `seconds`. */
  readonly warmUpSeconds: number;
  /** Arrivals a second, all connections together; absent: closed loop. */
  readonly ratePerSecond?: number;
  readonly traffic: Traffic;
}

export interface LoadOutcome {
  readonly completed: number;
  /** Error replies and statuses; 0 in a good run. */
  readonly failed: number;
  readonly firstFailure?: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** 99.9th percentile of the generator's own delay in handing out arrivals; 0 in closed loop. */
  readonly generatorLateP999Ms: number;
  /** All latencies, as hdr-histogram's compressed base64, in microseconds: for adding up slices. */
  readonly histogram: string;
}
