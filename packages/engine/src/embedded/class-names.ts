// Class names are few and repeated (`phpsession`): each is kept once, counted, and known to sessions by number.

export class ClassNames {
  readonly #numbers = new Map<string, number>();
  readonly #names: (Buffer | undefined)[] = [Buffer.alloc(0)];
  readonly #uses: number[] = [0];
  readonly #vacant: number[] = [];

  /** The number of a name, counted once more. The empty name is 0 and is not counted. */
  acquire(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      this.#uses[known] = (this.#uses[known] as number) + 1;
      return known;
    }
    const number = this.#vacant.pop() ?? this.#names.length;
    this.#names[number] = Buffer.from(text, 'latin1');
    this.#uses[number] = 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** Counts a name once more. */
  share(number: number): number {
    if (number !== 0) this.#uses[number] = (this.#uses[number] as number) + 1;
    return number;
  }

  release(number: number): void {
    if (number === 0) return;
    const uses = (this.#uses[number] as number) - 1;
    this.#uses[number] = uses;
    if (uses > 0) return;
    this.#numbers.delete((this.#names[number] as Buffer).toString('latin1'));
    this.#names[number] = undefined;
    this.#vacant.push(number);
  }

  name(number: number): Buffer {
    return this.#names[number] as Buffer;
  }
}
