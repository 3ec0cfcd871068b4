// Arithmetic on variables: integers are exact to 64 bits, whatever else is a number is an IEEE double, printed as
// ECMAScript prints a Number. Small integers stay plain numbers; big ones pass through BigInt.
import { EngineError } from '../engine.js';

const int64Minimum = -(2n ** 63n);
const int64Maximum = 2n ** 63n - 1n;
const integerForm = /^-?\d+$/;
const decimalForm = /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** An integer of 64 bits as a bigint, or a double as a number. */
export type Operand = bigint | number;

/** Reads a number. Throws NOTANUMBER, or ERR when it is out of range. */
export function readOperand(bytes: Buffer, start: number, end: number): Operand {
  // longer than any number of the two kinds: no need to look at it
  const text = end - start > 400 ? '' : bytes.toString('latin1', start, end);
  if (integerForm.test(text)) return inRange(BigInt(text));
  if (decimalForm.test(text)) return inRange(Number(text));
  throw new EngineError('NOTANUMBER', 'the variable or an operand is not a number; the variable was kept');
}

function inRange<Value extends Operand>(value: Value): Value {
  const fits = typeof value === 'bigint' ? value >= int64Minimum && value <= int64Maximum : Number.isFinite(value);
  if (!fits)
    throw new EngineError('ERR', 'the number is out of range: integers have 64 bits, decimals those of an IEEE double');
  return value;
}

export function add(left: Operand, right: Operand): Operand {
  if (typeof left === 'bigint' && typeof right === 'bigint') return inRange(left + right);
  return inRange(Number(left) + Number(right));
}

/** value * multiplier / divisor; a double only where the division is not exact. Throws ERR when the divisor is 0. */
export function multiplyDivide(value: Operand, multiplier: Operand, divisor: Operand): Operand {
  if (Number(divisor) === 0) throw new EngineError('ERR', 'the divisor is 0');
  if (typeof value === 'bigint' && typeof multiplier === 'bigint' && typeof divisor === 'bigint') {
    const product = value * multiplier;
    return product % divisor === 0n ? inRange(product / divisor) : inRange(Number(product) / Number(divisor));
  }
  return inRange((Number(value) * Number(multiplier)) / Number(divisor));
}
