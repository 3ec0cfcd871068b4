// From JavaScript values to the words of a request. Nothing is coerced that would hide a mistake: `undefined`, NaN,
// booleans and objects are refused by name.
import { ArgumentError } from './errors.js';

/** One word of a request: text is sent as UTF-8, bytes as they are. */
export type Word = string | Uint8Array;

export function asText(value: unknown, what: string): Word {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw new ArgumentError(`${what} must be a string or bytes, not ${kindOf(value)}`);
}

export function asValue(value: unknown, what: string): Word {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  throw new ArgumentError(`${what} must be a string, bytes or a finite number, not ${kindOf(value)}`);
}

export function asInteger(value: unknown, what: string): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw new ArgumentError(`${what} must be a whole number, not ${kindOf(value)}`);
}

/** An operand of arithmetic: a number, a bigint, or its text, which the server reads exactly. */
export function asNumber(value: unknown, what: string): string {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  if (typeof value === 'string') return value;
  throw new ArgumentError(`${what} must be a number, not ${kindOf(value)}`);
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === undefined || value === null) throw new ArgumentError(`${what} is missing`);
  return [value];
}

export function pairsOf(value: unknown, what: string): Iterable<readonly [unknown, unknown]> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array)
    throw new ArgumentError(`${what} must be an object or an iterable of [name, value], not ${kindOf(value)}`);
  if (Symbol.iterator in value) return checkedPairs(value as Iterable<unknown>, what);
  return Object.entries(value);
}

function* checkedPairs(items: Iterable<unknown>, what: string): Generator<readonly [unknown, unknown]> {
  for (const item of items) {
    if (!Array.isArray(item) || item.length !== 2)
      throw new ArgumentError(`${what} must be an object or an iterable of [name, value]`);
    yield [item[0], item[1]];
  }
}

/** What a value is, for a message; never the value itself. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number')
    return Number.isFinite(value) ? 'a fraction or a number beyond 2^53' : 'NaN or infinity';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : typeof value;
}
