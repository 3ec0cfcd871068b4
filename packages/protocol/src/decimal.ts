// Decimal digits straight into bytes. A reply's lengths and integers are written without a string in between, which
// at pipeline depth 64 costs more than the rest of the reply.

/** The digits of 00 to 99. */
const pairs = Uint8Array.from(
  { length: 200 },
  (_, i) => 48 + (i % 2 === 0 ? Math.floor(i / 20) : Math.floor(i / 2) % 10),
);

/** How many decimal digits a non-negative integer below 2^31 has. */
export function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/** Writes a non-negative safe integer at `at`; answers the position behind it. The caller has made room for 16 bytes. */
export function writeDecimal(buffer: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    buffer[at] = 48 + value;
    return at + 1;
  }
  if (value <= 0x7fffffff) return writeDigits(buffer, at, value | 0, digitCount(value));
  const high = Math.floor(value / 1e9);
  const low = (value - high * 1e9) | 0;
  return writeDigits(buffer, writeDecimal(buffer, at, high), low, 9);
}

function writeDigits(buffer: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value;
  let position = at + digits;
  // two at a time, since each step is a division
  while (position - at >= 2) {
    const shorter = (rest / 100) | 0;
    const pair = (rest - shorter * 100) * 2;
    buffer[--position] = pairs[pair + 1] as number;
    buffer[--position] = pairs[pair] as number;
    rest = shorter;
  }
  if (position > at) buffer[at] = 48 + rest;
  return at + digits;
}
