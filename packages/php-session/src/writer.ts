// Writes values as PHP's serialize() does, byte for byte: same numbering of slots, so `R:` and `r:` point where PHP's
// would. Values that PHP has no place for are refused with their path; nothing is dropped silently but `undefined`,
// which JSON drops too.
import { ByteBuilder } from './byte-builder.js';
import { PhpSessionError } from './errors.js';
import { floatText } from './float-text.js';
import { defaultMaxBytes, depthLimit, type PhpWriteOptions } from './options.js';
import { normalizeKey, type PhpKey } from './php-array.js';
import { isKind, kindOf } from './php-kind.js';
import type { PhpEnum, PhpName, PhpObject, PhpReference, PhpSerializable } from './php-values.js';

const maximumInteger = 2n ** 63n - 1n;
const minimumInteger = -(2n ** 63n);

type Path = readonly (string | number)[];

export class Writer {
  readonly #out: ByteBuilder;
  readonly #maxDepth: number;
  readonly #precision: number;
  /** The slot in which each reference and object was written first; enum cases by their name. */
  readonly #slots = new Map<object | string, number>();
  /** The keys that lead to the value being written. */
  readonly #path: (string | number)[] = [];
  #slot = 0;

  constructor(options: PhpWriteOptions) {
    const precision = options.serializePrecision ?? -1;
    if (!Number.isInteger(precision) || precision < -1 || precision > 100)
      throw new RangeError(`serializePrecision is ${precision}; it must be -1 or 0 to 100`);
    this.#precision = precision;
    this.#maxDepth = depthLimit(options);
    this.#out = new ByteBuilder(options.maxBytes ?? defaultMaxBytes);
  }

  /** Bytes in front of a value: the session formats' names and delimiters. */
  raw(bytes: Uint8Array): void {
    this.#out.bytes(bytes);
  }

  finish(): Buffer {
    return this.#out.finish();
  }

  /** Writes one value into the next slot. `name` is what an error calls the place. */
  value(value: unknown, name?: string): void {
    if (name !== undefined) this.#path.push(name);
    this.#slot++;
    if (isKind(value, 'reference')) this.#reference(value);
    else this.#content(value);
    if (name !== undefined) this.#path.pop();
  }

