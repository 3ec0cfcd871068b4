// Writes one script call as the bytes that Redis reads: once, straight from where the words are to where it is sent from.
// One instance is used for all calls of a runner, since a call is written and sent without a pause; what was written is
// not touched again, since it may have to be sent to another node.
import type { Request } from '@msession/protocol';
import type { KeyNames } from '../layout/key-names.js';
import type { Script } from '../scripts/script.js';

const crlf = 0x0a0d;
/** Calls are written one behind the other into pieces of memory of this size, and sent from there. */
const slabBytes = 65_536;
const longestUsualCall = 1024;

/** A call that is written. `evalsha` is sent; where a node does not know the script, `bodyStart` on goes behind an EVAL. */
export interface WrittenCall {
  readonly script: Script;
  readonly bucket: number;
  readonly evalsha: Buffer;
  readonly bodyStart: number;
  readonly words: number;
}

export class ScriptCall {
  #buffer = Buffer.allocUnsafeSlow(slabBytes);
  /** Where the call that is being written starts; what stands before belongs to calls that are under way. */
  #start = 0;
  #at = 0;
  #missing = 0;
  #words = 0;
  #bodyStart = 0;
  #bucket = 0;
  #script: Script | undefined;

  /** `words`: how many stand behind the digest, the number of keys and the keys included. */
  begin(script: Script, bucket: number, words: number): void {
    this.#script = script;
    this.#bucket = bucket;
    this.#words = words;
    this.#missing = words;
    this.#at = this.#start;
    const head = headOf(script, words);
    this.#reserve(head.length);
    this.#buffer.set(head, this.#at);
    this.#at += head.length;
    this.#bodyStart = head.length;
  }

  bytes(source: Uint8Array, start = 0, end = source.length): this {
    const length = end - start;
    this.#head(length);
    if (length < 48) {
      const buffer = this.#buffer;
      let at = this.#at;
      for (let i = start; i < end; i++) buffer[at++] = source[i] as number;
    } else {
      this.#buffer.set(source.subarray(start, end), this.#at);
    }
    this.#at += length;
    return this.#tail();
  }

  argument(request: Request, index: number): this {
    return this.bytes(request.buffer, request.start(index), request.end(index));
  }

  /** A word of which the parts are joined. */
  joined(first: Uint8Array, second: Uint8Array, start: number, end: number): this {
    this.#head(first.length + end - start);
    this.#buffer.set(first, this.#at);
    let at = this.#at + first.length;
    const buffer = this.#buffer;
    for (let i = start; i < end; i++) buffer[at++] = second[i] as number;
    this.#at = at;
    return this.#tail();
  }

  /** ASCII. */
  text(word: string): this {
    this.#head(word.length);
    if (word.length < 24) {
      const buffer = this.#buffer;
      for (let i = 0; i < word.length; i++) buffer[this.#at++] = word.charCodeAt(i);
    } else {
      this.#at += this.#buffer.write(word, this.#at, 'latin1');
    }
    return this.#tail();
  }

  integer(value: number): this {
    return this.text(String(value));
  }

  /** Words that were written before, `count` of them. */
  prepared(bytes: Buffer, count: number): this {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
    this.#missing -= count;
    return this;
  }

  finish(): WrittenCall {
    if (this.#missing !== 0 || this.#script === undefined)
      throw new Error(`${this.#missing} words are missing in a call of ${this.#script?.name}`);
    const evalsha = this.#buffer.subarray(this.#start, this.#at);
    this.#start = this.#at;
    // what is nearly full would be copied; what is large would be kept by small calls
    if (this.#start > slabBytes - longestUsualCall) {
      this.#buffer = Buffer.allocUnsafeSlow(slabBytes);
      this.#start = 0;
    }
    return { script: this.#script, bucket: this.#bucket, evalsha, bodyStart: this.#bodyStart, words: this.#words };
  }

  #head(length: number): void {
    this.#reserve(length + 24);
    this.#missing--;
    const buffer = this.#buffer;
    buffer[this.#at++] = 36;
    if (length < 10) buffer[this.#at++] = 48 + length;
    else if (length < 100) {
      buffer[this.#at++] = 48 + ((length / 10) | 0);
      buffer[this.#at++] = 48 + (length % 10);
    } else {
      const digits = String(length);
      buffer.write(digits, this.#at, 'latin1');
      this.#at += digits.length;
    }
    this.#crlf();
  }

  #tail(): this {
    this.#crlf();
    return this;
  }

  #crlf(): void {
    this.#buffer[this.#at++] = crlf & 0xff;
    this.#buffer[this.#at++] = crlf >> 8;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const written = this.#at - this.#start;
    const larger = Buffer.allocUnsafeSlow(Math.max(slabBytes, 2 * written + bytes + longestUsualCall));
    larger.set(this.#buffer.subarray(this.#start, this.#at));
    this.#buffer = larger;
    this.#start = 0;
    this.#at = written;
  }
}

/** What every call of a script with so many words begins with. */
function headOf(script: Script, words: number): Buffer {
  let known = heads.get(script);
  if (known === undefined) {
    known = new Map();
    heads.set(script, known);
  }
  let head = known.get(words);
  if (head === undefined) {
    head = Buffer.from(`*${words + 2}\r\n$7\r\nEVALSHA\r\n$40\r\n${script.sha1}\r\n`);
    if (words <= mostUsualWords) known.set(words, head);
  }
  return head;
}

const heads = new Map<Script, Map<number, Buffer>>();
const mostUsualWords = 64;

/** The same call for a node that does not know the script yet. */
export function evalBytes(call: WrittenCall): Buffer {
  const { text } = call.script;
  const head = `*${call.words + 2}\r\n$4\r\nEVAL\r\n$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  return Buffer.concat([Buffer.from(head), call.evalsha.subarray(call.bodyStart)]);
}

/** Id of the family that a call is about. */
export function familyOfCall(call: WrittenCall, keys: KeyNames): Buffer {
  const bytes = call.evalsha;
  // the number of keys, then the family's key
  const length = bytes.indexOf('\r\n', bytes.indexOf('\r\n', call.bodyStart) + 2) + 2;
  const start = bytes.indexOf('\r\n', length) + 2;
  const end = start + Number(bytes.toString('latin1', length + 1, start - 2));
  return Buffer.from(bytes.subarray(start + keys.familyStart(call.bucket).length, end));
}
