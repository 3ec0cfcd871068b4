// Turns decoded replies into the values the reply schema promises, whether they came as RESP2 or RESP3. Each schema is
// compiled once. What does not fit its schema is BAD_REPLY: a reply is never guessed at.
import {
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplyPush,
  type ReplySchema,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
  replyText,
} from '@msession/protocol';
import { ConnectionError } from './errors.js';
import type { Encoding } from './options.js';

/** Reads one reply; throws a ConnectionError with code BAD_REPLY if it has another shape. */
export type ReplyReader = (value: ReplyValue, encoding: Encoding) => unknown;

export function compileReply(schema: ReplySchema): ReplyReader {
  switch (schema.type) {
    case 'ok':
      return (value) => (replyText(value) === 'OK' ? 'OK' : mismatch('OK'));
    case 'text':
      return (value) => replyText(value) ?? mismatch('text');
    case 'bytes':
      return readBytes;
    case 'integer':
      return readInteger;
    case 'null':
      return (value) => (value === null ? null : mismatch('null'));
    case 'any':
      return looseReply;
    case 'array':
      return compileArray(schema.items);
    case 'tuple':
      return compileTuple(schema.items);
    case 'map':
      return compileMap(schema.keys, schema.values);
    case 'record':
      return compileRecord(schema.fields);
    case 'oneOf':
      return compileOneOf(schema.of);
  }
}

/** A reply without a schema: verbatim strings and doubles unwrapped, maps as `Map`s with text keys, sets as arrays. */
export function looseReply(value: ReplyValue, encoding: Encoding): unknown {
  if (Buffer.isBuffer(value)) return encoding === 'buffer' ? value : value.toString('utf8');
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof ReplyVerbatim) return value.text;
  if (value instanceof ReplyDouble) return value.value;
  if (value instanceof ReplyMap)
    return new Map(value.entries.map(([key, item]) => [String(looseReply(key, 'utf8')), looseReply(item, encoding)]));
  if (value instanceof ReplySet || value instanceof ReplyPush)
    return value.items.map((item) => looseReply(item, encoding));
  if (value instanceof ReplyError) return mismatch('a value, not an error');
  return value.map((item) => looseReply(item, encoding));
}

function mismatch(expected: string): never {
  throw new ConnectionError('BAD_REPLY', `the reply has another shape than this command's: expected ${expected}`);
}

function readBytes(value: ReplyValue, encoding: Encoding): string | Buffer {
  if (Buffer.isBuffer(value)) return encoding === 'buffer' ? value : value.toString('utf8');
  const text = replyText(value) ?? mismatch('bytes');
  return encoding === 'buffer' ? Buffer.from(text, 'utf8') : text;
}

function readInteger(value: ReplyValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return mismatch('an integer');
}

function compileArray(items: ReplySchema): ReplyReader {
  const read = compileReply(items);
  return (value, encoding) => itemsOf(value).map((item) => read(item, encoding));
}

function compileTuple(items: readonly ReplySchema[]): ReplyReader {
  const readers = items.map(compileReply);
  return (value, encoding) => {
    const given = itemsOf(value);
    if (given.length !== readers.length) mismatch(`${readers.length} items`);
    return readers.map((read, index) => read(given[index] as ReplyValue, encoding));
  };
}

function compileMap(keys: 'text' | 'bytes', values: ReplySchema): ReplyReader {
  const readKey: ReplyReader = keys === 'bytes' ? readBytes : (key) => replyText(key) ?? mismatch('a text key');
  const read = compileReply(values);
  return (value, encoding) =>
    new Map(entriesOf(value).map(([key, item]) => [readKey(key, encoding), read(item, encoding)]));
}

function compileRecord(fields: Readonly<Record<string, ReplySchema>>): ReplyReader {
  const readers = new Map(Object.entries(fields).map(([name, schema]) => [name, compileReply(schema)]));
  return (value, encoding) => {
    const record: Record<string, unknown> = {};
    for (const [key, item] of entriesOf(value)) {
      const name = replyText(key) ?? mismatch('a field name');
      // a newer server may tell more than this client knows of
      record[name] = readers.get(name)?.(item, encoding) ?? (item === null ? null : looseReply(item, encoding));
    }
    for (const name of readers.keys()) if (!Object.hasOwn(record, name)) mismatch(`a field ${name}`);
    return record;
  };
}

/** The order in which alternatives are tried: the narrow ones first, so that none swallows another's value. */
const alternatives = ['null', 'ok', 'integer', 'tuple', 'map', 'record', 'array', 'bytes', 'text', 'oneOf', 'any'];

function compileOneOf(schemas: readonly ReplySchema[]): ReplyReader {
  const choices = [...schemas]
    .sort((a, b) => alternatives.indexOf(a.type) - alternatives.indexOf(b.type))
    .map((schema) => ({ schema, read: compileReply(schema) }));
  return (value, encoding) => {
    const choice = choices.find(({ schema }) => looksLike(schema, value));
    return choice === undefined ? mismatch('one of its replies') : choice.read(value, encoding);
  };
}

/** Whether a value may be of this schema, by its outside; the items of lists are left to the reader. */
function looksLike(schema: ReplySchema, value: ReplyValue): boolean {
  switch (schema.type) {
    case 'null':
      return value === null;
    case 'ok':
      return value === 'OK';
    case 'integer':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'bytes':
      return Buffer.isBuffer(value);
    case 'text':
      return replyText(value) !== undefined;
    case 'array':
      return Array.isArray(value) || value instanceof ReplySet;
    case 'tuple':
      return (
        Array.isArray(value) &&
        value.length === schema.items.length &&
        schema.items.every((item, index) => looksLike(item, value[index] as ReplyValue))
      );
    case 'map':
    case 'record':
      return value instanceof ReplyMap || Array.isArray(value);
    case 'oneOf':
      return schema.of.some((one) => looksLike(one, value));
    case 'any':
      return true;
  }
}

function itemsOf(value: ReplyValue): readonly ReplyValue[] {
  if (Array.isArray(value)) return value as readonly ReplyValue[];
  if (value instanceof ReplySet) return value.items;
  return mismatch('a list');
}

function entriesOf(value: ReplyValue): readonly (readonly [ReplyValue, ReplyValue])[] {
  if (value instanceof ReplyMap) return value.entries;
  if (!Array.isArray(value) || value.length % 2 !== 0) return mismatch('a map');
  const flat = value as readonly ReplyValue[];
  const entries: (readonly [ReplyValue, ReplyValue])[] = [];
  for (let i = 0; i < flat.length; i += 2) entries.push([flat[i] as ReplyValue, flat[i + 1] as ReplyValue]);
  return entries;
}
