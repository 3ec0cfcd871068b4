// Replies as text. On a terminal: tables, and escapes for what cannot be shown. Into a pipe: the bytes themselves,
// lines for lists, name TAB value for maps, one line of JSON for what is nested.
import {
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplyPush,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
} from '@msession/protocol';
import Table from 'cli-table3';
import { printableBytes } from './printable-bytes.js';
import { replyToJson } from './reply-json.js';

const newline = Buffer.from('\n');

/** Bytes for a pipe, the closing newline included. */
export function replyToPipe(value: ReplyValue): Buffer {
  if (value instanceof ReplyMap)
    return lines(value.entries.map(([key, item]) => Buffer.concat([plain(key), Buffer.from('\t'), plain(item)])));
  const items = itemsOf(value);
  if (items !== undefined) return lines(items.map(plain));
  const bytes = plain(value);
  return bytes.at(-1) === 10 && isText(value) ? bytes : Buffer.concat([bytes, newline]);
}

/** Text for a terminal, without a closing newline. */
export function replyToTerminal(value: ReplyValue): string {
  if (value instanceof ReplyError) return `${value.code} ${value.message}`;
  if (value instanceof ReplyMap) return value.entries.length === 0 ? '(empty)' : pairTable(value);
  const items = itemsOf(value);
  if (items === undefined) return inline(value).trimEnd();
  if (items.length === 0) return '(none)';
  if (items.every((item) => item instanceof ReplyMap)) return recordTable(items);
  const width = String(items.length).length;
  return items.map((item, index) => `${String(index + 1).padStart(width)}) ${indented(item, width + 2)}`).join('\n');
}

function indented(value: ReplyValue, width: number): string {
  return replyToTerminal(value).replaceAll('\n', `\n${' '.repeat(width)}`);
}

/** A table of two columns. */
function pairTable(map: ReplyMap): string {
  const table = plainTable([]);
  for (const [key, value] of map.entries) table.push([inline(key), cell(value)]);
  return table.toString();
}

/** A table with a row for each map and a column for each key that any of them has. */
function recordTable(records: readonly ReplyMap[]): string {
  const columns = [...new Set(records.flatMap((record) => record.entries.map(([key]) => inline(key))))];
  const table = plainTable(columns.map((column) => column.replace(/Ms$/, '')));
  for (const record of records) {
    const values = new Map(record.entries.map(([key, value]) => [inline(key), value]));
    table.push(columns.map((column) => recordCell(column, values.get(column) ?? null)));
  }
  return table.toString();
}

/** A moment (`sinceMs`) as the time of day, a list of records (`waiters`) as their number; --json has them whole. */
function recordCell(column: string, value: ReplyValue): string {
  if (column.endsWith('Ms') && typeof value === 'number') return `${new Date(value).toISOString().slice(11, 19)}Z`;
  return Array.isArray(value) ? String(value.length) : cell(value);
}

function plainTable(head: string[]) {
  // no colours: the same text on every terminal and in every test
  return new Table({ head, style: { head: [], border: [], compact: true } });
}

function cell(value: ReplyValue): string {
  if (value instanceof ReplyMap || itemsOf(value) !== undefined) return JSON.stringify(replyToJson(value));
  return inline(value);
}

function inline(value: ReplyValue): string {
  if (value === null) return '(null)';
  if (Buffer.isBuffer(value)) return printableBytes(value);
  if (value instanceof ReplyVerbatim) return value.text;
  if (value instanceof ReplyDouble) return String(value.value);
  if (typeof value === 'object') return JSON.stringify(replyToJson(value));
  return String(value);
}

function plain(value: ReplyValue): Buffer {
  if (value === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(value)) return value;
  return Buffer.from(inline(value), 'utf8');
}

function isText(value: ReplyValue): boolean {
  return value instanceof ReplyVerbatim || typeof value === 'string';
}

function itemsOf(value: ReplyValue): readonly ReplyValue[] | undefined {
  if (value instanceof ReplySet || value instanceof ReplyPush) return value.items;
  return Array.isArray(value) ? (value as readonly ReplyValue[]) : undefined;
}

function lines(all: readonly Buffer[]): Buffer {
  return Buffer.concat(all.flatMap((line) => [line, newline]));
}
