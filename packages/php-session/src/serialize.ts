// serialize() and unserialize() themselves.
import type { PhpReadOptions, PhpWriteOptions } from './options.js';
import type { PhpValue } from './php-values.js';
import { Reader } from './reader.js';
import { shape } from './shape.js';
import { Writer } from './writer.js';

/**
 * Reads what PHP's serialize() wrote. Never evaluates anything and knows no classes.
 *
 * @throws PhpSessionError `MALFORMED` (with `offset`), `TOO_DEEP`, `TOO_LARGE`
 * @example
 * unserialize(Buffer.from('a:2:{s:4:"user";i:7;s:4:"cart";a:0:{}}')); // { user: 7, cart: [] }
 */
export function unserialize(bytes: Uint8Array, options: PhpReadOptions = {}): PhpValue {
  const reader = new Reader(bytes, options);
  const cell = reader.takeValue();
  if (!reader.isAtEnd) throw reader.fault('the value ends before the data does');
  return shape(cell, options.emptyArray);
}

/**
 * Writes a value as PHP's serialize() would. Beside `PhpValue` it takes what JSON takes: `undefined` properties are left
 * out, objects with `toJSON` give what that answers, and a Map becomes an array.
 *
 * @throws PhpSessionError `UNENCODABLE` (with `path`), `TOO_DEEP`, `TOO_LARGE`
 * @example
 * serialize({ user: 7 }).toString(); // a:1:{s:4:"user";i:7;}
 */
export function serialize(value: unknown, options: PhpWriteOptions = {}): Buffer {
  const writer = new Writer(options);
  writer.value(value);
  return writer.finish();
}
