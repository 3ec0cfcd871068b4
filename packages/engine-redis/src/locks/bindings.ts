// The locks that are bound to connections of this front-end, so that a hang-up frees them. The engine has the last
// word: what was freed, taken or dropped by others meanwhile is told by message, and forgotten at the end of its lease
// when the message is lost.

export interface Binding {
  readonly key: number;
  idText: string;
  /** By the front-end's monotonic clock. */
  untilMs: number;
}

export class Bindings {
  readonly #byCaller = new Map<number, Map<number, Binding>>();
  readonly #callerOf = new Map<number, number>();

  /** Locks that are bound, as far as this front-end knows. */
  get size(): number {
    return this.#callerOf.size;
  }

  add(callerId: number, binding: Binding): void {
    let own = this.#byCaller.get(callerId);
    if (own === undefined) {
      own = new Map();
      this.#byCaller.set(callerId, own);
    }
    own.set(binding.key, binding);
    this.#callerOf.set(binding.key, callerId);
  }

  get(key: number): Binding | undefined {
    const callerId = this.#callerOf.get(key);
    return callerId === undefined ? undefined : this.#byCaller.get(callerId)?.get(key);
  }

  /** Forgets a lock; answers what was known of it. */
  remove(key: number): Binding | undefined {
    const callerId = this.#callerOf.get(key);
    if (callerId === undefined) return undefined;
    this.#callerOf.delete(key);
    const own = this.#byCaller.get(callerId);
    const binding = own?.get(key);
    own?.delete(key);
    if (own?.size === 0) this.#byCaller.delete(callerId);
    return binding;
  }

  /** Forgets the locks of a caller; answers them in the order in which they were taken. */
  take(callerId: number): Binding[] {
    const own = [...(this.#byCaller.get(callerId)?.values() ?? [])].sort((left, right) => left.key - right.key);
    for (const { key } of own) this.remove(key);
    return own;
  }

  *all(): IterableIterator<Binding> {
    for (const own of this.#byCaller.values()) yield* own.values();
  }
}
