// All connections by number. Numbers grow and are never used twice while the process lives; in-process callers
// (plugins) take theirs from here, too.
import type { Connection } from './connection.js';

let lastId = 0;

/** The next caller number of this process. */
export function nextCallerId(): number {
  return ++lastId;
}

export class ConnectionRegistry {
  readonly #connections = new Map<number, Connection>();
  #whenEmpty: (() => void)[] = [];
  /** Monotonic milliseconds as of the last sweep: good enough for timeouts in seconds, and free to read. */
  nowMs = 0;

  get size(): number {
    return this.#connections.size;
  }

  add(connection: Connection): void {
    this.#connections.set(connection.id, connection);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection.id);
    if (this.#connections.size > 0) return;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }

  get(id: number): Connection | undefined {
    return this.#connections.get(id);
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#connections.values();
  }

  /** Resolves when there is no connection. */
  whenEmpty(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }
}
