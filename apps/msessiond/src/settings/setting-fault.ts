// What is wrong with a setting, as the one line that the user sees. The daemon ends with exit code 2 on it.
import { closest, distance } from 'fastest-levenshtein';

/** A setting that cannot be used; the message names it, where it came from, and what it must be. */
export class SettingFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingFault';
  }
}

/** ` (did you mean X?)` when a known name is near enough to be meant, else nothing. */
export function nearestName(given: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(given, [...known]);
  // two letters exchanged are two edits, and much for a short name
  const isNear =
    distance(given, nearest) <= Math.max(1, Math.floor(nearest.length / 3)) || letters(given) === letters(nearest);
  return isNear ? ` (did you mean ${nearest}?)` : '';
}

function letters(text: string): string {
  return [...text].sort().join('');
}

/** A value as an error message shows it: printable, short, quoted. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return `"${printable.length > 60 ? `${printable.slice(0, 60)}…` : printable}"`;
}