  #reference(reference: PhpReference): void {
    const target = reference.value;
    if (isKind(target, 'reference')) throw this.#unencodable('is a reference to a reference');
    // PHP numbers an object, not the reference to it
    const identity = identityOf(target) ?? reference;
    const first = this.#slots.get(identity);
    if (first !== undefined) {
      this.#slot--;
      this.#out.ascii(`R:${first};`);
      return;
    }
    this.#slots.set(identity, this.#slot);
    this.#written(target);
  }

  #content(value: unknown): void {
    const identity = identityOf(value);
    if (identity !== undefined) {
      const first = this.#slots.get(identity);
      if (first !== undefined) {
        this.#out.ascii(`r:${first};`);
        return;
      }
      this.#slots.set(identity, this.#slot);
    }
    this.#written(value);
  }

  #written(value: unknown): void {
    if (value === undefined || value === null) this.#out.ascii('N;');
    else if (typeof value === 'boolean') this.#out.ascii(value ? 'b:1;' : 'b:0;');
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'bigint') this.#bigint(value);
    else if (typeof value === 'string' || value instanceof Uint8Array) this.#text(value);
    else if (typeof value === 'object') this.#object(value);
    else throw this.#unencodable(`is a ${typeof value}`);
  }

  #bigint(value: bigint): void {
    if (value > maximumInteger || value < minimumInteger) throw this.#unencodable('is an integer of more than 64 bits');
    this.#out.ascii(`i:${value};`);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#out.ascii(`i:${value};`);
    else this.#out.ascii(`d:${floatText(value, this.#precision)};`);
  }

  /** `prefix` length `:"` bytes `"`. */
  #string(prefix: string, text: PhpName): void {
    if (typeof text !== 'string') {
      this.#out.ascii(`${prefix}${text.length}:"`);
      this.#out.bytes(text);
    } else {
      if (!isWellFormed(text)) throw this.#unencodable('holds half of a surrogate pair, which is no UTF-8');
      const length = Buffer.byteLength(text);
      this.#out.ascii(`${prefix}${length}:"`);
      this.#out.utf8(text, length);
    }
    this.#out.ascii('"');
  }

  /** A string as a value or a key. */
  #text(text: PhpName): void {
    this.#string('s:', text);
    this.#out.ascii(';');
  }

  #object(value: object): void {
    const kind = kindOf(value);
    if (kind === 'float') this.#out.ascii(`d:${floatText(Number(value), this.#precision)};`);
    else if (kind === 'array') this.#array(value as Iterable<[PhpKey, unknown]>);
    else if (kind === 'object') this.#phpObject(value as PhpObject);
    else if (kind === 'enum') this.#enum(value as PhpEnum);
    else if (kind === 'serializable') this.#serializable(value as PhpSerializable);
    else if (Array.isArray(value)) this.#array(arrayEntries(value));
    else if (value instanceof Map) this.#array(this.#mapEntries(value));
    else if ('toJSON' in value && typeof value.toJSON === 'function') this.#content(value.toJSON());
    else if (value instanceof Number || value instanceof String || value instanceof Boolean)
      this.#written(value.valueOf());
    else if (value instanceof Set || value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise)
      throw this.#unencodable(`is a ${value.constructor.name}`);
    else this.#array(Object.entries(value).filter(([, item]) => item !== undefined));
  }

  #mapEntries(map: Map<unknown, unknown>): [PhpKey, unknown][] {
    return Array.from(map, ([key, item]) => {
      if (typeof key === 'string' || typeof key === 'bigint' || Number.isSafeInteger(key)) return [key as PhpKey, item];
      throw this.#unencodable('is a Map with a key that is neither an integer nor a string');
    });
  }

  #array(entries: Iterable<readonly [PhpKey, unknown]>): void {
    const pairs = Array.isArray(entries) ? (entries as [PhpKey, unknown][]) : Array.from(entries);
    this.#out.ascii(`a:${pairs.length}:{`);
    this.#entries(pairs, true);
  }

  #phpObject(object: PhpObject): void {
    this.#string('O:', this.#className(object.className));
    this.#out.ascii(`:${object.properties.size}:{`);
    this.#entries(Array.from(object.properties), false);
  }

  #entries(pairs: readonly (readonly [PhpKey, unknown])[], isArray: boolean): void {
    if (this.#path.length >= this.#maxDepth)
      throw new PhpSessionError('TOO_DEEP', `${this.#place()} is nested deeper than ${this.#maxDepth}`, {
        path: pathText(this.#path.slice(0, 8)),
      });
    for (const [given, value] of pairs) {
      const key = isArray ? normalizeKey(given) : given;
      this.#path.push(typeof key === 'object' ? '(binary key)' : typeof key === 'bigint' ? String(key) : key);
      if (typeof key === 'number' || typeof key === 'bigint') this.#integerKey(key);
      else this.#text(key);
      this.value(value);
      this.#path.pop();
    }
    this.#out.ascii('}');
  }

  #integerKey(key: number | bigint): void {
    const isInRange =
      typeof key === 'number' ? Number.isSafeInteger(key) : key <= maximumInteger && key >= minimumInteger;
    if (!isInRange) throw this.#unencodable('has a key that is no 64-bit integer');
    this.#out.ascii(`i:${key};`);
  }

  #enum(value: PhpEnum): void {
    const name = Buffer.concat([asBytes(this.#className(value.className)), Buffer.from(':'), asBytes(value.caseName)]);
    this.#string('E:', name);
    this.#out.ascii(';');
  }

  #serializable(value: PhpSerializable): void {
    this.#string('C:', this.#className(value.className));
    this.#out.ascii(`:${value.payload.length}:{`);
    this.#out.bytes(value.payload);
    this.#out.ascii('}');
  }

  #className(name: PhpName): PhpName {
    if (name.length === 0) throw this.#unencodable('is an object without a class name');
    return name;
  }

  #place(): string {
    return this.#path.length === 0 ? 'the value' : pathText(this.#path.slice(0, 8));
  }

  #unencodable(what: string): PhpSessionError {
    return new PhpSessionError('UNENCODABLE', `${this.#place()} ${what}; PHP has no place for it`, {
      path: pathText(this.#path),
    });
  }
}

/** What PHP recognises again: objects by identity, a case of an enum by its name. */
function identityOf(value: unknown): object | string | undefined {
  const kind = kindOf(value);
  if (kind === 'object' || kind === 'serializable') return value as object;
  if (kind !== 'enum') return undefined;
  const { className, caseName } = value as PhpEnum;
  return `${asBytes(className).toString('latin1')}:${asBytes(caseName).toString('latin1')}`;
}

/** Indices, and the text keys that somebody put on an array (`[]` stands for an empty PHP array, which may become a map). */
function arrayEntries(array: readonly unknown[]): [PhpKey, unknown][] {
  const entries: [PhpKey, unknown][] = Array.from(array, (item, index) => [index, item]);
  const names = Object.keys(array);
  if (names.length === 0 || names.at(-1) === String(array.length - 1)) return entries;
  const record = array as unknown as Record<string, unknown>;
  for (const name of names) {
    const key = normalizeKey(name);
    const isIndex = typeof key === 'number' && key >= 0 && key < array.length;
    if (!isIndex && record[name] !== undefined) entries.push([key, record[name]]);
  }
  return entries;
}

function asBytes(name: PhpName): Buffer {
  return Buffer.from(name as string);
}

function isWellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text) || Buffer.from(text).toString() === text;
}

function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
