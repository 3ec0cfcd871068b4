// A batch on its way to the thread that writes: what is written down of a large one leaves ahead of its end, so that its
// memory is used again and a batch of any size takes the same. What left counts only with the end of the batch.
import { BatchBuilder, type BatchPart, giveBack } from './batch.js';
import type { StoreWriter } from './store-writer.js';

/** So many parts leave together: a transaction of LMDB, which has a flush of its own. */
const partsAtOnce = 4;
/** With so many waiting behind those under way, writing down pauses. */
const mostWaiting = 8;
/** Memory kept for the next parts; shared memory that is let go waits for full collections in two threads (bench `scale`). */
const keptBytes = 16 * 1024 * 1024;

export class BatchStream {
  /** Whether parts are on disk for whose batch the end is still missing. */
  hasBegun = false;
  readonly #writer: StoreWriter;
  readonly #pool: SharedArrayBuffer[] = [];
  #builder: BatchBuilder;
  #underWay: Promise<void> | undefined;
  /** Whether the writer takes no parts ahead now: then all of them go with the end. */
  #isRefused = false;

  constructor(writer: StoreWriter) {
    this.#writer = writer;
    this.#builder = new BatchBuilder(this.#pool);
  }

  /** Begins a batch, with parts of an earlier one that did not reach the disk in front. */
  begin(unwritten: readonly BatchPart[]): BatchBuilder {
    this.#isRefused = false;
    this.#builder = new BatchBuilder(this.#pool, unwritten);
    return this.#builder;
  }

  /** Sends parts ahead where enough are full; a promise when writing down should wait. */
  relieve(): Promise<void> | undefined {
    const builder = this.#builder;
    if (this.#isRefused || builder.fullParts < partsAtOnce) return undefined;
    if (this.#underWay !== undefined) return builder.fullParts < mostWaiting ? undefined : this.#underWay;
    const parts = builder.takeFull(partsAtOnce);
    this.#underWay = this.#writer.run({ kind: 'part', parts }).then(({ error }) => {
      this.#underWay = undefined;
      if (error === undefined) {
        this.hasBegun = true;
        this.giveBack(parts);
      } else {
        // whatever it is, the end of the batch meets it too, and tells
        this.#isRefused = true;
        builder.putBack(parts);
      }
    });
    return undefined;
  }

  /** The parts that are left to go with the end of the batch. */
  async finish(): Promise<readonly BatchPart[]> {
    await this.#underWay;
    return this.#builder.finish();
  }

  /** Memory of parts that were written. */
  giveBack(parts: readonly BatchPart[]): void {
    giveBack(parts, this.#pool, keptBytes);
  }
}
