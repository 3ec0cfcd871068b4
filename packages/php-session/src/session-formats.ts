// The three encodings of `session.serialize_handler`. `php` and `php_binary` write variable after variable, all of them
// sharing one numbering of slots; `php_serialize` is serialize() of the whole array.
import { isUtf8 } from 'node:buffer';
import { PhpSessionError } from './errors.js';
import type { PhpReadOptions, PhpWriteOptions } from './options.js';
import { normalizeKey, PhpArray, type PhpKey } from './php-array.js';
import { isKind } from './php-kind.js';
import { type Cell, Reader } from './reader.js';
import { shape } from './shape.js';
import { Writer } from './writer.js';

/** A value of PHP's `session.serialize_handler`; PHP's default is `php`. */
export type PhpSessionFormat = 'php' | 'php_binary' | 'php_serialize';

/** All of them, PHP's default first. */
export const phpSessionFormats: readonly PhpSessionFormat[] = ['php', 'php_binary', 'php_serialize'];

const PIPE = 0x7c;
const longestBinaryName = 127;

/**
 * Reads the data of a PHP session. Empty data is an empty session. The variables come in PHP's order.
 *
 * @throws PhpSessionError `MALFORMED` (with `offset`), `TOO_DEEP`, `TOO_LARGE`; nothing was read then
 * @example
 * decodeSession(Buffer.from('user|i:7;cart|a:0:{}'), 'php').get('user'); // 7
 */
export function decodeSession(bytes: Uint8Array, format: PhpSessionFormat, options: PhpReadOptions = {}): PhpArray {
  checkFormat(format);
  const reader = new Reader(bytes, options);
  if (reader.isAtEnd) return new PhpArray();
  if (format === 'php_serialize') return wholeArray(reader, options);
  // read everything before shaping anything: a later variable may bind an earlier one by reference
  const names: PhpKey[] = [];
  const cells: Cell[] = [];
  while (!reader.isAtEnd) {
    names.push(format === 'php' ? delimitedName(reader) : countedName(reader));
    cells.push(reader.takeValue());
  }
  const session = new PhpArray();
  for (let i = 0; i < names.length; i++) session.set(names[i] as PhpKey, shape(cells[i] as Cell, options.emptyArray));
  return session;
}

function wholeArray(reader: Reader, options: PhpReadOptions): PhpArray {
  const cell = reader.takeValue();
  const { value } = cell;
  if (typeof value !== 'object' || value === null || !('raw' in value) || value.raw !== 'array')
    throw reader.fault('a session is an array', 0);
  if (!reader.isAtEnd) throw reader.fault('the session ends before the data does');
  const session = new PhpArray();
  for (let i = 0; i < value.keys.length; i++)
    session.set(value.keys[i] as PhpKey, shape(value.cells[i] as Cell, options.emptyArray));
  return session;
}

function delimitedName(reader: Reader): PhpKey {
  const start = reader.offset;
  const name = reader.takeUntil(PIPE);
  if (name === undefined) throw reader.fault("a variable's name and '|' are expected", start);
  return asKey(name);
}

function countedName(reader: Reader): PhpKey {
  const start = reader.offset;
  const length = reader.takeByte();
  if (length > longestBinaryName) throw reader.fault('a name of at most 127 bytes is expected', start);
  return asKey(reader.takeBytes(length));
}

function asKey(name: Buffer): PhpKey {
  return isUtf8(name) ? name.toString() : name;
}

/**
 * Writes the data of a PHP session: a `PhpArray`, a Map or a plain object of variables.
 *
 * `php` cannot hold names with `|` or integers as names, `php_binary` neither integers nor names over 127 bytes: PHP
 * drops such a variable or the whole session, here it is an error.
 *
 * @throws PhpSessionError `UNENCODABLE` (with `path`), `TOO_DEEP`, `TOO_LARGE`
 * @example
 * encodeSession({ user: 7, cart: [] }, 'php').toString(); // user|i:7;cart|a:0:{}
 */
export function encodeSession(
  variables: PhpArray | ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>>,
  format: PhpSessionFormat,
  options: PhpWriteOptions = {},
): Buffer {
  checkFormat(format);
  const writer = new Writer(options);
  if (format === 'php_serialize') {
    writer.value(variables);
    return writer.finish();
  }
  const entries: Iterable<[PhpKey, unknown]> =
    isKind(variables, 'array') || variables instanceof Map ? variables : Object.entries(variables);
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    writeName(writer, key, format);
    writer.value(value, typeof key === 'string' ? key : '(binary name)');
  }
  return writer.finish();
}

function writeName(writer: Writer, key: PhpKey, format: PhpSessionFormat): void {
  const filed = normalizeKey(key);
  if (typeof filed === 'number' || typeof filed === 'bigint') throw badName(`${filed}`, 'an integer', format);
  const name = Buffer.from(filed as string);
  if (format === 'php') {
    if (name.includes(PIPE)) throw badName(name.toString(), "a name with '|'", format);
    writer.raw(name);
    writer.raw(Buffer.of(PIPE));
    return;
  }
  if (name.length > longestBinaryName) throw badName(name.toString(), 'a name over 127 bytes', format);
  writer.raw(Buffer.of(name.length));
  writer.raw(name);
}

function badName(path: string, what: string, format: PhpSessionFormat): PhpSessionError {
  return new PhpSessionError(
    'UNENCODABLE',
    `the format '${format}' cannot hold ${what} as the name of a session variable; 'php_serialize' can`,
    { path },
  );
}

function checkFormat(format: string): void {
  if (!phpSessionFormats.includes(format as PhpSessionFormat))
    throw new RangeError(`'${format}' is no session format; ${phpSessionFormats.join(', ')} are`);
}
