// Runs scripts: puts keys and the arguments that every script has in front of its own, sends it to the bucket's node,
// takes notices off the reply, and finishes a move that stood in the way.
import type { EngineLimits } from '@msession/engine';
import type { Request } from '@msession/protocol';
import type { EngineClock } from '../engine-clock.js';
import { bucketKeyLetters, type KeyNames } from '../layout/key-names.js';
import { bucketCount, bucketOf, type Place } from '../layout/place.js';
import type { Script } from '../scripts/script.js';
import { unavailable } from './link-fault.js';
import type { RedisLink } from './redis-link.js';
import { ScriptCall, type WrittenCall } from './script-call.js';

/** What Redis answered: bulk strings as buffers, integers as numbers. */
export type ScriptReply = null | number | string | Buffer | readonly ScriptReply[];

/** What the runner asks of the rest of the engine. */
export interface RunnerHooks {
  /** A notice of a script, in order, before its reply is answered. */
  onNotice(notice: readonly ScriptReply[]): void;
  /** Whether events are wanted: empty for no, `0` without data, `1` with data. */
  eventLetter(): '' | '0' | '1';
  /** Finishes a move that a script met; `intent` is field `g` of the family. */
  finishMove(call: WrittenCall, intent: Buffer): Promise<void>;
}

const bucketArguments = 7;
const limitWords = 3;
const setLetters = ['d', 'e', 'i'];
const slash = 47;
const maxMovesMet = 8;

export class ScriptRunner {
  /** Calls that were sent. */
  roundTrips = 0;
  readonly #link: RedisLink;
  readonly #keys: KeyNames;
  readonly #limits: EngineLimits;
  readonly #clock: EngineClock;
  readonly #hooks: RunnerHooks;
  readonly #call = new ScriptCall();
  /** The six keys of each bucket, written once. */
  readonly #bucketKeys: (Buffer | undefined)[] = new Array(bucketCount).fill(undefined);

