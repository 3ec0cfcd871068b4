// Writes the README's tables of methods and errors from the command table and the error table; `npm run generate` runs
// it, and with `--check` it only compares and fails when the README is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import type { ArgumentSpec, CommandSpec, ReplySchema } from '@msession/protocol';
import { callableSpecs, methodName } from '../src/command-methods.js';
import { clientErrorCodes } from '../src/errors.js';

const file = new URL('../README.md', import.meta.url);

function methodRow(spec: CommandSpec): string[] {
  const positions = spec.arguments.filter(({ kind }) => kind === 'positional' || kind === 'word' || kind === 'rest');
  const options = spec.arguments.filter((argument) => !positions.includes(argument) && argument.name !== 'async');
  const guards = (spec.guardedForm ?? []).filter(({ kind }) => kind === 'option');
  const names = [...options, ...guards].map((option) =>
    'required' in option && option.required === true && options.includes(option) ? option.name : `${option.name}?`,
  );
  const given = positions.map((position) => `${position.name}${isOptional(position) ? '?' : ''}`);
  const call = [...given, ...(names.length === 0 ? [] : [`{ ${names.join(', ')} }`])].join(', ');
  return [`\`${methodName(spec.name)}(${call})\``, replyText(spec.reply), spec.summary];
}

function isOptional(spec: ArgumentSpec): boolean {
  return spec.kind === 'rest' ? spec.minimum === 0 : 'optional' in spec && spec.optional === true;
}

function replyText(schema: ReplySchema): string {
  switch (schema.type) {
    case 'ok':
      return "`'OK'`";
    case 'text':
      return 'string';
    case 'bytes':
      return 'text';
    case 'integer':
      return 'number';
    case 'null':
      return 'null';
    case 'any':
      return 'any reply';
    case 'array':
      return `list of ${replyText(schema.items)}`;
    case 'tuple':
      return `[${schema.items.map(replyText).join(', ')}]`;
    case 'map':
      return `Map of ${schema.keys === 'text' ? 'string' : 'text'} to ${replyText(schema.values)}`;
    case 'record':
      return `{ ${Object.keys(schema.fields).join(', ')} }`;
    case 'oneOf':
      return schema.of.map(replyText).join(' or ');
  }
}

/** A table with its columns aligned, as the formatter leaves it. */
function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

const methods = alignedTable([['method', 'answers', 'does'], ...callableSpecs().map(methodRow)]);
const yesNo = (is: boolean) => (is ? 'yes' : 'no');
const errors = alignedTable([
  ['`code`', 'happens when', '`isRetryable`', '`isOutcomeUnknown`'],
  ...Object.entries(clientErrorCodes).map(([code, row]) => [
    `\`${code}\``,
    row.meaning,
    yesNo(row.isRetryable),
    yesNo(row.isOutcomeUnknown),
  ]),
]);

let readme = readFileSync(file, 'utf8');
const before = readme;
for (const [name, table] of [
  ['methods', methods],
  ['errors', errors],
] as const) {
  const [start, end] = [`<!-- ${name}: made by generate/generate.ts -->\n`, `\n<!-- end of ${name} -->`];
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md has no place for the table of ${name}`);
  readme = readme.slice(0, from + start.length) + table + readme.slice(to);
}
if (!process.argv.includes('--check')) writeFileSync(file, readme);
else if (readme !== before) {
  console.error('README.md is stale; type: npm run generate');
  process.exitCode = 1;
}
