// Runs a program with the terminal passed through. Turbo's telemetry stays off, whoever calls it.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { workspaceRoot } from './workspace.mjs';

/**
 * Resolves to the exit code; a program ended by a signal counts as 128 and the signal's number, as in a shell.
 * @param {string} program
 * @param {readonly string[]} words
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function runCommand(program, words, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd: options.cwd ?? workspaceRoot,
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...options.env },
      stdio: 'inherit',
    });
    // Ctrl-C reaches the child by the terminal; this process waits for its exit code instead of dying first.
    const ignore = () => {};
    process.on('SIGINT', ignore);
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/** @param {readonly string[]} words */
export function runTurbo(words) {
  return runCommand(process.execPath, [path.join(workspaceRoot, 'node_modules/turbo/bin/turbo'), ...words]);
}
