// How far something is, on a terminal: one line of standard error that is written over again and again.

export interface ProgressScreen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const periodMs = 200;
const restOfLine = '\x1b[K';

export class ProgressLine {
  readonly #screen: ProgressScreen;
  readonly #now: () => number;
  #nextMs = 0;
  #isShown = false;

  /** Where nobody watches nothing is written. */
  constructor(screen: ProgressScreen, now = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
  }

  /** Shows a text, unless another was shown a moment ago. */
  show(text: () => string): void {
    if (this.#screen.isTTY !== true) return;
    const nowMs = this.#now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + periodMs;
    this.#isShown = true;
    this.#screen.write(`\r${text()}${restOfLine}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isShown) this.#screen.write(`\r${restOfLine}`);
    this.#isShown = false;
  }
}
