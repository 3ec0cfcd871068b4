// Reads the bytes of PHP's serialize() into cells, numbered as PHP numbers them, so that references (`R:`) and objects
// met again (`r:`) find their target. Nothing is evaluated and no class is looked up. Slices of the input are copied
// before they are kept. Shaping cells into JavaScript values is shape.ts's job.
import { isUtf8 } from 'node:buffer';
import { PhpSessionError } from './errors.js';
import { defaultMaxBytes, depthLimit, type PhpReadOptions } from './options.js';
import { normalizeKey, type PhpKey } from './php-array.js';
import { PhpEnum, PhpFloat, type PhpName, PhpObject, type PhpReference, PhpSerializable } from './php-values.js';

/** One place that holds a value; slots bound by reference share one cell. */
export interface Cell {
  value: RawValue;
  isShared: boolean;
  reference: PhpReference | undefined;
}

export interface RawArray {
  readonly raw: 'array';
  readonly keys: PhpKey[];
  readonly cells: Cell[];
}

/** An object; its properties are filled from the cells when it is shaped, once. */
export interface RawObject {
  readonly raw: 'object';
  readonly instance: PhpObject | PhpEnum | PhpSerializable;
  readonly keys: PhpKey[];
  readonly cells: Cell[];
  isShaped: boolean;
}

export type RawScalar = null | boolean | number | bigint | string | Buffer | PhpFloat;
export type RawValue = RawScalar | RawArray | RawObject;

const maximumInteger = 2n ** 63n - 1n;
const minimumInteger = -(2n ** 63n);
const floatPattern = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const integerPattern = /^[+-]?[0-9]+$/;
const longestNumber = 1100;

const COLON = 0x3a;
const SEMICOLON = 0x3b;
const QUOTE = 0x22;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BACKSLASH = 0x5c;

