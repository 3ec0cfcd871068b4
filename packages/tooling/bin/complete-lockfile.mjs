#!/usr/bin/env node
// Adds to package-lock.json the optional packages of other platforms that npm left out; see lockfile-platforms.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addMissingPlatforms } from '../src/lockfile-platforms.mjs';
import { workspaceRoot } from '../src/workspace.mjs';

const file = path.join(workspaceRoot, 'package-lock.json');
const lockfile = JSON.parse(readFileSync(file, 'utf8'));
const added = addMissingPlatforms(lockfile);
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
console.log(`${added.length} packages of other platforms added to package-lock.json`);
