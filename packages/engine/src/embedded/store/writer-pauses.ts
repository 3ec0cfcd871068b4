// Short pauses of the thread that writes. Where processors are few, whoever wakes the loop that answers requests may keep
// it on its own processor while this thread has another, for as long as this thread computes; as soon as it pauses, the
// loop is moved to the processor that became free (bench `tail`, docs/benchmarks/limits.md).

/** It works for so many milliseconds at a stretch, and pauses for so many. */
const stretchMs = 0.1;
const pauseMs = 0.2;
/** No more than this part of an interval is spent in pauses: what is to be on disk by its end must not wait for them long. */
const pausedShare = 0.5;

/** Time as this thread sees it. */
export interface ThreadTime {
  readonly nowMs: () => number;
  readonly sleep: (milliseconds: number) => void;
}

export class WriterPauses {
  /** Whether the present work may take its time. */
  isAllowed = true;
  readonly #intervalMs: number;
  readonly #time: ThreadTime;
  #stretchBeganMs = 0;
  #intervalBeganMs = Number.NEGATIVE_INFINITY;
  #pausedMs = 0;

  /** @param intervalMs how often a batch is written */
  constructor(intervalMs: number, time: ThreadTime = threadTime()) {
    this.#intervalMs = intervalMs;
    this.#time = time;
  }

  /** Pauses if it is time for that; to be called between any two small pieces of work. */
  take(): void {
    if (!this.isAllowed) return;
    const nowMs = this.#time.nowMs();
    if (nowMs - this.#stretchBeganMs < stretchMs) return;
    if (nowMs - this.#intervalBeganMs >= this.#intervalMs) {
      this.#intervalBeganMs = nowMs;
      this.#pausedMs = 0;
    }
    this.#stretchBeganMs = nowMs;
    if (this.#pausedMs + pauseMs > this.#intervalMs * pausedShare) return;
    this.#time.sleep(pauseMs);
    this.#stretchBeganMs = this.#time.nowMs();
    this.#pausedMs += this.#stretchBeganMs - nowMs;
  }
}

function threadTime(): ThreadTime {
  const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return { nowMs: () => performance.now(), sleep: (milliseconds) => void Atomics.wait(nobody, 0, 0, milliseconds) };
}
