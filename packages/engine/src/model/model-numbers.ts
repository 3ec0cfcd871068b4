// Arithmetic of INC, ADD and MULDIV: integers of 64 bits are exact, everything else is a double, printed as ECMAScript
// prints a Number.
import { EngineError } from '../engine.js';

const int64Minimum = -(2n ** 63n);
const int64Maximum = 2n ** 63n - 1n;
const integerForm = /^-?\d+$/;
const decimalForm = /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

type ModelNumber = bigint | number;

function overflow(): EngineError {
  return new EngineError('ERR', 'the number is out of range: integers have 64 bits, decimals those of an IEEE double');
}

function checked(value: ModelNumber): ModelNumber {
  const fits = typeof value === 'bigint' ? value >= int64Minimum && value <= int64Maximum : Number.isFinite(value);
  if (!fits) throw overflow();
  return value;
}

/** Reads a number; NOTANUMBER when it is none, ERR when it is out of range. */
export function readNumber(bytes: Buffer): ModelNumber {
  const text = bytes.toString('latin1');
  if (integerForm.test(text)) return checked(BigInt(text));
  if (decimalForm.test(text)) return checked(Number(text));
  throw new EngineError('NOTANUMBER', 'the variable or an operand is not a number; the variable was kept');
}

export function add(left: ModelNumber, right: ModelNumber): ModelNumber {
  if (typeof left === 'bigint' && typeof right === 'bigint') return checked(left + right);
  return checked(Number(left) + Number(right));
}

export function multiplyDivide(value: ModelNumber, multiplier: ModelNumber, divisor: ModelNumber): ModelNumber {
  if (Number(divisor) === 0) throw new EngineError('ERR', 'the divisor is 0');
  if (typeof value === 'bigint' && typeof multiplier === 'bigint' && typeof divisor === 'bigint') {
    const product = value * multiplier;
    if (product % divisor === 0n) return checked(product / divisor);
    return checked(Number(product) / Number(divisor));
  }
  return checked((Number(value) * Number(multiplier)) / Number(divisor));
}

export function printNumber(value: ModelNumber): Buffer {
  return Buffer.from(String(value), 'latin1');
}
