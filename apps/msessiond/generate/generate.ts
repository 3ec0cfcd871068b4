// Writes what is derived from the settings schema into docs/operations.md; with --check it compares instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { settingsTable } from './settings-table.js';

const page = new URL('../../../docs/operations.md', import.meta.url);
const begin = '<!-- generated from apps/msessiond/src/settings/settings-schema.ts by npm run generate -->';
const end = '<!-- end of the generated part -->';

const before = readFileSync(page, 'utf8');
const [head, rest] = before.split(begin);
const tail = rest?.split(end)[1];
if (head === undefined || tail === undefined)
  throw new Error('docs/operations.md lacks the marks of its generated part');
const after = `${head}${begin}\n\n${settingsTable()}\n\n${end}${tail}`;

if (!process.argv.includes('--check')) writeFileSync(page, after);
else if (after !== before) {
  console.error('docs/operations.md: the settings table is not what the schema says');
  process.exitCode = 1;
}
