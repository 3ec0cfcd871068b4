// Writes the functions that the package exports by name, each with its description, and the README's table of them, from
// the one interface in src/php-functions.ts. `npm run generate` runs it; with `--check` it only compares, and fails when
// a file is stale.
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../src/php-functions.ts', import.meta.url);

interface Described {
  readonly name: string;
  /** The comment, unindented. */
  readonly comment: string;
}

/** Every function of the interface with its comment, in order. */
function describedFunctions(text: string): Described[] {
  const pattern = /^ {2}(\/\*\*\n(?: {3}\*.*\n)+?) {2}(msession_\w+)\(/gm;
  return Array.from(text.matchAll(pattern), ([, comment = '', name = '']) => ({
    name,
    comment: comment.replace(/^ {3}\*/gm, ' *').trimEnd(),
  }));
}

const notice = '// Made by generate/generate.ts from php-functions.ts; `npm run generate` makes it anew.\n';

function moduleText(functions: readonly Described[], isSync: boolean): string {
  const type = isSync ? 'SyncPhpFunctions' : 'PhpFunctions';
  const module = isSync ? './default-sync-facade.js' : './default-facade.js';
  const exported = functions.map(
    ({ name, comment }) =>
      `${comment}\nexport const ${name}: ${type}['${name}'] = (...given) => functions().${name}(...given);\n`,
  );
  return `${notice}import { functions } from '${module}';\nimport type { ${type} } from './php-functions.js';\n\n${exported.join('\n')}`;
}

/** A row of the README's table: the call, what it does, and what it answers. */
function tableRow({ name, comment }: Described, signatures: string): string[] {
  const parameters = new RegExp(`^ {2}${name}\\(([^)]*)\\)`, 'm').exec(signatures)?.[1] ?? '';
  const names = parameters
    .split(',')
    .map((parameter) => parameter.trim().replace(/:.*$/s, ''))
    .filter((parameter) => parameter !== '');
  const [does = '', answers = ''] = comment
    .replace(/^\/\*\*|^ \*\/?|@remarks.*$/gm, '')
    .split('@returns')
    .map((part) => part.replace(/\s+/g, ' ').trim());
  return [`\`${name}(${names.join(', ')})\``, does, answers];
}

/** A table with its columns aligned, as the formatter leaves it. */
function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

function readmeText(functions: readonly Described[], signatures: string): string {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [start, end] = ['<!-- functions: made by generate/generate.ts -->\n', '\n<!-- end of functions -->'];
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error('README.md has no place for the table of functions');
  const rows = functions.map((one) => tableRow(one, signatures));
  const table = alignedTable([['function', 'does', 'answers'], ...rows]);
  return readme.slice(0, from + start.length) + table + readme.slice(to);
}

/** The generated files by their place in the package. */
function generatedFiles(): ReadonlyMap<string, string> {
  const text = readFileSync(source, 'utf8');
  const functions = describedFunctions(text);
  return new Map([
    ['src/functions.generated.ts', moduleText(functions, false)],
    ['src/sync-functions.generated.ts', moduleText(functions, true)],
    ['README.md', readmeText(functions, text)],
  ]);
}

const isCheck = process.argv.includes('--check');
for (const [name, text] of generatedFiles()) {
  const file = new URL(`../${name}`, import.meta.url);
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is stale; type: npm run generate`);
    process.exitCode = 1;
  }
}
