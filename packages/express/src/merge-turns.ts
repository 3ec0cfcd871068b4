// Merges of one session in this process take turns: each then meets at most the writes of other processes, and a crowd of
// requests does not spend its tries on each other.

export class MergeTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const previous = this.#last.get(id) ?? Promise.resolve();
    const turn = previous.then(work, work);
    this.#last.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    }
  }
}
