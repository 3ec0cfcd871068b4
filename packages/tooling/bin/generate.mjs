#!/usr/bin/env node
// Runs every package's generator, so that what is derived from the tables is written anew.
import { runCommand } from '../src/run-command.mjs';
import { listPackages } from '../src/workspace.mjs';

// the protocol's first: others read what it writes
const isFirst = (/** @type {{ name: string }} */ { name }) => Number(name === '@msession/protocol');
for (const { folder, scripts } of listPackages().sort((a, b) => isFirst(b) - isFirst(a))) {
  if (scripts.generate === undefined) continue;
  process.exitCode ||= await runCommand('npm', ['run', '--silent', 'generate', `--workspace=${folder}`]);
}
