// One command on its way to Redis, as ioredis carries it: bytes that are written already, and where they belong. It is no
// `Command` of ioredis, whose promises, timers and lists of arguments cost more than a GETVAL does (measured: 3 of 15
// microseconds), but has all that ioredis asks of one; a test runs it through every topology. It is also a link in the list of what
// is under way, so that a command that was answered is garbage at once, and young.
import type { Command } from 'ioredis';
import type { Script } from '../scripts/script.js';
import { evalBytes, type WrittenCall } from './script-call.js';

/** What is written in place of a command that nobody waits for any more. */
const ping = Buffer.from('*1\r\n$4\r\nPING\r\n');
const noWords: readonly never[] = [];
const settled = Promise.resolve();

/**
 * Scripts that a connection has carried whole. The first call of each takes the script along: a call by digest that its
 * node does not know would be asked again behind later ones, and a pipeline of CREATE and SETVAL come out of order.
 */
const carried = new WeakMap<object, Set<Script>>();

function isFirstOn(stream: object, script: Script): boolean {
  let known = carried.get(stream);
  if (known === undefined) {
    known = new Set();
    carried.set(stream, known);
  }
  if (known.has(script)) return false;
  known.add(script);
  return true;
}

export type Settle = (command: LinkCommand, reply: unknown, error: Error | undefined) => void;

export class LinkCommand {
  readonly name: string;
  readonly args = noWords;
  /** ioredis hands it on to whoever asked, and nobody does. */
  readonly promise = settled;
  readonly isReadOnly = false;
  isTraced = false;
  isSettled = false;
  /** Whether it may have reached Redis: if so, nobody knows what became of it when the connection ends. */
  wasWritten = false;
  /** Set when the caller was told that it failed: it must not be carried out any more. */
  isGivenUp = false;
  /** The connection that it was written to last. */
  stream: object | undefined;
  /** ioredis's Cluster puts its own in front. */
  reject: (error: Error) => void;
  readonly bytes: Buffer;
  readonly #slot: number;
  readonly #settle: Settle;
  readonly #script: WrittenCall | undefined;

  constructor(name: string, bytes: Buffer, slot: number, settle: Settle, script?: WrittenCall) {
    this.#script = script;
    this.name = name;
    this.bytes = bytes;
    this.#slot = slot;
    this.#settle = settle;
    this.reject = this.#fail;
  }

  resolve(reply: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#settle(this, reply, undefined);
  }

  #fail(error: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#settle(this, undefined, error);
  }

  getSlot(): number {
    return this.#slot;
  }

  getKeys(): readonly never[] {
    return noWords;
  }

  setReplyContext(): void {
    // replies are taken as they come
  }

  toWritable(stream: object): Buffer {
    this.stream = stream;
    if (this.isGivenUp) return ping;
    this.wasWritten = true;
    const script = this.#script;
    return script !== undefined && isFirstOn(stream, script.script) ? evalBytes(script) : this.bytes;
  }

  /** As ioredis's types want it. */
  get asCommand(): Command {
    return this as unknown as Command;
  }
}
