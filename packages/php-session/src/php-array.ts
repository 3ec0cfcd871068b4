// An array as PHP has it: ordered, with integer keys and string keys side by side. The reader uses it for arrays that
// neither a JavaScript array nor a plain object can hold without loss. Keys are compared by a canonical text, so that a
// binary key is found by its bytes and `'5'` and `5` are one key, as in PHP.
import { isUtf8 } from 'node:buffer';
import { inspect } from 'node:util';
import { jsonForm } from './json-form.js';
import { phpKind } from './php-kind.js';
import type { PhpValue } from './php-values.js';

/** An integer (bigint beyond 2^53), a text, or the bytes of a key that is no UTF-8. */
export type PhpKey = number | bigint | string | Uint8Array;

const integerText = /^(?:0|-?[1-9][0-9]{0,18})$/;
const minimum = -(2n ** 63n);
const maximum = 2n ** 63n - 1n;

/** The key under which PHP files a string key of an array: `'5'` becomes 5, `'05'` stays. */
export function normalizeKey(key: PhpKey): PhpKey {
  if (typeof key === 'string') {
    if (!integerText.test(key)) return key;
    const integer = BigInt(key);
    if (integer < minimum || integer > maximum) return key;
    return narrow(integer);
  }
  if (typeof key === 'bigint') return narrow(key);
  if (typeof key === 'object' && isUtf8(key)) return normalizeKey(Buffer.from(key).toString());
  return key;
}

function narrow(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function canonical(key: PhpKey): string {
  if (typeof key === 'number' || typeof key === 'bigint') return `i${key}`;
  return typeof key === 'string' ? `s${key}` : `b${Buffer.from(key).toString('latin1')}`;
}

/** PHP's ordered map. Iterates as `[key, value]` in order, like a Map. */
export class PhpArray implements Iterable<[PhpKey, PhpValue]> {
  readonly #entries = new Map<string, [PhpKey, PhpValue]>();
  readonly #normalizes: boolean;

  /**
   * @param entries keys and values in order; a repeated key keeps its place and takes the last value, as in PHP
   * @param options `keepsStringKeys`: `'5'` stays a string, as in the properties of an object
   */
  constructor(entries: Iterable<readonly [PhpKey, PhpValue]> = [], options: { keepsStringKeys?: boolean } = {}) {
    this.#normalizes = options.keepsStringKeys !== true;
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  #key(key: PhpKey): PhpKey {
    if (typeof key === 'number' && !Number.isSafeInteger(key))
      throw new RangeError('a key of a PHP array is a safe integer, a bigint, a string or bytes');
    if (this.#normalizes) return normalizeKey(key);
    return typeof key === 'object' && isUtf8(key) ? Buffer.from(key).toString() : key;
  }

  get(key: PhpKey): PhpValue | undefined {
    return this.#entries.get(canonical(this.#key(key)))?.[1];
  }

  has(key: PhpKey): boolean {
    return this.#entries.has(canonical(this.#key(key)));
  }

  set(key: PhpKey, value: PhpValue): this {
    const filed = this.#key(key);
    const text = canonical(filed);
    const entry = this.#entries.get(text);
    if (entry === undefined) this.#entries.set(text, [filed, value]);
    else entry[1] = value;
    return this;
  }

  /** Adds behind the largest integer key, as `$array[] = $value` does. */
  push(value: PhpValue): this {
    let next = 0n;
    let isFirst = true;
    for (const [key] of this.#entries.values()) {
      if (typeof key !== 'number' && typeof key !== 'bigint') continue;
      if (isFirst || BigInt(key) >= next) next = BigInt(key) + 1n;
      isFirst = false;
    }
    return this.set(next < 0n ? 0 : next, value);
  }

  delete(key: PhpKey): boolean {
    return this.#entries.delete(canonical(this.#key(key)));
  }

  *keys(): IterableIterator<PhpKey> {
    for (const [key] of this.#entries.values()) yield key;
  }

  *values(): IterableIterator<PhpValue> {
    for (const [, value] of this.#entries.values()) yield value;
  }

  *entries(): IterableIterator<[PhpKey, PhpValue]> {
    for (const [key, value] of this.#entries.values()) yield [key, value];
  }

  [Symbol.iterator](): IterableIterator<[PhpKey, PhpValue]> {
    return this.entries();
  }

  /** For logs and change detection, in order; not meant to be read back. */
  toJSON(): unknown {
    return jsonForm(this);
  }

  [inspect.custom](): unknown {
    return new Map(this.#entries.values());
  }

  get [phpKind](): 'array' {
    return 'array';
  }
}
