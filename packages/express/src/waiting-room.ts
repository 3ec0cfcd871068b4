// Who may wait for a lock on the server at a time. The server caps the waiters of a lock; beyond a few, a process keeps
// its own in line here, in order of arrival, and the time spent here counts as waiting.
import type { CancelSignal } from '@msession/client';
import { SessionStoreError } from './errors.js';

interface Line {
  waiting: number;
  readonly next: (() => void)[];
}

export class WaitingRoom {
  readonly #lines = new Map<string, Line>();
  readonly #seats: number;
  readonly #places: number;

  /** `seats` of a session wait on the server, `places` more of them here. */
  constructor(seats: number, places: number) {
    this.#seats = seats;
    this.#places = places;
  }

  /** Runs `wait` when it is its turn. Rejects with LOCK_BUSY, LOCK_TIMEOUT or the signal's reason without running it. */
  run<Result>(
    id: string,
    limits: { readonly waitMs: number; readonly signal: CancelSignal | undefined },
    wait: (remainingMs: number) => Promise<Result>,
  ): Promise<Result> {
    if (limits.signal?.aborted === true) return Promise.reject(limits.signal.reason);
    const known = this.#lines.get(id);
    const line = known ?? { waiting: 0, next: [] };
    if (known === undefined) this.#lines.set(id, line);
    if (line.waiting >= this.#seats) return this.#runLater(id, line, limits, wait);
    line.waiting++;
    return this.#seated(id, line, wait(Math.max(0, Math.ceil(limits.waitMs))));
  }

  async #runLater<Result>(
    id: string,
    line: Line,
    limits: { readonly waitMs: number; readonly signal: CancelSignal | undefined },
    wait: (remainingMs: number) => Promise<Result>,
  ): Promise<Result> {
    const startedAtMs = performance.now();
    await this.#queue(line, limits);
    const remainingMs = limits.waitMs - (performance.now() - startedAtMs);
    return this.#seated(id, line, wait(Math.max(0, Math.ceil(remainingMs))));
  }

  /** Whoever leaves hands its seat to the next in line, so nobody gets in between. */
  #seated<Result>(id: string, line: Line, waiting: Promise<Result>): Promise<Result> {
    const leave = () => {
      const next = line.next.shift();
      if (next !== undefined) next();
      else if (--line.waiting === 0) this.#lines.delete(id);
    };
    return waiting.then(
      (result) => {
        leave();
        return result;
      },
      (error: unknown) => {
        leave();
        throw error;
      },
    );
  }

  #queue(line: Line, limits: { readonly waitMs: number; readonly signal: CancelSignal | undefined }): Promise<void> {
    if (line.next.length >= this.#places)
      throw new SessionStoreError('LOCK_BUSY', `${this.#seats + this.#places} requests wait for this session already`);
    const { signal } = limits;
    return new Promise((resolve, reject) => {
      const leave = (error: unknown) => {
        done();
        line.next.splice(line.next.indexOf(enter), 1);
        reject(error);
      };
      const enter = () => {
        done();
        resolve();
      };
      const abort = () => leave(signal?.reason);
      const timer = setTimeout(
        () => leave(new SessionStoreError('LOCK_TIMEOUT', `the session was in use for ${limits.waitMs} ms`)),
        limits.waitMs,
      );
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      signal?.addEventListener('abort', abort, { once: true });
      line.next.push(enter);
    });
  }
}
