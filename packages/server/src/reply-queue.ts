// Keeps the replies of one connection in request order when some of them become known later. While it is empty, replies
// need no queue and go straight to the socket. It holds bytes only: each entry owns its own.

import type { DeferredReply } from '@msession/protocol';

/** The place of one reply in the order. */
export interface ReplySlot {
  /** Null until the reply is known, and while `reply` has it. */
  bytes: Buffer | null;
  /** A reply that is known and not written yet. */
  reply: DeferredReply | null;
  /** Replies that these bytes are. */
  readonly replies: number;
  /** The version the connection spoke when the command ran. */
  readonly version: 2 | 3;
  /** Somebody has answered; a second answer is ignored. */
  isSettled: boolean;
}

export class ReplyQueue {
  #entries: ReplySlot[] = [];
  #heldBytes = 0;
  #heldReplies = 0;

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Bytes of known replies that wait for earlier ones. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Replies that have not left yet, known or not. */
  get heldReplies(): number {
    return this.#heldReplies;
  }

  /** Whether this slot is all there is. */
  isOnly(slot: ReplySlot | null): boolean {
    return this.#entries.length === 1 && this.#entries[0] === slot;
  }

  /** Takes the next place in the order, for bytes to come. */
  open(version: 2 | 3, replies = 1): ReplySlot {
    const slot: ReplySlot = { bytes: null, reply: null, replies, version, isSettled: false };
    this.#entries.push(slot);
    this.#heldReplies += replies;
    return slot;
  }

  /** Fills a place; `takeReady` then says what may leave. */
  fill(slot: ReplySlot, bytes: Buffer): void {
    slot.bytes = bytes;
    this.#heldBytes += bytes.length;
  }

  /** Removes and answers what is known from the front on. */
  takeReady(): ReplySlot[] {
    let count = 0;
    for (const entry of this.#entries) {
      if (entry.bytes === null && entry.reply === null) break;
      this.#heldBytes -= entry.bytes?.length ?? 0;
      this.#heldReplies -= entry.replies;
      count++;
    }
    if (count < this.#entries.length) return count === 0 ? [] : this.#entries.splice(0, count);
    const ready = this.#entries;
    this.#entries = [];
    return ready;
  }

  /** Those that are known and have to wait for others. */
  *waiting(): IterableIterator<ReplySlot> {
    for (const entry of this.#entries) if (entry.reply !== null) yield entry;
  }

  /** Forgets everything: the connection is gone. */
  clear(): void {
    this.#entries = [];
    this.#heldBytes = 0;
    this.#heldReplies = 0;
  }
}
