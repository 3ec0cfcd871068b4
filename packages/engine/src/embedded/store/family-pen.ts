// Writes families into a batch, each with what the tables have to know of it: where it was filed before, and where now.
import { copyBytes } from '../copy-bytes.js';
import type { LockTable } from '../lock-table.js';
import { headWord, idOffset } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import { byteOffset, chunkOf } from '../slab-memory.js';
import type { AddressList } from './address-list.js';
import type { BatchBuilder } from './batch.js';
import type { EndedIds } from './ended-ids.js';
import { earliestDeadlineMs, type FamilyCodec } from './family-codec.js';
import { familyKey } from './store-keys.js';
import type { StoreTime } from './store-time.js';

export interface FamilyPenOptions {
  readonly sessions: Sessions;
  readonly locks: LockTable;
  readonly codec: FamilyCodec;
  readonly time: StoreTime;
  /** Deadlines up to this second have been looked at: a family filed there must be filed anew. */
  readonly sweptSecond: () => number;
}

/** Families looked at together. */
const together = 16;
const cacheLineBytes = 64;

export class FamilyPen {
  readonly #options: FamilyPenOptions;
  readonly #blocks = new Uint32Array(2 * together);
  /** Sum of what was read, so that no compiler finds the reading idle. */
  touched = 0;
  readonly #sessions: Sessions;
  /** Used for each family anew: a buffer for each would be garbage by the ten thousand in every batch. */
  readonly #key = Buffer.allocUnsafe(4 + 255);

  constructor(options: FamilyPenOptions) {
    this.#options = options;
    this.#sessions = options.sessions;
  }

  /**
   * Touches what the next families of a list lie in, as `Foresight` does before requests: memory is waited for once for all
   * of them (bench `headline`, `write-1`). Zeros in the list are passed over.
   */
  foresee({ items: families, length }: AddressList, from: number): void {
    const { bytes, words } = this.#sessions.memory;
    const blocks = this.#blocks;
    const many = Math.min(together, length - from);
    let touched = 0;
    for (let i = 0; i < many; i++) {
      const parent = families[from + i] as number;
      if (parent === 0) continue;
      const offset = byteOffset(parent);
      const chunk = bytes[chunkOf(parent)] as Buffer;
      touched += (chunk[offset] as number) + (chunk[offset + cacheLineBytes] as number);
    }
    for (let i = 0; i < many; i++) {
      const parent = families[from + i] as number;
      const head = byteOffset(parent) >> 2;
      const chunk = words[chunkOf(parent)] as Uint32Array;
      blocks[2 * i] = parent === 0 ? 0 : (chunk[head + headWord.variables] as number);
      blocks[2 * i + 1] = parent === 0 ? 0 : (chunk[head + headWord.data] as number);
    }
    for (let i = 0; i < 2 * many; i++) {
      const block = blocks[i] as number;
      if (block === 0) continue;
      const offset = byteOffset(block);
      const chunk = bytes[chunkOf(block)] as Buffer;
      touched += (chunk[offset] as number) + (chunk[offset + cacheLineBytes] as number);
    }
    this.touched = (this.touched + touched) | 0;
  }

  /** Writes a family as it is now; `batch` is the number of the batch. */
  writeFamily(builder: BatchBuilder, parent: number, batch: number): void {
    const sessions = this.#sessions;
    const filedBefore = sessions.word(parent, headWord.filedSecond);
    const filed = this.#filedSecond(parent, filedBefore);
    builder.beginPut(this.#key, filedBefore, this.#fillKey(parent));
    builder.endPut(this.#options.codec.write(builder.writer, parent, filed));
    sessions.setWord(parent, headWord.filedSecond, filed);
    sessions.setWord(parent, headWord.writtenIn, batch);
    sessions.setWord(parent, headWord.changed, 0);
  }

  /** Fills `#key` with a family's key; answers its length. */
  #fillKey(parent: number): number {
    const { memory, hasher } = this.#sessions;
    const bytes = memory.bytes[chunkOf(parent)] as Buffer;
    const start = byteOffset(parent) + idOffset;
    const end = start + (this.#sessions.word(parent, headWord.shape) & 0xff);
    this.#key.writeUInt32BE(hasher.hash(bytes, start, end), 0);
    copyBytes(bytes, start, end, this.#key, 4);
    return 4 + end - start;
  }

  /** An entry that is early stays as it is, until it has come up. */
  #filedSecond(parent: number, filedBefore: number): number {
    const earliest = earliestDeadlineMs(this.#sessions, parent);
    if (earliest === Number.POSITIVE_INFINITY) return 0;
    const second = Math.max(1, Math.min(0xffffffff, Math.floor(this.#options.time.toStore(earliest) / 1000)));
    if (filedBefore !== 0 && filedBefore <= second && filedBefore > this.#options.sweptSecond()) return filedBefore;
    return second;
  }

  /** Writes that ids ended. */
  writeEnded(builder: BatchBuilder, ended: EndedIds): void {
    for (let number = 0; number < ended.count; number++) {
      this.#key.writeUInt32BE(ended.hashAt(number), 0);
      builder.remove(this.#key, ended.filedAt(number), 4 + ended.copyId(number, this.#key, 4));
    }
  }

  /** Writes what became of ids that were only reserved. */
  writeReservations(builder: BatchBuilder, reservations: ReadonlySet<string>): void {
    const { locks, codec } = this.#options;
    for (const idText of reservations) {
      const lock = locks.lockOf(idText);
      const id = Buffer.from(idText, 'latin1');
      if (this.#sessions.table.find(this.#sessions.hasher.hash(id, 0, id.length), id, 0, id.length) !== 0) continue;
      const key = this.#keyOf(idText);
      if (lock === undefined || lock.key === 0) {
        builder.remove(key, 0);
      } else {
        builder.beginPut(key, 0);
        codec.writeReservation(builder.writer, lock);
        builder.endPut(true);
      }
    }
  }

  #keyOf(idText: string): Buffer {
    const id = Buffer.from(idText, 'latin1');
    return familyKey(this.#sessions.hasher.hash(id, 0, id.length), id, 0, id.length);
  }
}
