// Ends of leases that nobody waits for. They matter to listeners for `unlocked`, who want to hear of them in time: then
// each lock has a timer at the front-end that granted it. Otherwise the sweeper comes by, for what a reservation left
// behind, and for locks that were bound to a front-end that died.
import type { EngineClock } from '../engine-clock.js';
import type { LockScripts } from './lock-scripts.js';

/** What the buckets list, as the sweep asks for it. */
export interface LockLists {
  /** Ids of a bucket whose lease is over, or all of them where a front-end that was here is dead. */
  overdue(bucket: number): Promise<readonly string[]>;
  /** All ids that are locked, each with its end of the lease in milliseconds since 1970. */
  leases(): Promise<readonly (readonly [idText: string, untilMs: number])[]>;
}

export interface LeaseWatchOptions {
  readonly clock: EngineClock;
  readonly scripts: LockScripts;
  readonly lists: LockLists;
  /** Whether somebody listens for `unlocked`. */
  readonly isWanted: () => boolean;
}

/** Nobody waits for what is swept: each bucket is looked at in one of so many rounds. */
const roundsBetween = 16;

export class LeaseWatch {
  readonly #watched = new Map<string, { readonly dueMs: number; cancel(): void }>();
  readonly #options: LeaseWatchOptions;
  #isClosed = false;
  #rounds = 0;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  /** A lock of this id was granted or extended. */
  begin(idText: string, leaseMs: number): void {
    if (this.#options.isWanted()) this.#watch(idText, leaseMs);
  }

  /** A session was renamed: its lock goes along, and those of its sub-sessions. */
  renamed(oldText: string, newText: string): void {
    if (!this.#options.isWanted()) return;
    for (const [idText, { dueMs, cancel }] of [...this.#watched]) {
      if (!idText.startsWith(`${oldText}/`)) continue;
      cancel();
      this.#watched.delete(idText);
      this.#watch(newText + idText.slice(oldText.length), Math.max(1, dueMs - this.#options.clock.wallMs()));
    }
    // whoever granted it
    void this.#look(newText);
  }

  /** Somebody began to listen: from now on each lease that runs is watched. */
  async watchAll(): Promise<void> {
    const { lists, clock } = this.#options;
    for (const [idText, untilMs] of await lists.leases()) this.#watch(idText, Math.max(1, untilMs - clock.wallMs()));
  }

  /** Notices what ended in a bucket without anybody's waiting for it; called for all buckets in turn, round by round. */
  async sweep(bucket: number): Promise<void> {
    const { lists, scripts } = this.#options;
    if (bucket === 0) this.#rounds++;
    if ((bucket + this.#rounds) % roundsBetween !== 0) return;
    for (const idText of await lists.overdue(bucket)) await scripts.look(idText);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#watched.values()) timer.cancel();
    this.#watched.clear();
  }

  #watch(idText: string, delayMs: number): void {
    if (this.#isClosed) return;
    const { clock } = this.#options;
    this.#watched.get(idText)?.cancel();
    const timer = clock.schedule(delayMs, () => void this.#look(idText));
    this.#watched.set(idText, { dueMs: clock.wallMs() + delayMs, cancel: () => timer.cancel() });
  }

  /** Whether a lease has ended; if not, when to look again. */
  async #look(idText: string): Promise<void> {
    this.#watched.delete(idText);
    try {
      const { leftMs } = await this.#options.scripts.look(idText);
      if (leftMs > 0 && !this.#watched.has(idText)) this.#watch(idText, leftMs);
    } catch {
      // the sweep comes by
    }
  }
}
