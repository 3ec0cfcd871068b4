// One command on its way to Redis, as ioredis carries it: bytes that are written already, and where they belong. It is no
// `Command` of ioredis, whose promises, timers and lists of arguments cost more than a GETVAL does (measured: 3 of 15
// microseconds), but has all that ioredis asks of one; a test runs it through every topology. A call is also a link in the list of
// what is under way, so that one that was answered is garbage at once, and young.
import type { Writable } from 'node:stream';
import type { Command } from 'ioredis';
import type { Script } from '../scripts/script.js';
import { isRedirection } from './link-fault.js';
import { evalBytes, type WrittenCall } from './script-call.js';
import type { ScriptReply } from './script-runner.js';

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

/** A command until it is answered, maybe sent several times. */
export interface LinkCall {
  bytes: Buffer;
  readonly slot: number;
  readonly isRepeatable: boolean;
  /** Undefined for a plain command, and once the script goes along whole. */
  script: WrittenCall | undefined;
  /** 0 when it has been answered. */
  deadlineMs: number;
  command: LinkCommand | undefined;
  readonly receive: (reply: ScriptReply) => ScriptReply | Promise<ScriptReply>;
  readonly resolve: (reply: ScriptReply | Promise<ScriptReply>) => void;
  readonly reject: (error: Error) => void;
  previous: LinkCall | undefined;
  next: LinkCall | undefined;
}

/** Who sends commands, and hears of them. */
export interface LinkCarrier {
  /** A command is about to be written to a connection. */
  willWrite(stream: Writable): void;
  settled(command: LinkCommand, reply: ScriptReply, error: Error | undefined): void;
}

export class LinkCommand {
  /** What it is matters to nobody but ioredis, which treats all scripts alike. */
  readonly name = 'evalsha';
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
  readonly call: LinkCall;
  readonly #carrier: LinkCarrier;
  /** What ioredis's Cluster puts in front of `#fail`: it follows redirections there. */
  #redirect: ((error: Error) => void) | undefined;

  constructor(call: LinkCall, carrier: LinkCarrier) {
    this.call = call;
    this.#carrier = carrier;
  }

  get reject(): (error: Error) => void {
    return this.#redirect === undefined ? this.#fail : this.#refuse;
  }

  set reject(redirect: (error: Error) => void) {
    this.#redirect = redirect;
  }

  /** Where a node sends it elsewhere it was not carried out there, and elsewhere may not be reached. */
  #refuse(error: Error): void {
    if (isRedirection(error)) this.wasWritten = false;
    this.#redirect?.(error);
  }

  resolve(reply: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#carrier.settled(this, reply as ScriptReply, undefined);
  }

  #fail(error: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#carrier.settled(this, null, error);
  }

  getSlot(): number {
    return this.call.slot;
  }

  getKeys(): readonly never[] {
    return noWords;
  }

  setReplyContext(): void {
    // replies are taken as they come
  }

  toWritable(stream: Writable): Buffer {
    this.stream = stream;
    this.#carrier.willWrite(stream);
    if (this.isGivenUp) return ping;
    this.wasWritten = true;
    const { script, bytes } = this.call;
    return script !== undefined && isFirstOn(stream, script.script) ? evalBytes(script) : bytes;
  }

  /** As ioredis's types want it. */
  get asCommand(): Command {
    return this as unknown as Command;
  }
}
