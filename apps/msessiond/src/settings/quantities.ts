// Sizes and times as people write them: `8MiB`, `64kb`, `30s`, `2h`. A bare number is in the setting's own unit.

const sizeUnits: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};

const timeUnitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export type TimeUnit = 'milliseconds' | 'seconds';

/** Whole bytes, or NaN when the text is no size. Units are powers of 1024. */
export function parseSize(text: string): number {
  return parseQuantity(text, sizeUnits, 1);
}

/** A whole number of `unit`, or NaN when the text is no time or no whole number of it. */
export function parseTime(text: string, unit: TimeUnit): number {
  const unitMs = unit === 'seconds' ? 1000 : 1;
  return parseQuantity(text, timeUnitsMs, unitMs) / unitMs;
}

/** A whole number as text, without unit; NaN when it is none. */
export function parseWhole(text: string): number {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Bytes with the largest unit that divides them. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0';
  if (bytes % 1024 ** 3 === 0) return `${bytes / 1024 ** 3}GiB`;
  if (bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2}MiB`;
  if (bytes % 1024 === 0) return `${bytes / 1024}KiB`;
  return `${bytes}`;
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>, bareUnit: number): number {
  const match = /^(-?\d{1,16}(?:\.\d{1,6})?)\s*([a-z]*)$/i.exec(text.trim());
  if (match === null) return Number.NaN;
  const [, digits = '', word = ''] = match;
  const unit = word === '' ? bareUnit : units[word.toLowerCase()];
  if (unit === undefined) return Number.NaN;
  const value = Number(digits) * unit;
  return Number.isSafeInteger(value) && value % bareUnit === 0 ? value : Number.NaN;
}
