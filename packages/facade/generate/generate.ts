// Writes the functions that the package exports by name, each with its description, from the one interface in
// src/php-functions.ts. `npm run generate` runs it; with `--check` it only
// compares, and fails when a file is stale.
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

/** The generated files by name. */
function generatedFiles(): ReadonlyMap<string, string> {
  const functions = describedFunctions(readFileSync(source, 'utf8'));
  return new Map([
    ['functions.generated.ts', moduleText(functions, false)],
    ['sync-functions.generated.ts', moduleText(functions, true)],
  ]);
}

const isCheck = process.argv.includes('--check');
for (const [name, text] of generatedFiles()) {
  const file = new URL(`../src/${name}`, import.meta.url);
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`src/${name} is stale; type: npm run generate`);
    process.exitCode = 1;
  }
}
