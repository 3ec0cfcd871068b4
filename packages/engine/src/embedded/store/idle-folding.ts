// Empties the journal into the tables while nothing changes, so that the next start has nothing to fold, and at an end.
import type { Clock } from '../../engine.js';
import type { StoreWriter } from './store-writer.js';

/** How long nothing changes before the journal is folded, and how much of it nobody minds to wait for. */
const idleMs = 3000;
const foldedAtOnce = 512;
const foldedAtEnd = 16_384;

export interface IdleFoldingOptions {
  readonly writer: StoreWriter;
  readonly clock: Clock;
  /** Whether batches are in the journal and not in the tables. */
  readonly isAnyLeft: () => boolean;
  /** Whether nothing changed meanwhile. */
  readonly mayGoOn: () => boolean;
  /** Some was folded; the number of the last batch in the tables. */
  readonly onFolded: (settled: number) => void;
  readonly onNotice: (message: string) => void;
}

export class IdleFolding {
  readonly #options: IdleFoldingOptions;
  #timer: { cancel(): void } | undefined;

  constructor(options: IdleFoldingOptions) {
    this.#options = options;
  }

  /** Folds after a while, unless it is cancelled before. */
  whenIdle(): void {
    const { clock, isAnyLeft, mayGoOn, onNotice } = this.#options;
    if (!isAnyLeft() || !mayGoOn()) return;
    this.#timer ??= clock.schedule(idleMs, () => {
      this.#foldSome().catch((error: Error) => onNotice(`the journal of the store was not folded: ${error.message}`));
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #foldSome(): Promise<void> {
    const { writer, isAnyLeft, mayGoOn, onFolded } = this.#options;
    while (mayGoOn() && isAnyLeft()) {
      const { error, settled } = await writer.run({ kind: 'fold', count: foldedAtOnce, isAwaited: false });
      // a disk that is full shows when something is to be written; this can wait
      if (error !== undefined) break;
      onFolded(settled);
    }
    this.#timer = undefined;
    this.whenIdle();
  }

  /** Folds all of it, where there is room for that; what is in the journal is on disk as it is. */
  async rest(): Promise<void> {
    const { writer, isAnyLeft, onFolded, onNotice } = this.#options;
    while (isAnyLeft()) {
      const { error, settled } = await writer.run({ kind: 'fold', count: foldedAtEnd, isAwaited: true });
      if (error !== undefined) {
        onNotice(`the journal of the store is left to the next start: ${error}`);
        return;
      }
      onFolded(settled);
    }
  }
}
