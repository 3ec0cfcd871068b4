// PHP's conversions of arguments: what a string or integer parameter made of whatever it was given. They never fail and
// never warn. JavaScript has one kind of number: whole ones within 2^53 count as PHP's integers, all others as floats.

/** PHP's `precision` setting, in significant digits, as it always was by default. */
const floatDigits = 14;

const largest = 2n ** 63n - 1n;
const smallest = -(2n ** 63n);

/** PHP's conversion to string. Bytes stay bytes. */
export function toPhpString(value: unknown): string | Buffer {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? '1' : '';
    case 'object':
      return objectText(value);
    default:
      // undefined is what a variable that was never set reads as: null
      return value === undefined ? '' : 'Object';
  }
}

/** PHP's conversion to integer, of 64 bits; a bigint only beyond 2^53. */
export function toPhpInteger(value: unknown): number | bigint {
  switch (typeof value) {
    case 'string':
      return integerPrefix(value);
    case 'number':
      return truncated(value);
    case 'bigint':
      return smallInteger(BigInt.asIntN(64, value));
    case 'boolean':
      return value ? 1 : 0;
    case 'object':
      if (value === null) return 0;
      if (value instanceof Uint8Array) return integerPrefix(Buffer.from(value).toString('latin1'));
      return Array.isArray(value) && value.length === 0 ? 0 : 1;
    default:
      return value === undefined ? 0 : 1;
  }
}

/** An array's names and values, as PHP's arrays have them; undefined when the value is no array. */
export function toPhpArray(value: unknown): [name: string, value: string | Buffer][] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  const entries: Iterable<readonly [unknown, unknown]> =
    value instanceof Map ? (value as Map<unknown, unknown>) : Object.entries(value);
  return Array.from(entries, ([name, item]) => [String(name), toPhpString(item)]);
}

function objectText(value: object | null): string | Buffer {
  if (value === null) return '';
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return 'Array';
  // an object with a text of its own is what PHP knows as one with __toString
  const { toString: ownText } = value;
  if (typeof ownText !== 'function' || ownText === Object.prototype.toString) return 'Object';
  return String(value);
}

/** A float as `echo` prints it: 14 significant digits, an exponent below 0.0001 and from 1.0E+14 on. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NAN';
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential(floatDigits - 1).split('e');
  const exponent = Number(exponentText);
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '');
  if (exponent < -4 || exponent >= floatDigits) {
    const fraction = digits.length > 1 ? digits.slice(1) : '0';
    return `${sign}${digits.charAt(0)}.${fraction}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** The number at the start of a text, its fraction cut off; 0 when there is none. */
function integerPrefix(text: string): number | bigint {
  const match = /^[ \t\n\r\v\f]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/.exec(text);
  if (match === null) return 0;
  const number = match[1] as string;
  if (/^[+-]?\d+$/.test(number)) {
    const exact = BigInt(number.replace('+', ''));
    return smallInteger(exact > largest ? largest : exact < smallest ? smallest : exact);
  }
  return truncated(Number(number));
}

function truncated(value: number): number | bigint {
  if (!Number.isFinite(value)) return 0;
  // without the negative zero that Math.trunc can make
  if (Number.isSafeInteger(Math.trunc(value))) return Math.trunc(value) + 0;
  return smallInteger(BigInt.asIntN(64, BigInt(Math.trunc(value))));
}

function smallInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
