// One command on its way to Redis, as ioredis carries it: bytes that are written already, and where they belong.
import { Command } from 'ioredis';

/** What is written in place of a command that nobody waits for any more. */
const ping = Buffer.from('*1\r\n$4\r\nPING\r\n');

export class LinkCommand extends Command {
  readonly #bytes: Buffer;
  readonly #slot: number;
  /** Whether it may have reached Redis: if so, nobody knows what became of it when the connection ends. */
  wasWritten = false;
  /** The connection that it was written to last. */
  stream: object | undefined;
  /** Set when the caller was told that it failed: it must not be carried out any more. */
  isGivenUp = false;

  constructor(name: string, bytes: Buffer, slot: number) {
    super(name, [], { replyEncoding: null });
    this.#bytes = bytes;
    this.#slot = slot;
  }

  override getSlot(): number {
    return this.#slot;
  }

  override getKeys(): Buffer[] {
    return [];
  }

  override toWritable(stream: object): Buffer {
    this.stream = stream;
    if (this.isGivenUp) return ping;
    this.wasWritten = true;
    return this.#bytes;
  }
}
