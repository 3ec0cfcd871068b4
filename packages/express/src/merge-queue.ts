// Merges of one session take turns once they have met: those of one process among themselves, those of several by a lock
// of their own on the server. Both are first come, first served, so that a crowd of requests does not spend its tries on
// each other; the lock of the session itself is not touched, and nobody who holds it is waited for.
import type { MsessionClient } from '@msession/client';

const longestIdBytes = 255;

export class MergeQueue {
  readonly #client: MsessionClient;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(client: MsessionClient) {
    this.#client = client;
  }

  /** Runs the work when earlier merges of this process are done. */
  inTurn<Result>(serverId: string, work: () => Promise<Result>): Promise<Result> {
    const previous = this.#last.get(serverId);
    const turn = previous === undefined ? work() : previous.then(work, work);
    this.#last.set(serverId, turn);
    const leave = () => {
      if (this.#last.get(serverId) === turn) this.#last.delete(serverId);
    };
    turn.then(leave, leave);
    return turn;
  }

  /**
   * Queues behind the merges of other processes; answers how to let the next one go. Where the queue cannot be had the
   * merge goes on without it: it only saves tries.
   */
  async enter(serverId: string, limits: { readonly waitMs: number; readonly leaseMs: number }): Promise<() => void> {
    const id = `${serverId}~merge`;
    if (Buffer.byteLength(id) > longestIdBytes) return () => {};
    try {
      const lock = await this.#client.lock(id, { ...limits, renewForMs: 0, create: true, note: 'merge' });
      return () => void lock.release().catch(() => {});
    } catch {
      return () => {};
    }
  }
}