export class Reader {
  readonly #bytes: Buffer;
  readonly #slots: Cell[] = [];
  readonly #maxDepth: number;
  readonly #readsText: boolean;
  readonly #keepsFloats: boolean;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, options: PhpReadOptions) {
    const maxBytes = options.maxBytes ?? defaultMaxBytes;
    if (bytes.length > maxBytes)
      throw new PhpSessionError('TOO_LARGE', `the PHP data has ${bytes.length} bytes; maxBytes is ${maxBytes}`);
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = depthLimit(options);
    this.#readsText = options.strings !== 'bytes';
    this.#keepsFloats = options.floats !== 'number';
  }

  get offset(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  fault(what: string, offset = this.#at): PhpSessionError {
    return new PhpSessionError('MALFORMED', `malformed PHP data at offset ${offset}: ${what}`, { offset });
  }

  /** The bytes up to `delimiter`, which is consumed; undefined if there is none. For the session formats' names. */
  takeUntil(delimiter: number): Buffer | undefined {
    const end = this.#bytes.indexOf(delimiter, this.#at);
    if (end < 0) return undefined;
    const taken = Buffer.from(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return taken;
  }

  takeByte(): number {
    if (this.isAtEnd) throw this.fault('the data ends here');
    return this.#bytes[this.#at++] as number;
  }

  takeBytes(length: number): Buffer {
    if (length > this.#bytes.length - this.#at)
      throw this.fault(`${length} bytes are announced, ${this.#bytes.length - this.#at} are left`);
    const taken = Buffer.from(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return taken;
  }

  /** Reads one value and what it holds. */
  takeValue(): Cell {
    const start = this.#at;
    const type = String.fromCharCode(this.takeByte());
    if (type === 'R') return this.#takeReference(start);
    const cell: Cell = { value: null, isShared: false, reference: undefined };
    this.#slots.push(cell);
    if (type === 'N') {
      this.#expect(SEMICOLON);
      return cell;
    }
    this.#expect(COLON);
    switch (type) {
      case 'b':
        cell.value = this.#takeBoolean();
        break;
      case 'i':
        cell.value = this.#takeInteger();
        break;
      case 'd':
        cell.value = this.#takeFloat();
        break;
      case 's':
        cell.value = this.#text(this.#takeString());
        this.#expect(SEMICOLON);
        break;
      case 'S':
        cell.value = this.#text(this.#takeEscapedString());
        this.#expect(SEMICOLON);
        break;
      case 'a':
        this.#takeArray(cell);
        break;
      case 'O':
        this.#takeObject(cell);
        break;
      case 'C':
        this.#takeSerializable(cell);
        break;
      case 'E':
        this.#takeEnum(cell, start);
        break;
      case 'r':
        cell.value = this.#takeObjectAgain(start);
        break;
      default:
        throw this.fault('no type of PHP is written like this', start);
    }
    return cell;
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at] !== byte)
      throw this.fault(this.isAtEnd ? 'the data ends here' : `'${String.fromCharCode(byte)}' is expected`);
    this.#at++;
  }

  #takeNumberText(delimiter: number): string {
    const end = this.#bytes.indexOf(delimiter, this.#at);
    if (end < 0 || end - this.#at > longestNumber) throw this.fault('a number is expected');
    return this.#bytes.toString('latin1', this.#at, end);
  }

  /** A count or a length, which never exceeds what is left of the input. */
  #takeCount(delimiter: number): number {
    const text = this.#takeNumberText(delimiter);
    if (!/^\+?[0-9]+$/.test(text)) throw this.fault('a length or count is expected');
    const count = Number(text);
    if (count > this.#bytes.length - this.#at)
      throw this.fault(`${text} are announced, more than the ${this.#bytes.length - this.#at} bytes left can hold`);
    this.#at += text.length + 1;
    return count;
  }

  #takeBoolean(): boolean {
    const digit = this.#bytes[this.#at];
    if (digit !== 0x30 && digit !== 0x31) throw this.fault("'0' or '1' is expected");
    this.#at++;
    this.#expect(SEMICOLON);
    return digit === 0x31;
  }

  #takeInteger(): number | bigint {
    const text = this.#takeNumberText(SEMICOLON);
    if (!integerPattern.test(text)) throw this.fault('an integer is expected');
    const number = Number(text);
    let value: number | bigint = number;
    if (!Number.isSafeInteger(number)) {
      value = BigInt(text.startsWith('+') ? text.slice(1) : text);
      if (value > maximumInteger || value < minimumInteger) throw this.fault('the integer has more than 64 bits');
    }
    this.#at += text.length + 1;
    return value === 0 ? 0 : value;
  }

  #takeFloat(): number | PhpFloat {
    const text = this.#takeNumberText(SEMICOLON);
    let value: number;
    if (text === 'NAN') value = Number.NaN;
    else if (text === 'INF') value = Number.POSITIVE_INFINITY;
    else if (text === '-INF') value = Number.NEGATIVE_INFINITY;
    else if (floatPattern.test(text)) value = Number(text);
    else throw this.fault('a float is expected');
    this.#at += text.length + 1;
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return value;
    return this.#keepsFloats ? new PhpFloat(value) : value;
  }

  #takeString(): Buffer {
    const length = this.#takeCount(COLON);
    this.#expect(QUOTE);
    const bytes = this.takeBytes(length);
    this.#expect(QUOTE);
    return bytes;
  }

  /** `S:`, which PHP reads though it does not write it: `\41` is a byte in hexadecimal. */
  #takeEscapedString(): Buffer {
    const length = this.#takeCount(COLON);
    this.#expect(QUOTE);
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) {
      const byte = this.takeByte();
      if (byte !== BACKSLASH) {
        bytes[i] = byte;
        continue;
      }
      const digits = this.#bytes.toString('latin1', this.#at, this.#at + 2);
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) throw this.fault('two hexadecimal digits are expected');
      bytes[i] = Number.parseInt(digits, 16);
      this.#at += 2;
    }
    this.#expect(QUOTE);
    return bytes;
  }

  #text(bytes: Buffer): string | Buffer {
    return this.#readsText && isUtf8(bytes) ? bytes.toString() : bytes;
  }

  #name(bytes: Buffer): PhpName {
    return isUtf8(bytes) ? bytes.toString() : bytes;
  }

  #takeKey(isArray: boolean): PhpKey {
    const start = this.#at;
    const type = String.fromCharCode(this.takeByte());
    if (type !== 'i' && type !== 's' && type !== 'S') throw this.fault('a key is an integer or a string', start);
    this.#expect(COLON);
    if (type === 'i') return this.#takeInteger();
    const bytes = type === 's' ? this.#takeString() : this.#takeEscapedString();
    this.#expect(SEMICOLON);
    return isArray ? normalizeKey(this.#name(bytes)) : this.#name(bytes);
  }

  #takeEntries(target: { keys: PhpKey[]; cells: Cell[] }, isArray: boolean): void {
    const count = this.#takeCount(COLON);
    if (++this.#depth > this.#maxDepth)
      throw new PhpSessionError('TOO_DEEP', `PHP data nested deeper than ${this.#maxDepth} at offset ${this.#at}`, {
        offset: this.#at,
      });
    this.#expect(OPEN);
    for (let i = 0; i < count; i++) {
      target.keys.push(this.#takeKey(isArray));
      target.cells.push(this.takeValue());
    }
    this.#expect(CLOSE);
    this.#depth--;
  }

  #takeArray(cell: Cell): void {
    const array: RawArray = { raw: 'array', keys: [], cells: [] };
    cell.value = array; // before its content, which may refer to it
    this.#takeEntries(array, true);
  }

  #takeClassName(): PhpName {
    const start = this.#at;
    const name = this.#takeString();
    if (name.length === 0) throw this.fault('a class name is expected', start);
    this.#expect(COLON);
    return this.#name(name);
  }

  #takeObject(cell: Cell): void {
    const instance = new PhpObject(this.#takeClassName());
    const object: RawObject = { raw: 'object', instance, keys: [], cells: [], isShaped: false };
    cell.value = object;
    this.#takeEntries(object, false);
  }

  #takeSerializable(cell: Cell): void {
    const className = this.#takeClassName();
    const length = this.#takeCount(COLON);
    this.#expect(OPEN);
    const payload = this.takeBytes(length);
    this.#expect(CLOSE);
    cell.value = leaf(new PhpSerializable(className, payload));
  }

  #takeEnum(cell: Cell, start: number): void {
    const bytes = this.#takeString();
    this.#expect(SEMICOLON);
    const colon = bytes.indexOf(COLON);
    if (colon <= 0 || colon === bytes.length - 1) throw this.fault("an enum is written as 'Class:Case'", start);
    cell.value = leaf(new PhpEnum(this.#name(bytes.subarray(0, colon)), this.#name(bytes.subarray(colon + 1))));
  }

  #takeSlot(start: number): Cell {
    const text = this.#takeNumberText(SEMICOLON);
    const slot = /^\+?[0-9]+$/.test(text) ? this.#slots[Number(text) - 1] : undefined;
    if (slot === undefined) throw this.fault('the reference has no target', start);
    this.#at += text.length + 1;
    return slot;
  }

  #takeReference(start: number): Cell {
    this.#expect(COLON);
    const cell = this.#takeSlot(start);
    cell.isShared = true;
    return cell;
  }

  #takeObjectAgain(start: number): RawObject {
    const { value } = this.#takeSlot(start);
    if (typeof value === 'object' && value !== null && 'raw' in value && value.raw === 'object') return value;
    throw this.fault("'r:' refers to something that is no object", start);
  }
}

function leaf(instance: PhpEnum | PhpSerializable): RawObject {
  return { raw: 'object', instance, keys: [], cells: [], isShaped: true };
}
