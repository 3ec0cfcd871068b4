// How cases say what they expect of a reply: plain values stand for what a client would see, and a failure names the
// command it belongs to. Text stands for simple and bulk strings alike, since clients do not tell them apart.
import assert from 'node:assert/strict';
import { ReplyError, ReplyMap, type ReplyValue, replyText } from '@msession/protocol';
import type { ConformanceHarness, ConformancePeer } from './harness.js';

export type Words = readonly [string, ...(string | Uint8Array | number)[]];

/** An error reply with this code. */
export class Refused {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }
}

export function refused(code: string): Refused {
  return new Refused(code);
}

/** A map of these entries in this order; in RESP2 the flat array of them. */
export class Entries {
  readonly entries: readonly (readonly [string | Buffer, Expected])[];

  constructor(entries: readonly (readonly [string | Buffer, Expected])[]) {
    this.entries = entries;
  }
}

export function entries(...list: readonly (readonly [string | Buffer, Expected])[]): Entries {
  return new Entries(list);
}

/** Text or bytes of a string, a number, null, items of an array, or one of the matchers above; a RegExp for text. */
export type Expected = null | string | number | Buffer | RegExp | Refused | Entries | readonly Expected[];

function shown(value: unknown): string {
  if (value instanceof ReplyError) return `-${value.code} ${value.message}`;
  if (value instanceof Refused) return `-${value.code}`;
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('latin1'));
  if (value instanceof RegExp) return String(value);
  if (value instanceof ReplyMap || value instanceof Entries) {
    return `{${value.entries.map(([key, item]) => `${shown(key)}: ${shown(item)}`).join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing');
}

function flattened(list: Entries): Expected[] {
  return list.entries.flatMap(([key, value]) => [key, value instanceof Entries ? flattened(value) : value]);
}

function matches(actual: ReplyValue | undefined, expected: Expected): boolean {
  if (expected instanceof Refused) return actual instanceof ReplyError && actual.code === expected.code;
  if (expected instanceof RegExp) {
    const text = replyText(actual);
    return text !== undefined && expected.test(text);
  }
  if (Buffer.isBuffer(expected)) return Buffer.isBuffer(actual) && actual.equals(expected);
  if (expected instanceof Entries) {
    if (!(actual instanceof ReplyMap)) return matches(actual, flattened(expected));
    return (
      actual.entries.length === expected.entries.length &&
      expected.entries.every(([key, value], i) => {
        const entry = actual.entries[i];
        return entry !== undefined && matches(entry[0], key) && matches(entry[1], value);
      })
    );
  }
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item: Expected, i) => matches(actual[i] as ReplyValue, item))
    );
  }
  if (typeof expected === 'string') return replyText(actual) === expected;
  return actual === expected;
}

function shownWords(words: readonly (string | Uint8Array | number)[]): string {
  return words
    .map((word) => (typeof word === 'object' ? JSON.stringify(Buffer.from(word).toString('latin1')) : String(word)))
    .map((word) => (word.length > 60 ? `${word.slice(0, 57)}...` : word))
    .join(' ');
}

/** Asserts what a reply is; `what` names it in the message. */
export function assertReply(actual: ReplyValue | undefined, expected: Expected, what: string): void {
  assert.ok(matches(actual, expected), `${what}: answered ${shown(actual)}, expected ${shown(expected)}`);
}

/** Sends a command and asserts its reply. */
export async function expectReply(peer: ConformancePeer, words: Words, expected: Expected): Promise<void> {
  assertReply(await peer.call(...words), expected, shownWords(words));
}

/** Sends several commands, one after the other, that all answer OK. */
export async function expectOk(peer: ConformancePeer, ...commands: readonly Words[]): Promise<void> {
  for (const words of commands) await expectReply(peer, words, 'OK');
}

/** Sends a command that answers an integer, and answers it. */
export async function integerOf(peer: ConformancePeer, ...words: Words): Promise<number> {
  const reply = await peer.call(...words);
  assert.equal(typeof reply, 'number', `${shownWords(words)}: answered ${shown(reply)}, expected an integer`);
  return reply as number;
}

/** Sends a command that answers text, and answers it. */
export async function textOf(peer: ConformancePeer, ...words: Words): Promise<string> {
  const reply = await peer.call(...words);
  const text = replyText(reply);
  assert.ok(text !== undefined, `${shownWords(words)}: answered ${shown(reply)}, expected text`);
  return text;
}

/** Sends a command that answers an array of text, and answers it. */
export async function textsOf(peer: ConformancePeer, ...words: Words): Promise<string[]> {
  const reply = await peer.call(...words);
  assert.ok(Array.isArray(reply), `${shownWords(words)}: answered ${shown(reply)}, expected an array`);
  return reply.map((item: ReplyValue) => {
    const text = replyText(item);
    assert.ok(text !== undefined, `${shownWords(words)}: ${shown(item)} among the items, expected text`);
    return text;
  });
}

/** Takes a lock that is free; answers its key. */
export function takeLock(peer: ConformancePeer, id: string, ...options: readonly (string | number)[]): Promise<number> {
  return integerOf(peer, 'SLOCK', id, ...options);
}

/** Asserts the next push message, `[lock, ticket, id, code, key, data]`; answers the key. */
export async function expectGrant(
  peer: ConformancePeer,
  ticket: number,
  id: string,
  code: string,
  data: Expected = null,
): Promise<number> {
  const items = await peer.nextPush();
  const what = `the push of ticket ${ticket}`;
  assert.equal(items.length, 6, `${what} has ${items.length} items, expected 6`);
  assertReply(items.slice(0, 4), ['lock', ticket, id, code], what);
  assertReply(items[5], data, `data of ${what}`);
  if (code !== 'OK') assertReply(items[4], null, `key of ${what}`);
  else assert.equal(typeof items[4], 'number', `key of ${what} is ${shown(items[4])}, expected an integer`);
  return Number(items[4] ?? 0);
}

/** The records of a LOCKS reply: its fields by name, whether the reply has maps or flat arrays. */
export function recordsOf(reply: ReplyValue | undefined): Map<string, ReplyValue>[] {
  assert.ok(Array.isArray(reply), `answered ${shown(reply)}, expected an array of records`);
  return reply.map((item: ReplyValue) => {
    if (item instanceof ReplyMap) return new Map(item.entries.map(([key, value]) => [replyText(key) ?? '', value]));
    assert.ok(Array.isArray(item), `${shown(item)} among the records, expected a map or a flat array`);
    const fields = new Map<string, ReplyValue>();
    for (let i = 0; i + 1 < item.length; i += 2)
      fields.set(replyText(item[i] as ReplyValue) ?? '', item[i + 1] as ReplyValue);
    return fields;
  });
}

/**
 * Resolves when as many requests as that wait for a lock: calls on several connections arrive in any order unless one
 * waits for the other. Asks through a connection of its own.
 */
export async function waitersArrive(harness: ConformanceHarness, id: string, count: number): Promise<void> {
  const observer = await harness.connect();
  for (let tries = 0; tries < 10_000; tries++) {
    const waiters = recordsOf(await observer.call('LOCKS', id))[0]?.get('waiters');
    if (Array.isArray(waiters) && waiters.length === count) return observer.close();
  }
  assert.fail(`${count} requests should wait for the lock by now`);
}

/** Whether a call has been answered by now, with a few turns of the event loop in hand. */
export async function isPending(call: Promise<unknown>): Promise<boolean> {
  let answered = false;
  const note = () => {
    answered = true;
  };
  call.then(note, note);
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  return !answered;
}
