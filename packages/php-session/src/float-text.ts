// Floats as PHP's serialize() prints them: shortest digits (serialize_precision -1) or a number of significant digits,
// fixed notation while the exponent is small, else `1.0E+25`.

/** The text of a float behind `d:`. */
export function floatText(value: number, precision: number): string {
  if (Number.isNaN(value)) return 'NAN';
  if (value === Number.POSITIVE_INFINITY) return 'INF';
  if (value === Number.NEGATIVE_INFINITY) return '-INF';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const wanted = precision === 0 ? 1 : precision;
  // toExponential is exact and rounds correctly for any number of digits; without an argument it is the shortest text
  const [mantissa, exponentText] = (precision < 0 ? value.toExponential() : value.toExponential(wanted - 1)).split(
    'e',
  ) as [string, string];
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '') || '0';
  const exponent = Number(exponentText);
  const fixedUpTo = precision < 0 ? 17 : wanted;
  if (exponent < -4 || exponent >= fixedUpTo) {
    const fraction = digits.length > 1 ? digits.slice(1) : '0';
    return `${sign}${digits[0]}.${fraction}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, '0')}`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
