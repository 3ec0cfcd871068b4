// Memory for commands that arrive in pieces, shared by all parsers of a process. Large values often do: memory made for each
// of them would be counted by the collector, and full collections would take longer than the commands (bench `throughput`,
// 64 KiB). What is handed out is not cleared.

/** Kept for later commands, bytes of all together. */
const keptBytes = 4 * 1024 * 1024;
/** Larger than this is not kept: such commands are few, and copying them costs more than memory for them. */
const largestKept = 1024 * 1024;
const smallest = 512;

export class PieceMemory {
  readonly #kept = new Map<number, Buffer[]>();
  #bytes = 0;

  /** Memory of so many bytes at least, and a quarter more at most. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    const buffer = this.#kept.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#bytes -= size;
    return buffer;
  }

  /** Takes back what `take` answered; nobody reads it any more. */
  giveBack(buffer: Buffer): void {
    const size = buffer.length;
    if (size > largestKept || this.#bytes + size > keptBytes) return;
    const others = this.#kept.get(size);
    if (others === undefined) this.#kept.set(size, [buffer]);
    else others.push(buffer);
    this.#bytes += size;
  }
}

/** Four sizes between a power of two and the next, so that memory of one command fits another. */
function sizeFor(bytes: number): number {
  if (bytes <= smallest) return smallest;
  if (bytes > largestKept) return bytes;
  const step = 2 ** (29 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}
