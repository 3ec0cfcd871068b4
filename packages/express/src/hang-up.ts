// Tells that a request's client has hung up, to whoever waits for a lock. It has the face of an AbortSignal that waiting
// needs: the making of a real one costs a page under the lock as much as a command does, and nearly no client hangs up.
import type { CancelSignal } from '@msession/client';

export class HangUp implements CancelSignal {
  aborted = false;
  reason: unknown;
  readonly #listeners: (() => void)[] = [];

  /** Listeners are called once, in the order in which they came. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
