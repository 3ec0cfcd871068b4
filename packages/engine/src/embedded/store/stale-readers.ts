// Tools read a store beside its engine (msession backup, dump, check). One that is killed half way leaves a mark that it is
// still reading, and as long as that stands no page is used again: the file would grow for ever. So somebody has to look now and then
// whether those who read are still there.
import type { RootDatabase } from 'lmdb';
import type { Clock } from '../../engine.js';

const periodMs = 30_000;

export class StaleReaders {
  readonly #root: RootDatabase<unknown, Buffer>;
  readonly #clock: Clock;
  #nextMs: number;

  constructor(root: RootDatabase<unknown, Buffer>, clock: Clock) {
    this.#root = root;
    this.#clock = clock;
    this.#nextMs = clock.monotonicMs() + periodMs;
  }

  /** Takes away the marks of readers that are gone; does nothing when it was called a moment ago. */
  check(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + periodMs;
    this.#root.readerCheck();
  }
}
