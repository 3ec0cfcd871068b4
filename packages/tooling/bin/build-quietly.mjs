#!/usr/bin/env node
// Builds a package and what it stands on for somebody who wants to run it: says that it builds, and shows the build's
// own words only when it fails.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { workspaceRoot } from '../src/workspace.mjs';

const [name = ''] = process.argv.slice(2);
const turbo = path.join(workspaceRoot, 'node_modules/turbo/bin/turbo');
process.stderr.write(`Building ${name}; the first time takes a while …\n`);
const build = spawnSync(process.execPath, [turbo, 'run', 'build', `--filter=${name}`], {
  cwd: workspaceRoot,
  encoding: 'utf8',
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  maxBuffer: 64 * 1024 * 1024,
});
if (build.status !== 0) process.stderr.write(`${build.stdout}${build.stderr}`);
process.exitCode = build.status ?? 1;
