// Reply values from the text of their lines; undefined where the text is none. Spelling is checked before any number
// is made of it, since JavaScript's own conversions accept far more.
import { ReplyDouble, ReplyError } from './reply-value.js';

const maxInteger = 2n ** 63n;

/** 64 bits: a number where it is safe, else a bigint. */
export function integerOf(text: string): number | bigint | undefined {
  if (!/^[+-]?[0-9]{1,20}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (value < -maxInteger || value >= maxInteger) return undefined;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

export function booleanOf(text: string): boolean | undefined {
  return text === 't' ? true : text === 'f' ? false : undefined;
}

export function doubleOf(text: string): ReplyDouble | undefined {
  if (text === 'inf') return new ReplyDouble(Number.POSITIVE_INFINITY);
  if (text === '-inf') return new ReplyDouble(Number.NEGATIVE_INFINITY);
  if (text === 'nan') return new ReplyDouble(Number.NaN);
  if (text.length > 400 || !/^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$/.test(text)) return undefined;
  return new ReplyDouble(Number(text));
}

/** Up to 4096 digits: making a number of more takes time in their square. */
export function bigNumberOf(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]{1,4096}$/.test(text)) return undefined;
  return BigInt(text.startsWith('+') ? text.slice(1) : text);
}

export function errorOf(line: string): ReplyError {
  const space = line.indexOf(' ');
  return space < 0 ? new ReplyError(line, '') : new ReplyError(line.slice(0, space), line.slice(space + 1));
}
