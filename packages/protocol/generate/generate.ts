// Writes what is generated from the command table. With --check it writes nothing and exits with 1, naming what is
// stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { boundShapesModule } from './bound-shapes.js';
import { commandTable } from './command-table.js';
import { referencePage } from './reference-page.js';

const root = new URL('../../../', import.meta.url);
const files: readonly (readonly [string, () => string])[] = [
  ['docs/protocol.md', referencePage],
  ['packages/protocol/commands.generated.json', commandTable],
  ['packages/protocol/src/bound-shapes.generated.ts', boundShapesModule],
];

function current(file: string): string | null {
  try {
    return readFileSync(new URL(file, root), 'utf8');
  } catch {
    return null;
  }
}

const stale = files.filter(([file, generate]) => current(file) !== generate());
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is stale; run \`npm run generate\` and commit it`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [file, generate] of stale) {
    writeFileSync(new URL(file, root), generate());
    console.log(`wrote ${file}`);
  }
}