  /** Those of the limits that scripts are given, and their words. */
  #writtenLimits = {
    defaultTimeoutSeconds: Number.NaN,
    maxVariablesPerSession: Number.NaN,
    maxSubSessionsPerSession: Number.NaN,
    bytes: Buffer.alloc(0) as Buffer,
  };

  constructor(options: {
    link: RedisLink;
    keys: KeyNames;
    limits: EngineLimits;
    clock: EngineClock;
    hooks: RunnerHooks;
  }) {
    this.#link = options.link;
    this.#keys = options.keys;
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#hooks = options.hooks;
  }

  /**
   * Begins a call about the session that an argument names. The caller writes exactly `own` words and gives the call to
   * `send` without a pause. `moreKeys` are KEYS[2] on (scope `family`) or KEYS[8] on (scope `bucket`).
   */
  begin(
    script: Script,
    request: Request,
    idIndex: number,
    own: number,
    moreKeys: readonly Uint8Array[] = [],
  ): ScriptCall {
    return this.#begin(script, request.buffer, request.start(idIndex), request.end(idIndex), own, moreKeys);
  }

  /** As `begin`, for a session known by its place. */
  beginAt(script: Script, place: Place, own: number, moreKeys: readonly Uint8Array[] = []): ScriptCall {
    return this.#begin(script, place.id, 0, place.id.length, own, moreKeys);
  }

  #begin(
    script: Script,
    bytes: Buffer,
    start: number,
    end: number,
    own: number,
    moreKeys: readonly Uint8Array[],
  ): ScriptCall {
    let familyEnd = start;
    while (familyEnd < end && bytes[familyEnd] !== slash) familyEnd++;
    const subStart = Math.min(familyEnd + 1, end);
    const bucket = bucketOf(bytes, start, familyEnd);
    const call = this.#call;
    const stamp = script.scope === 'bucket' ? this.#clock.stamp() : this.#clock.look();
    if (script.scope === 'family') {
      call.begin(script, bucket, 4 + moreKeys.length + own);
      call.integer(1 + moreKeys.length).joined(this.#keys.familyStart(bucket), bytes, start, familyEnd);
      for (const key of moreKeys) call.bytes(key);
      return call.text(stamp).bytes(bytes, subStart, end);
    }
    const keys = 1 + bucketKeyLetters.length + moreKeys.length;
    call.begin(script, bucket, 1 + keys + bucketArguments + own);
    call.integer(keys).joined(this.#keys.familyStart(bucket), bytes, start, familyEnd);
    call.prepared(this.#keysOf(bucket), bucketKeyLetters.length);
    for (const key of moreKeys) call.bytes(key);
    return call
      .text(stamp)
      .bytes(bytes, subStart, end)
      .bytes(bytes, start, end)
      .text(this.#hooks.eventLetter())
      .prepared(this.#limitWords(), limitWords);
  }

  /** Begins a call of scope `set`, about what a bucket lists. */
  beginSet(script: Script, bucket: number, own: number): ScriptCall {
    const call = this.#call;
    call.begin(script, bucket, 1 + setLetters.length + 1 + own);
    call.integer(setLetters.length);
    for (const letter of setLetters) call.text(this.#keys.ofBucket(bucket, letter));
    return call.text(this.#clock.look());
  }

  /** Sends what was begun; resolves with the value, without notices. Rejects with an `EngineError` only. */
  send(call: ScriptCall): Promise<ScriptReply> {
    return this.#run(call.finish(), 0);
  }

  /** As `send`, ahead of whatever this turn of the event loop is still to ask for: somebody waits for what it does. */
  sendAhead(call: ScriptCall): Promise<ScriptReply> {
    const reply = this.#run(call.finish(), 0);
    this.#link.flush();
    return reply;
  }

  #run(call: WrittenCall, movesMet: number): Promise<ScriptReply> {
    this.roundTrips++;
    return this.#link.runScript(call, (reply) => (Array.isArray(reply) ? this.#unwrap(call, reply, movesMet) : reply));
  }

  /** Takes notices off, and finishes a move that stands in the way. */
  #unwrap(call: WrittenCall, reply: readonly ScriptReply[], movesMet: number): ScriptReply | Promise<ScriptReply> {
    let value: ScriptReply = reply;
    if (call.script.scope === 'bucket') {
      for (let i = 1; i < reply.length; i++) this.#hooks.onNotice(reply[i] as readonly ScriptReply[]);
      value = reply[0] as ScriptReply;
    }
    if (!Array.isArray(value) || value[0] !== -9) return value;
    if (movesMet === maxMovesMet) throw unavailable('the session is being renamed again and again; try again');
    return this.#hooks.finishMove(call, value[1] as Buffer).then(() => this.#run(call, movesMet + 1));
  }

  /** The limits that every script of scope `bucket` is given; they may change while the engine runs. */
  #limitWords(): Buffer {
    const { defaultTimeoutSeconds, maxVariablesPerSession, maxSubSessionsPerSession } = this.#limits;
    const written = this.#writtenLimits;
    if (
      written.defaultTimeoutSeconds !== defaultTimeoutSeconds ||
      written.maxVariablesPerSession !== maxVariablesPerSession ||
      written.maxSubSessionsPerSession !== maxSubSessionsPerSession
    ) {
      const words = [defaultTimeoutSeconds, maxVariablesPerSession, maxSubSessionsPerSession].map(String);
      const bytes = wordsAsBytes(words);
      this.#writtenLimits = { defaultTimeoutSeconds, maxVariablesPerSession, maxSubSessionsPerSession, bytes };
    }
    return this.#writtenLimits.bytes;
  }

  #keysOf(bucket: number): Buffer {
    const known = this.#bucketKeys[bucket];
    if (known !== undefined) return known;
    const words = bucketKeyLetters.map((letter) => this.#keys.ofBucket(bucket, letter));
    const made = wordsAsBytes(words);
    this.#bucketKeys[bucket] = made;
    return made;
  }
}

function wordsAsBytes(words: readonly string[]): Buffer {
  return Buffer.from(words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join(''));
}
