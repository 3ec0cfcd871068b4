#!/usr/bin/env node
// Runs every package's generator, so that what is derived from the tables is written anew.
import { runCommand } from '../src/run-command.mjs';
import { listPackages } from '../src/workspace.mjs';

for (const { folder, scripts } of listPackages()) {
  if (scripts.generate === undefined) continue;
  process.exitCode ||= await runCommand('npm', ['run', '--silent', 'generate', `--workspace=${folder}`]);
}
