#!/usr/bin/env node
// Runs every package's generator with `--check`: it compares instead of writing and fails where a file is stale.
import { runCommand } from '../src/run-command.mjs';
import { listPackages } from '../src/workspace.mjs';

const generating = listPackages().filter((one) => one.scripts.generate !== undefined);
let stale = 0;
for (const { name, folder } of generating) {
  const exitCode = await runCommand('npm', ['run', '--silent', 'generate', `--workspace=${folder}`, '--', '--check']);
  console.log(`${exitCode === 0 ? 'current' : 'stale  '}  generated files of ${name}`);
  if (exitCode !== 0) stale++;
}
if (stale > 0) console.error('Type `npm run generate` and commit what changed.');
process.exitCode = stale > 0 ? 1 : 0;
