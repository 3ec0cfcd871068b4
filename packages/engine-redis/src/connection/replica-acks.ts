// Holds replies to changes back until replicas have them: WAIT on the connection that carried the change, since Redis
// counts from the last write of that very connection. Changes that were answered in one turn of the event loop share a
// WAIT. It blocks its connection, so it is asked in short pieces, between which others have their turn.
import type { Redis } from 'ioredis';

export interface ReplicaAcksOptions {
  /** How many replicas must have a change. */
  readonly replicas: number;
  /** How long that may take, in milliseconds. */
  readonly timeoutMs: number;
}

const pieceMs = 50;

export class ReplicaAcks {
  readonly #replicas: number;
  readonly #timeoutMs: number;
  /** By connection: what those wait for whose changes were answered in this turn. */
  readonly #gathering = new WeakMap<object, Promise<boolean>>();

  constructor({ replicas, timeoutMs }: ReplicaAcksOptions) {
    this.#replicas = replicas;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves with whether enough replicas have all that was written by this node's connection `stream` so far. */
  confirm(node: Redis, stream: object): Promise<boolean> {
    let shared = this.#gathering.get(stream);
    if (shared === undefined) {
      shared = new Promise((resolve) => {
        setImmediate(() => {
          this.#gathering.delete(stream);
          this.#ask(node, stream).then(resolve, () => resolve(false));
        });
      });
      this.#gathering.set(stream, shared);
    }
    return shared;
  }

  async #ask(node: Redis, stream: object): Promise<boolean> {
    const endMs = performance.now() + this.#timeoutMs;
    do {
      // another connection has written nothing yet, and would be told that nothing is missing
      if (node.stream !== stream) return false;
      if ((await node.wait(this.#replicas, pieceMs)) >= this.#replicas) return node.stream === stream;
    } while (performance.now() < endMs);
    return false;
  }
}
