// Open loop: arrivals come at a fixed rate whether or not the server keeps up, and each one's latency counts from the
// moment it was due. An arrival that finds every connection busy waits in line, and that wait counts. So a server that
// stalls for a second is charged with every request of that second, not with the one that was under way (coordinated
// omission). Knows neither sockets nor clocks: `pump` is called as often as possible with the time.

/** One connection: carries one operation at a time. */
export interface Carrier {
  /** Begins an operation; `done` is called once, with whether it went well. */
  begin(done: (isGood: boolean) => void): void;
}

export interface OpenLoopOptions {
  readonly carriers: readonly Carrier[];
  readonly ratePerSecond: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Arrivals due before it are not recorded. */
  readonly recordFromMs: number;
  /** Time of a reply, on the clock of `pump`. */
  readonly now: () => number;
  readonly record: (latencyMs: number) => void;
  /** How late the generator itself was in handing out an arrival that had a free connection. */
  readonly recordLateness: (latenessMs: number) => void;
}

export class OpenLoop {
  completed = 0;
  failed = 0;
  private readonly options: OpenLoopOptions;
  private readonly free: Carrier[];
  private readonly stepMs: number;
  private readonly total: number;
  private next = 0;
  private underWay = 0;
  /** Arrivals due earlier waited for a connection, so their delay is the server's. */
  private freeSinceMs = Number.NEGATIVE_INFINITY;

  constructor(options: OpenLoopOptions) {
    if (!(options.ratePerSecond > 0)) throw new RangeError('the rate of arrivals must be above 0');
    if (options.carriers.length === 0) throw new RangeError('arrivals need one connection at least');
    this.options = options;
    this.free = [...options.carriers];
    this.stepMs = 1000 / options.ratePerSecond;
    this.total = Math.round(((options.endMs - options.startMs) / 1000) * options.ratePerSecond);
  }

  /** True when every arrival has been answered. */
  get isDone(): boolean {
    return this.next >= this.total && this.underWay === 0;
  }

  /** When the next arrival is due; undefined after the last one. */
  get nextDueMs(): number | undefined {
    return this.next >= this.total ? undefined : this.dueMs(this.next);
  }

  /** Hands out what is due at `nowMs`, as far as connections are free. */
  pump(nowMs: number): void {
    while (this.next < this.total && this.free.length > 0 && this.dueMs(this.next) <= nowMs) {
      const dueMs = this.dueMs(this.next++);
      if (dueMs >= this.options.recordFromMs && dueMs >= this.freeSinceMs) this.options.recordLateness(nowMs - dueMs);
      this.dispatch(this.free.pop() as Carrier, dueMs);
    }
  }

  private dueMs(index: number): number {
    return this.options.startMs + index * this.stepMs;
  }

  private dispatch(carrier: Carrier, dueMs: number): void {
    const { recordFromMs, now, record } = this.options;
    this.underWay++;
    carrier.begin((isGood) => {
      const nowMs = now();
      this.underWay--;
      if (this.free.length === 0) this.freeSinceMs = nowMs;
      this.free.push(carrier);
      if (!isGood) this.failed++;
      if (dueMs >= recordFromMs) {
        this.completed++;
        record(nowMs - dueMs);
      }
      // whoever waits in line goes at once, not at the next look at the clock
      this.pump(nowMs);
    });
  }
}
