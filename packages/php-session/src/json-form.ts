// What JSON.stringify shows of PHP's kinds. Web frameworks hash a session by its JSON to learn whether it changed, so
// the form tells all differences apart, bigints do not throw, and a cycle ends in a number instead of an exception.
import { isKind, kindOf } from './php-kind.js';

export function jsonForm(value: unknown): unknown {
  return form(value, new Map());
}

function form(value: unknown, seen: Map<object, number>): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return text(value);
  const kind = kindOf(value);
  if (kind === 'float') return Number(value);
  const before = seen.get(value);
  if (before !== undefined) return { $same: before };
  if (kind === 'reference' || kind === 'object') seen.set(value, seen.size);
  if (isKind(value, 'array')) return pairs(value, seen);
  if (isKind(value, 'reference')) return { $reference: form(value.value, seen) };
  if (isKind(value, 'object')) return { $class: text(value.className), properties: pairs(value.properties, seen) };
  if (isKind(value, 'enum')) return { $enum: text(value.className), case: text(value.caseName) };
  if (isKind(value, 'serializable')) return { $class: text(value.className), payload: text(value.payload) };
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const own: unknown = value.toJSON();
    if (own !== value) return form(own, seen);
  }
  if (Array.isArray(value)) return value.map((item) => form(item, seen));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, form(item, seen)]));
}

function pairs(entries: Iterable<[unknown, unknown]>, seen: Map<object, number>): unknown[] {
  return Array.from(entries, ([key, value]) => [form(key, seen), form(value, seen)]);
}

function text(name: string | Uint8Array): unknown {
  return typeof name === 'string' ? name : { $bytes: Buffer.from(name).toString('latin1') };
}
