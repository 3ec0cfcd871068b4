// The store's own time. In memory times are on the monotonic clock, whose zero means nothing to another process; on disk
// they are on this one, which goes on where it stood when the last batch was written, plus what passed on the wall clock
// since. A wall clock that is set while the process runs, or set back while it does not, shortens no life.
import type { Clock } from '../../engine.js';
import type { StoreState } from './store-environment.js';

export class StoreTime {
  readonly #offsetMs: number;

  constructor(clock: Clock, state: Pick<StoreState, 'storeMs' | 'wallMs'> | undefined) {
    const wallMs = clock.wallMs();
    const nowMs = state === undefined ? wallMs : state.storeMs + Math.max(0, wallMs - state.wallMs);
    this.#offsetMs = nowMs - clock.monotonicMs();
  }

  toStore(monotonicMs: number): number {
    return monotonicMs + this.#offsetMs;
  }

  toMonotonic(storeMs: number): number {
    return storeMs - this.#offsetMs;
  }
}
