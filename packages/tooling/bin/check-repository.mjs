#!/usr/bin/env node
// Looks through every tracked text file for what must not be in a repository; see repository-rules.mjs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { missingPlatforms } from '../src/lockfile-platforms.mjs';
import { findDownloadAddresses, findMachinePaths } from '../src/repository-rules.mjs';
import { workspaceRoot } from '../src/workspace.mjs';

const files = execFileSync('git', ['ls-files', '-z'], { cwd: workspaceRoot, encoding: 'utf8' })
  .split('\0')
  .filter(Boolean);
const findings = files.flatMap((file) => {
  const text = textOf(path.join(workspaceRoot, file));
  if (text === null) return [];
  const isLockfile = path.basename(file) === 'package-lock.json';
  return [...findMachinePaths(file, text), ...(isLockfile ? findDownloadAddresses(file, text) : [])];
});
const lockfile = JSON.parse(readFileSync(path.join(workspaceRoot, 'package-lock.json'), 'utf8'));
for (const { name } of missingPlatforms(lockfile)) {
  const what = `${name} is missing, and npm ci will refuse; run node packages/tooling/bin/complete-lockfile.mjs`;
  findings.push({ file: 'package-lock.json', line: 1, what });
}
for (const { file, line, what } of findings) console.error(`${file}:${line}: ${what}`);
console.log(`${files.length} tracked files, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;

/** @param {string} file */
function textOf(file) {
  try {
    const bytes = readFileSync(file);
    return bytes.includes(0) ? null : bytes.toString('utf8');
  } catch {
    return null; // tracked, but deleted in this working tree
  }
}
